"""The manifest of a bundle: what it is, what it runs on, and the hash of every file in it.

It says nothing about the machine it was made on, and nothing that could not be found again from
the other entries; so it is the same whenever they are.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from noodl_builder.dependency import Dependency, read_dependency
from noodl_builder.entry import Entry, digest

MANIFEST = "bundle/manifest.json"
FORMAT = 1
FUNCTION_PREFIXES = ("/#__cloud__/", "/#__local__/")
REQUEST_NODE = "noodl.cloud.request"
SCHEDULE_NODE, DEFAULT_CRON = "noodl.trigger.schedule", "0 * * * *"


@dataclass(frozen=True, kw_only=True)
class BundleInfo:
    """What a manifest says.

    content_digest: SHA-256 over all entries but the manifest, see entry.digest
    build_id:       its first 16 digits, short enough to be shown
    targets:        platforms and Pythons it runs on: ("linux-x86_64-3.11",)
    functions:      names callable at /functions/<name>
    schedules:      (component, cron) of what runs by the clock
    permissions:    who may do what in the collections that say so, see permissions_summary
    schema_version: format of the database its runtime writes; it refuses a database of a higher one
    entries:        all files but the manifest itself, as (name, size, sha256)
    """

    name: str
    version: str
    runtime_version: str
    content_digest: str
    targets: tuple[str, ...]
    functions: tuple[str, ...]
    schedules: tuple[tuple[str, str], ...]
    collections: tuple[str, ...]
    permissions: Mapping[str, Mapping[str, list[str]]]
    schema_version: int
    schema_digest: str
    seed_data: bool
    app: bool
    dependencies: tuple[Dependency, ...]
    entries: tuple[tuple[str, int, str], ...] = field(repr=False)

    @property
    def build_id(self) -> str:
        """Return the build id, 16 hex digits."""
        return self.content_digest[:16]

    def document(self) -> dict[str, Any]:
        """Return the manifest as a JSON document."""
        return {
            "format": FORMAT,
            "name": self.name,
            "version": self.version,
            "buildId": self.build_id,
            "runtimeVersion": self.runtime_version,
            "targets": list(self.targets),
            "functions": list(self.functions),
            "schedules": [{"component": name, "cron": cron} for name, cron in self.schedules],
            "collections": list(self.collections),
            "permissions": self.permissions,
            "schemaVersion": self.schema_version,
            "schemaDigest": self.schema_digest,
            "seedData": self.seed_data,
            "app": self.app,
            "contentDigest": self.content_digest,
            "dependencies": [d.document() for d in self.dependencies],
            "entries": [{"path": p, "size": s, "sha256": h} for p, s, h in self.entries],
        }

    def text(self) -> bytes:
        """Return the bytes of manifest.json."""
        return (json.dumps(self.document(), indent=1, ensure_ascii=False) + "\n").encode()


def read_info(document: Mapping[str, Any]) -> BundleInfo:
    """Return what a manifest document says; its form has been checked."""
    return BundleInfo(
        name=document["name"],
        version=document["version"],
        runtime_version=document["runtimeVersion"],
        content_digest=document["contentDigest"],
        targets=tuple(document["targets"]),
        functions=tuple(document["functions"]),
        schedules=tuple((s["component"], s["cron"]) for s in document["schedules"]),
        permissions=document["permissions"],
        schema_version=document["schemaVersion"],
        collections=tuple(document["collections"]),
        schema_digest=document["schemaDigest"],
        seed_data=document["seedData"],
        app=document["app"],
        dependencies=tuple(map(read_dependency, document["dependencies"])),
        entries=tuple((e["path"], e["size"], e["sha256"]) for e in document["entries"]),
    )


def listed(entries: Iterable[Entry]) -> tuple[tuple[str, int, str], ...]:
    """Return entries as a manifest lists them, sorted by name."""
    return tuple((e.name, e.size, e.sha256) for e in sorted(entries))


def content_digest(entries: Iterable[tuple[str, int, str]]) -> str:
    """Return the digest over listed entries."""
    return digest(Entry(name, size, sha256, b"") for name, size, sha256 in entries)


def functions_of(workflows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return functions by name: components with a Request node of their own."""
    return {
        component["name"].removeprefix(prefix): component
        for component in _components(workflows)
        for prefix in FUNCTION_PREFIXES
        if component.get("name", "").startswith(prefix)
        and any(n.get("type") == REQUEST_NODE for n in _nodes(component.get("nodes", ())))
    }


def function_names(workflows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the names of the functions in workflow documents, sorted."""
    return tuple(sorted(functions_of(workflows)))


def schedules_of(workflows: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Return (component, cron) of each Schedule Trigger that is switched on, sorted."""
    found = [
        (component.get("name", ""), node.get("parameters", {}))
        for component in _components(workflows)
        for node in _nodes(component.get("nodes", ()))
        if node.get("type") == SCHEDULE_NODE
    ]
    return tuple(
        sorted(
            (name, str(parameters.get("cron") or DEFAULT_CRON))
            for name, parameters in found
            if parameters.get("enabled", True) is not False
        )
    )


def permissions_summary(schema: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Return who may do what: {"Order": {"find": ["requiresAuthentication"], "create": ["*"]}}.

    Collections that leave everything open are not in it; an operation with [] needs the master key.
    """
    return {
        table["name"]: {
            operation: sorted(who for who, may in rights.items() if may)
            for operation, rights in sorted(table["permissions"].items())
            if isinstance(rights, dict)
        }
        for table in sorted(schema["tables"], key=lambda table: str(table["name"]))
        if table.get("permissions")
    }


def _components(workflows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for document in workflows:
        yield from document.get("components", ())


def collection_names(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the collections of a schema document, sorted."""
    return tuple(sorted(table["name"] for table in schema["tables"]))


def schema_digest(schema: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a schema document; order of keys and layout do not count."""
    text = json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _nodes(nodes: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for node in nodes:
        yield node
        yield from _nodes(node.get("children", ()))
