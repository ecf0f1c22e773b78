"""What starts a bundle may be any Python. The wrong ones get one sentence, not a traceback."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.bundle_file import inspect, verify
from noodl_builder.distributions import OWN, closure, installed_distribution
from noodl_builder.fetching import fetch_wheels
from noodl_builder.options import BuildOptions
from noodl_builder.plan import plan
from noodl_builder.target_sets import runtime_for
from noodl_builder.targets import Target
from noodl_builder.wheelhouse import Wheelhouse
from noodl_builder.write import write
from tests.builder.world import clean_environment, make_backend
from tests.driver import Backend

pytestmark = pytest.mark.slow
OTHERS = ["2.7", "3.6", "3.7", "3.8", "3.9", "3.10", "3.12", "3.13"]


def other_python(version: str) -> str:
    """Return an interpreter of this version, or skip the test."""
    if CURRENT.endswith(f"-{version}"):
        pytest.skip(f"Python {version} is the one that runs the tests")
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=True).stdout
        found = sorted(Path(root.strip(), "versions").glob(f"{version}.*/bin/python"))
        if found:
            return str(found[-1])
    if found_on_path := shutil.which(f"python{version}"):
        return found_on_path
    pytest.skip(f"no Python {version} on this machine")


@pytest.mark.parametrize("version", OTHERS)
def test_a_wrong_python_gets_one_sentence_and_exit_code_78(
    small_bundle: Path, start: Callable[..., subprocess.CompletedProcess[str]], version: str
) -> None:
    done = start(small_bundle, "--version", python=other_python(version))
    assert done.returncode == 78
    assert done.stdout == ""
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith(f"shop.pyz: made for {CURRENT}, started by ")
    assert f"-{version} " in sentence
    assert "Traceback" not in sentence
    newer = version in ("3.12", "3.13")
    assert (f"build it again with --target {CURRENT}," in sentence) == newer


# -- one file for several --------------------------------------------------------------------------

PYTHONS = ("3.11", "3.12", "3.13")
HERE = Path(__file__).resolve().parents[2]
WHEELS = HERE / ".cache" / "wheels"
linux_only = pytest.mark.skipif(
    not CURRENT.startswith("linux-x86_64"), reason="the wheels at hand are for Linux on x86_64"
)


@pytest.fixture(scope="session")
def wheels() -> Path:
    """A folder with the wheels of three Pythons; fetched once and kept in the checkout."""
    pins = [f"{d.name}=={d.version}" for d in closure(installed_distribution(OWN))]
    for python in PYTHONS:
        target = Target("linux-x86_64", python)
        folder = Wheelhouse([WHEELS] if WHEELS.is_dir() else [])
        missing = [pin for pin in pins if folder.best(Requirement(pin), target) is None]
        if missing and not fetch_wheels(missing, target, WHEELS):
            pytest.skip(f"pip cannot fetch wheels for Python {python}")
    return WHEELS


@pytest.fixture(scope="session")
def fat(wheels: Path, frozen_runtime: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fat")
    options = BuildOptions(
        folder=make_backend(folder / "shop"),
        targets=tuple(f"linux-x86_64-{python}" for python in PYTHONS),
        wheelhouse=wheels,
    )
    runtime, _ = runtime_for(options, package=frozen_runtime)
    return write(plan(options, runtime), folder / "shop.pyz").output


@linux_only
@pytest.mark.parametrize("version", PYTHONS)
def test_one_file_serves_on_each_python_it_was_made_for(
    fat: Path, tmp_path: Path, version: str
) -> None:
    python = sys.executable if CURRENT.endswith(version) else other_python(version)
    environment = clean_environment(tmp_path / "home")
    command: list[str | Path] = [python, "-I", fat]
    options = ("--port", "0", "--data", str(tmp_path / "data"))
    with Backend(command, *options, cwd=tmp_path, env=environment) as backend:
        assert backend.call("GET", "/health")[1]["status"] == "ok"
        status, made = backend.call("POST", "/api/Product", {"price": 2})
        assert status == 201, made
        assert backend.stop()[0] == 0
    cache = tmp_path / "home" / ".cache" / "noodl-portable"
    assert [p.name for p in cache.iterdir()] == [f"linux-x86_64-{version}"]


@linux_only
def test_each_distinct_file_is_stored_once(fat: Path) -> None:
    with ZipFile(fat) as archive:
        native = [i for i in archive.infolist() if i.filename.startswith("native/")]
        assert not [n for n in archive.namelist() if n.startswith("site-packages/") and ".so" in n
                    and "abi3" not in n]  # fmt: skip
    assert len({i.CRC for i in native}) == len(native)
    assert verify(fat).targets == tuple(f"linux-x86_64-{python}" for python in PYTHONS)


@linux_only
def test_the_libraries_are_locked_with_the_hashes_of_their_wheels(fat: Path, wheels: Path) -> None:
    gevent = next(d for d in inspect(fat).dependencies if d.name == "gevent")
    for file, sha256 in gevent.wheels:
        assert hashlib.sha256((wheels / file).read_bytes()).hexdigest() == sha256
    assert len(gevent.wheels) == 2  # of the third the installed files were taken


@linux_only
def test_universal_takes_what_the_wheels_allow_and_says_what_is_missing(
    wheels: Path, frozen_runtime: Path, tmp_path: Path
) -> None:
    options = BuildOptions(
        folder=make_backend(tmp_path / "shop"), targets=("universal",), wheelhouse=wheels
    )
    runtime, left_out = runtime_for(options, package=frozen_runtime)
    assert {f"linux-x86_64-{python}" for python in PYTHONS} <= runtime.sets.keys()
    missing = {left.name: left.reason for left in left_out if left.name.startswith("target ")}
    assert "there is no wheel of it for mac-arm64-3.13" in missing["target mac-arm64-3.13"]
