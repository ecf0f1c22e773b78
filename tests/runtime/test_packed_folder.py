"""Reading a backend out of its bundle at the start."""

from hashlib import sha256

import pytest

from noodl_runtime.errors import DamagedBundle
from noodl_runtime.packed_folder import PackedFolder

CONTENT = {
    "bundle/config.json": b"{}",
    "bundle/workflows/a.workflow.json": b"a",
    "bundle/workflows/Orders/b.workflow.json": b"b",
    "site-packages/gevent/hub.py": b"",
}
HASHES = {name: sha256(data).hexdigest() for name, data in CONTENT.items()}
ROOT = PackedFolder(CONTENT.__getitem__, HASHES)


def test_files_and_folders_are_found_as_on_disk() -> None:
    assert ROOT.joinpath("config.json").read_bytes() == b"{}"
    workflows = ROOT.joinpath("workflows")
    assert workflows.is_dir()
    assert [place.name for place in workflows.iterdir()] == ["a.workflow.json", "Orders"]
    assert workflows.joinpath("Orders").is_dir()
    assert not ROOT.joinpath("config.json").is_dir()
    assert not ROOT.joinpath("work").is_dir()


def test_what_the_manifest_does_not_list_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        PackedFolder(CONTENT.__getitem__, {}).joinpath("config.json").read_bytes()


def test_a_file_of_another_hash_is_not_handed_out() -> None:
    changed = {**CONTENT, "bundle/config.json": b"{ }"}
    with pytest.raises(DamagedBundle, match=r"damaged \(bundle/config.json: .*\); get it again"):
        PackedFolder(changed.__getitem__, HASHES).joinpath("config.json").read_bytes()
