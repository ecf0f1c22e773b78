"""The shim and the editor's side in Node's own test runner: one of its tests for each of ours."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from noodl_portable.templates import shipped_folder
from tests.electron.conftest import Backends

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
SHIM_SUITE, EDITOR_SUITE = HERE / "shim.test.js", HERE / "editor-ipc.test.js"
SHIM = shipped_folder("dist-templates") / "electron"
NODE = shutil.which("node")


def names(suite: Path) -> list[str]:
    return re.findall(r"^test\('([^']+)'", suite.read_text(encoding="utf-8"), re.MULTILINE)


def run(suite: Path, name: str, **environment: str) -> None:
    """Run one test of a suite; a name that none has is a failure, too."""
    if NODE is None:
        pytest.skip("Node is not installed")
    done = subprocess.run(
        [NODE, "--test", f"--test-name-pattern=/^{re.escape(name)}$/", str(suite)],
        env={**os.environ, **environment}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# pass [1-9]|ℹ pass [1-9]", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.parametrize("name", names(SHIM_SUITE))
def test_the_shim(name: str, backends: Backends) -> None:
    run(SHIM_SUITE, name, **backends.environment())


@pytest.mark.parametrize("name", names(EDITOR_SUITE))
def test_the_side_of_the_editor(name: str) -> None:
    run(EDITOR_SUITE, name, BACKEND_PYTHON=sys.executable)


MODERN = [
    # what Node 12, in Electron 9, cannot read
    (r"\?\.[\w\[(]", "optional chaining"),
    (r"\?\?", "nullish coalescing"),
    (r"\|\|=|&&=", "logical assignment"),
    (r"require\('node:", "node: imports"),
    (r"\.replaceAll\(|\.at\(|structuredClone|rmSync|cpSync", "newer functions"),
]


@pytest.mark.parametrize(("pattern", "name"), MODERN)
def test_the_shim_keeps_to_what_electron_9_can_read(pattern: str, name: str) -> None:
    for file in [
        SHIM / "start-backend.js",
        SHIM / "editor-ipc.js",
        *(SHIM / "start-backend").glob("*.js"),
    ]:
        assert not re.search(pattern, file.read_text(encoding="utf-8")), f"{file.name}: {name}"
