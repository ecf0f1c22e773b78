"""The whole thing: the installed runtime and a backend become one file, and that file runs."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from noodl_builder.bundle_file import read_entry, verify
from noodl_builder.options import BuildOptions
from noodl_builder.plan import plan
from noodl_builder.runtime_parts import installed_runtime
from noodl_builder.write import BuildReport, write
from tests.builder.world import clean_environment, make_backend

pytestmark = pytest.mark.slow
CHECKOUT = Path(__file__).resolve().parents[2]
CARRIED = {
    "attrs", "bottle", "gevent", "greenlet", "jsonschema",
    "jsonschema-specifications", "pycron", "PyYAML", "referencing", "rpds-py", "zope.event",
    "zope.interface",
}  # fmt: skip
OPTIONAL = {"quickjs-ng", "google-re2", "typing_extensions", "cffi", "pycparser"}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, frozen_runtime: Path) -> BuildReport:
    """A bundle of the shop with everything inside."""
    folder = tmp_path_factory.mktemp("built")
    options = BuildOptions(folder=make_backend(folder / "shop"))
    return write(plan(options, installed_runtime(frozen_runtime)), folder / "shop.pyz", trial=False)


def names(bundle: Path) -> list[str]:
    with ZipFile(bundle) as archive:
        return archive.namelist()


def test_it_is_built_in_seconds_and_whole(built: BuildReport) -> None:
    assert built.seconds < 30
    assert built.size < 15_000_000
    assert verify(built.output) == built.info


def test_it_carries_the_runtime_and_its_dependencies_only(built: BuildReport) -> None:
    carried = {dependency.name for dependency in built.info.dependencies}
    assert carried >= CARRIED
    assert carried <= CARRIED | OPTIONAL
    inside = {
        name.split("/")[1] for name in names(built.output) if name.startswith("site-packages/")
    }
    assert inside.isdisjoint({"shiv", "packaging", "pytest", "noodl_builder", "noodl_portable"})
    assert "noodl_runtime" in inside


def test_every_distribution_keeps_its_metadata(built: BuildReport) -> None:
    metadata = [name for name in names(built.output) if name.endswith(".dist-info/METADATA")]
    assert len(metadata) == len(built.info.dependencies) + 1


def test_nothing_tells_of_the_machine_it_was_built_on(built: BuildReport) -> None:
    places = {CHECKOUT, Path.home(), Path(sys.prefix), built.output.parent, Path.cwd()}
    words = {str(place).encode() for place in places if len(place.parts) > 2}
    words |= {w.encode() for w in (getpass.getuser(), socket.gethostname()) if len(w) > 5}
    with ZipFile(built.output) as archive:
        told = {
            (name, word)
            for name in archive.namelist()
            for word in words
            if word in archive.read(name)
        }
    assert told == set()


BUILD = """
import os, sys
from pathlib import Path
from noodl_builder.options import BuildOptions
from noodl_builder.plan import plan
from noodl_builder.runtime_parts import installed_runtime
from noodl_builder.write import write
os.umask(int(sys.argv[1], 8))
made = plan(BuildOptions(folder=Path("shop")), installed_runtime(Path(sys.argv[2])))
print(write(made, Path("shop.pyz"), trial=False).sha256)
"""
WORLDS = [
    # folder          umask    environment
    ("a",             "022",   {"PYTHONHASHSEED": "1", "TZ": "UTC"}),
    ("deep/er place", "077",   {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "C"}),
]  # fmt: skip


def test_another_folder_umask_age_and_time_zone_give_the_same_bytes(
    tmp_path: Path, frozen_runtime: Path
) -> None:
    builds = []
    for place, umask, environment in WORLDS:
        folder = tmp_path / place
        make_backend(folder / "shop")
        os.utime(folder / "shop" / "schema.json", (1, len(builds)))
        builds.append(
            subprocess.Popen(
                [sys.executable, "-c", BUILD, umask, str(frozen_runtime)],
                cwd=folder,
                env=clean_environment(folder / "home", **environment),
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    first, second = (build.communicate(timeout=120)[0] for build in builds)
    assert len(first.strip()) == 64
    assert first == second


def test_it_says_its_version_in_an_empty_folder(
    built: BuildReport, start: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    for _ in range(2):  # first start and next
        done = start(built.output, "--version")
        assert (done.returncode, done.stderr) == (0, "")
        assert built.info.build_id in done.stdout


LIBRARIES = ["bottle", "gevent.hub", "pycron", "jsonschema", "yaml"]


def test_each_library_loads_from_it_alone(built: BuildReport, tmp_path: Path) -> None:
    with ZipFile(built.output) as archive:
        archive.extractall(tmp_path / "unpacked")
    script = f"import sys; sys.path.insert(0, sys.argv[1]); import {', '.join(LIBRARIES)}; print(bottle.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, str(tmp_path / "unpacked" / "site-packages")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.startswith(str(tmp_path)), done.stderr


def test_damage_that_a_start_reads_later_is_one_sentence(
    built: BuildReport, start: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    bundle = tmp_path / "shop.pyz"
    shutil.copy2(built.output, bundle)
    for name in ("bundle/manifest.json", "bundle/schema.json"):
        with ZipFile(built.output) as archive:
            place = archive.getinfo(name).header_offset + 30 + len(name) + 10
        data = bytearray(built.output.read_bytes())
        data[place] ^= 0xFF
        bundle.write_bytes(data)
        done = start(bundle, "--port", "0")
        assert done.returncode == 78
        [sentence] = done.stderr.splitlines()
        assert sentence.startswith("shop.pyz: the file is damaged (")


def test_every_library_is_told_with_licence_hash_and_needs(built: BuildReport) -> None:
    told = {d.name: d for d in built.info.dependencies}
    assert told["gevent"].license == "MIT"
    assert set(told["gevent"].requires) >= {"greenlet", "zope.event", "zope.interface"}
    assert told["zope.event"].license == "ZPL-2.1"
    assert {len(d.sha256) for d in told.values()} == {64}
    assert b"Permission is hereby granted" in read_entry(built.output, "bundle/licenses.txt")
