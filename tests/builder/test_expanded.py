"""Bundles as folders, with stand-ins for the runtime and for the Python beside them."""

import json
import shutil
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.bundle_file import inspect, verify
from noodl_builder.options import BuildOptions
from noodl_builder.plan import Plan, plan
from noodl_builder.python_runtime import put_python
from noodl_builder.release import (
    ReleaseOptions,
    filled,
    recipe_values,
    write_expanded_bundle,
    write_release,
)
from noodl_builder.runtime_parts import RuntimeParts
from noodl_portable.templates import shipped_folder
from noodl_runtime.errors import BadFile, BuildRefused
from tests.builder.world import make_runtime

TEMPLATES = shipped_folder("dist-templates") / "server"


@pytest.fixture
def planned(backend: Path) -> Plan:
    return plan(BuildOptions(folder=backend), make_runtime())


def test_an_expanded_bundle_holds_the_same_files_and_is_verified_like_one(
    planned: Plan, tmp_path: Path
) -> None:
    write_expanded_bundle(planned, tmp_path / "out", trial=False)
    assert verify(tmp_path / "out") == inspect(tmp_path / "out") == planned.info
    assert list((tmp_path / "out").rglob("noodl_runtime/__pycache__/serve.*.pyc"))
    (tmp_path / "out" / "bundle" / "schema.json").write_text("{}")
    with pytest.raises(BadFile, match=r"bundle/schema\.json"):
        verify(tmp_path / "out")


def test_compiled_modules_name_no_place_of_this_machine(planned: Plan, tmp_path: Path) -> None:
    write_expanded_bundle(planned, tmp_path / "out", trial=False)
    for compiled in (tmp_path / "out").rglob("*.pyc"):
        assert str(tmp_path).encode() not in compiled.read_bytes()


def test_an_expanded_bundle_is_for_one_target(backend: Path, tmp_path: Path) -> None:
    one = make_runtime()
    [files] = one.sets.values()
    both = RuntimeParts("0.1.0", {CURRENT: files, "mac-arm64-3.13": files}, one.dependencies)
    with pytest.raises(BuildRefused, match="for one target"):
        write_expanded_bundle(plan(BuildOptions(folder=backend), both), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_later_build_takes_the_place_of_an_earlier_one_and_of_nothing_else(
    planned: Plan, tmp_path: Path
) -> None:
    for _ in range(2):
        write_expanded_bundle(planned, tmp_path / "out", trial=False)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear")
    with pytest.raises(BuildRefused, match="is not an earlier build"):
        write_expanded_bundle(planned, tmp_path / "mine", trial=False)
    assert (tmp_path / "mine" / "diary.txt").read_text() == "dear"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine", "out", "shop"]


@pytest.mark.slow
def test_an_expanded_bundle_runs_from_a_folder_nobody_can_write_to(
    planned: Plan, tmp_path: Path, start: Callable[..., object]
) -> None:
    write_expanded_bundle(planned, tmp_path / "out")
    before = sorted(tmp_path.rglob("out/**/*"))
    done = start(tmp_path / "out", "--port", "0", NOODL_CACHE="/dev/null/x")
    said = json.loads(done.stdout)  # type: ignore[attr-defined]
    assert said["file"] == str(tmp_path / "out" / "site-packages" / "noodl_runtime" / "serve.py")
    assert sorted(tmp_path.rglob("out/**/*")) == before


# -- release folders -------------------------------------------------------------------------------


def test_a_release_holds_bundle_start_scripts_recipes_and_report(
    planned: Plan, tmp_path: Path
) -> None:
    write_release(planned, tmp_path / "out", ReleaseOptions(templates=TEMPLATES), trial=False)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "Containerfile", "backend.pyz", "build-report.json", "licenses.txt", "sbom.cdx.json",
        "shop.service", "start", "start.cmd",
    ]  # fmt: skip
    report = json.loads((tmp_path / "out" / "build-report.json").read_text())
    assert report["bundle"] == "backend.pyz"
    assert report["manifest"]["buildId"] == planned.info.build_id
    unit = (tmp_path / "out" / "shop.service").read_text()
    assert "ExecStart=/opt/shop/start --data /var/lib/shop" in unit
    assert "RestartPreventExitStatus=78" in unit


@pytest.mark.parametrize("template", sorted(TEMPLATES.iterdir()), ids=lambda path: path.name)
def test_every_word_in_a_recipe_is_filled(template: Path, planned: Plan) -> None:
    assert "@" not in filled(template.read_text(), recipe_values(planned, "backend.pyz"))


@pytest.mark.slow
def test_the_start_script_runs_the_bundle(planned: Plan, tmp_path: Path) -> None:
    import subprocess

    folder = tmp_path / "my app"
    write_release(planned, folder, ReleaseOptions(expanded=True))
    done = subprocess.run(
        [folder / "start", "one", "two words"], capture_output=True, text=True,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert json.loads(done.stdout)["args"] == ["one", "two words"], done.stderr


# -- a Python beside it ----------------------------------------------------------------------------


def small_python(folder: Path) -> Path:
    """A folder that looks like a relocatable Python, and starts the one that runs the tests."""
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "python3"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)
    return folder


def test_a_given_python_is_proved_and_described(tmp_path: Path) -> None:
    given = small_python(tmp_path / "given")
    told = put_python(str(given), tmp_path / "python", [CURRENT])
    assert (told.platform, told.executable, told.source) == (CURRENT, "bin/python3", "given")
    assert json.loads((tmp_path / "python" / "runtime.json").read_text())["sha256"] == told.sha256


def test_an_archive_with_a_python_is_unpacked(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "python.tar.gz", "w:gz") as archive:
        archive.add(small_python(tmp_path / "given"), "python")
    put_python(str(tmp_path / "python.tar.gz"), tmp_path / "python", [CURRENT])
    assert (tmp_path / "python" / "bin" / "python3").is_file()


def test_a_python_that_fits_no_target_is_refused(tmp_path: Path) -> None:
    given = small_python(tmp_path / "given")
    with pytest.raises(BuildRefused, match=f"is {CURRENT}, but the bundle is for mac-arm64-3.13"):
        put_python(str(given), tmp_path / "python", ["mac-arm64-3.13"])


def test_what_is_no_python_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(BuildRefused, match="no folder or archive with a Python"):
        put_python(str(tmp_path / "notes.txt"), tmp_path / "a", [CURRENT])
    (tmp_path / "empty").mkdir()
    with pytest.raises(BuildRefused, match="there is no Python in b"):
        put_python(str(tmp_path / "empty"), tmp_path / "b", [CURRENT])


def test_a_failed_release_leaves_the_previous_one(planned: Plan, tmp_path: Path) -> None:
    write_release(planned, tmp_path / "out", ReleaseOptions(), trial=False)
    with pytest.raises(BuildRefused):
        write_release(planned, tmp_path / "out", ReleaseOptions(python_runtime=str(tmp_path / "x")))
    assert (tmp_path / "out" / "backend.pyz").is_file()
    shutil.rmtree(tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["shop"]
