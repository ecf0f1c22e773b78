import json
from pathlib import Path

import pytest

from noodl_builder.bundle_file import read_entry
from noodl_builder.dependency import Dependency, make_dependency, merged
from noodl_builder.entry import make_entry
from noodl_builder.licences import licences_entry
from noodl_builder.sbom import sbom

GEVENT = Dependency(
    "gevent", "26.9.0", "MIT", "a" * 64, (("gevent.whl", "b" * 64),), ("zope.event",)
)
ZOPE = Dependency("zope.event", "6.2", "Zope Public License", "c" * 64)


def test_the_bill_of_materials_lists_each_library_with_licence_and_hash() -> None:
    document = sbom("Shop", "1.0", "0.1.0", [GEVENT, ZOPE], 0)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["component"]["name"] == "Shop"
    by_name = {component["name"]: component for component in document["components"]}
    assert by_name["gevent"]["purl"] == "pkg:pypi/gevent@26.9.0"
    assert by_name["gevent"]["licenses"] == [{"expression": "MIT"}]
    assert by_name["zope.event"]["licenses"] == [{"license": {"name": "Zope Public License"}}]
    assert {"name": "noodl:wheel", "value": f"gevent.whl sha256:{'b' * 64}"} in by_name["gevent"][
        "properties"
    ]
    needs = {row["ref"]: row["dependsOn"] for row in document["dependencies"]}
    assert needs["pkg:pypi/gevent@26.9.0"] == ["pkg:pypi/zope-event@6.2"]


def test_the_bill_of_materials_is_the_same_for_the_same_libraries() -> None:
    first, again, other = (
        sbom("Shop", "1.0", "0.1.0", libraries, 0) for libraries in ([GEVENT], [GEVENT], [ZOPE])
    )
    assert first == again
    assert first["serialNumber"] != other["serialNumber"]


LICENCES = [
    # METADATA                                                                said
    ("License-Expression: MIT AND PSF-2.0",                                   "MIT AND PSF-2.0"),
    ("Classifier: License :: OSI Approved :: MIT License\nLicense: long",     "MIT License"),
    ("License: BSD 3-Clause",                                                 "BSD 3-Clause"),
    ("Summary: nothing said",                                                 "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("metadata", "licence"), LICENCES)
def test_the_licence_is_read_from_what_the_distribution_says(metadata: str, licence: str) -> None:
    read = make_dependency(f"Name: x\nVersion: 1\n{metadata}\n", [])
    assert (read.name, read.version, read.license) == ("x", "1", licence)


def test_the_licence_list_holds_the_texts() -> None:
    files = [
        make_entry("site-packages/zope_event-6.2.dist-info/licenses/LICENSE.txt", b"Be kind."),
        make_entry("site-packages/gevent-26.9.0.dist-info/METADATA", b"Name: gevent"),
    ]
    text = licences_entry([GEVENT, ZOPE], files).read().decode()
    assert "zope.event 6.2: Zope Public License" in text
    assert "Be kind." in text
    assert "(it brings no licence text)" in text


def test_rows_of_several_targets_become_one() -> None:
    other = Dependency("gevent", "26.9.0", "MIT", "d" * 64, (("other.whl", "e" * 64),))
    [joined] = merged([GEVENT, other])
    assert [file for file, _ in joined.wheels] == ["gevent.whl", "other.whl"]
    assert joined.sha256 not in ("a" * 64, "d" * 64)


def test_both_are_in_the_bundle(small_bundle: Path) -> None:
    assert json.loads(read_entry(small_bundle, "bundle/sbom.cdx.json"))["components"]
    assert b"bottle 0.13.4: MIT" in read_entry(small_bundle, "bundle/licenses.txt")
