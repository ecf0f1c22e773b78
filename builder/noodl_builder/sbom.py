"""The software bill of materials: what libraries a bundle carries, as CycloneDX 1.6 JSON.

The same bundle gives the same document: its time is that of the entries and its serial number is
made from its content.
"""

import json
import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from noodl_builder.dependency import Dependency
from noodl_builder.entry import Entry, make_entry

SBOM = "bundle/sbom.cdx.json"
SPDX = re.compile(r"^[A-Za-z0-9.+-]+( (AND|OR|WITH) [A-Za-z0-9.+-]+)*$")
OWN = "noodl-portable"


def sbom_entry(
    name: str, version: str, runtime_version: str, dependencies: Iterable[Dependency], epoch: int
) -> Entry:
    """Return the entry that holds the bill of materials of a bundle.

    name, version: of the app the bundle serves
    """
    document = sbom(name, version, runtime_version, list(dependencies), epoch)
    return make_entry(SBOM, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())


def sbom(
    name: str, version: str, runtime_version: str, dependencies: list[Dependency], epoch: int
) -> dict[str, Any]:
    """Return the document."""
    runtime = Dependency(OWN, runtime_version, "MIT", requires=tuple(d.name for d in dependencies))
    libraries = [runtime, *dependencies]
    refs = {_normal(library.name): _purl(library) for library in libraries}
    app = {"type": "application", "bom-ref": "app", "name": name, "version": version}
    body = {
        "metadata": {
            "timestamp": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": app,
        },
        "components": [_component(library) for library in libraries],
        "dependencies": [
            {"ref": "app", "dependsOn": [_purl(runtime)]},
            *(
                {
                    "ref": _purl(library),
                    "dependsOn": sorted(
                        refs[n] for n in map(_normal, library.requires) if n in refs
                    ),
                }
                for library in libraries
            ),
        ],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, json.dumps(body))}",
        "version": 1,
        **body,
    }


def _component(library: Dependency) -> dict[str, Any]:
    licence = library.license or "unknown"
    told = {"expression": licence} if SPDX.match(licence) else {"license": {"name": licence}}
    properties = [
        {"name": "noodl:wheel", "value": f"{file} sha256:{sha256}"}
        for file, sha256 in library.wheels
    ]
    if library.sha256:
        properties.append({"name": "noodl:files", "value": f"sha256:{library.sha256}"})
    return {
        "type": "library",
        "bom-ref": _purl(library),
        "name": library.name,
        "version": library.version,
        "purl": _purl(library),
        "licenses": [told],
        **({"properties": properties} if properties else {}),
    }


def _purl(library: Dependency) -> str:
    return f"pkg:pypi/{_normal(library.name)}@{library.version}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
