import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from noodl_builder.bundle_file import inspect, verify
from noodl_builder.manifest import MANIFEST
from noodl_builder.zip_writer import PREFIX
from noodl_runtime.errors import BadFile

Change = Callable[[dict[str, bytes]], object]


def rewrite(bundle: Path, change: Change) -> Path:
    """Change the files of a bundle and keep its manifest, unless that is what changes."""
    with ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    bundle.write_bytes(PREFIX)
    with ZipFile(bundle, "a") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return bundle


def test_inspect_and_verify_say_the_same_of_a_good_bundle(small_bundle: Path) -> None:
    info = inspect(small_bundle)
    assert info == verify(small_bundle)
    assert (info.name, info.functions, info.collections) == ("Shop", ("Echo",), ("Product",))


CHANGES: list[tuple[str, Change]] = [
    ("bundle/schema.json", lambda files: files.update({"bundle/schema.json": b"{}"})),
    ("bundle/config.json", lambda files: files.pop("bundle/config.json")),
    ("site-packages/extra.py", lambda files: files.update({"site-packages/extra.py": b""})),
]


@pytest.mark.parametrize(("name", "change"), CHANGES)
def test_verify_names_what_was_changed_removed_or_added(
    small_bundle: Path, name: str, change: Change
) -> None:
    with pytest.raises(BadFile, match=f"not what its manifest lists: {name}"):
        verify(rewrite(small_bundle, change))


def test_a_manifest_that_does_not_add_up_is_found(small_bundle: Path) -> None:
    def change(files: dict[str, bytes]) -> None:
        document = json.loads(files[MANIFEST])
        document["contentDigest"] = "0" * 64
        files[MANIFEST] = json.dumps(document).encode()

    with pytest.raises(BadFile, match="does not add up"):
        verify(rewrite(small_bundle, change))


def test_a_manifest_of_the_wrong_form_is_refused(small_bundle: Path) -> None:
    with pytest.raises(BadFile, match=r"manifest\.json: the file lacks 'format'"):
        inspect(rewrite(small_bundle, lambda files: files.update({MANIFEST: b"{}"})))


def test_a_zip_without_a_manifest_is_no_bundle(small_bundle: Path) -> None:
    with pytest.raises(BadFile, match="is a zip, but not a bundle"):
        inspect(rewrite(small_bundle, lambda files: files.pop(MANIFEST)))


@pytest.mark.parametrize("look", [inspect, verify])
def test_other_files_are_refused(look: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no zip")
    with pytest.raises(BadFile, match=r"notes\.txt is not a bundle"):
        look(tmp_path / "notes.txt")
    with pytest.raises(BadFile, match=r"absent\.pyz cannot be read: No such file"):
        look(tmp_path / "absent.pyz")
    with pytest.raises(BadFile, match="cannot be read: Is a directory"):
        look(tmp_path)


def test_a_truncated_bundle_is_refused(small_bundle: Path) -> None:
    small_bundle.write_bytes(small_bundle.read_bytes()[:-100])
    with pytest.raises(BadFile, match="is not a bundle, or damaged"):
        inspect(small_bundle)


def test_a_flipped_byte_is_found(small_bundle: Path) -> None:
    data = bytearray(small_bundle.read_bytes())
    data[len(data) // 2] ^= 0xFF
    small_bundle.write_bytes(data)
    with pytest.raises(BadFile, match="damaged"):
        verify(small_bundle)


def test_something_in_front_of_the_bundle_is_found(small_bundle: Path) -> None:
    small_bundle.write_bytes(b"#!/bin/sh\nrm -r /\n" + small_bundle.read_bytes())
    assert inspect(small_bundle).name == "Shop"  # still a zip
    with pytest.raises(BadFile, match="stands at its beginning"):
        verify(small_bundle)
