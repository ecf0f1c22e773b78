"""The shim in Node's own test runner, a test of shim.test.js for each of ours."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from noodl_portable.templates import shipped_folder
from tests.electron.conftest import Backends

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
SUITE = HERE / "shim.test.js"
NAMES = re.findall(r"^test\('([^']+)'", SUITE.read_text(encoding="utf-8"), re.MULTILINE)
SHIM = shipped_folder("dist-templates") / "electron"
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_the_shim(name: str, backends: Backends) -> None:
    pattern = f"^{re.escape(name)}$"
    done = subprocess.run(
        [NODE or "", "--test", f"--test-name-pattern=/{pattern}/", str(SUITE)],
        env={**os.environ, **backends.environment()}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# pass [1-9]|ℹ pass [1-9]", done.stdout, re.MULTILINE), done.stdout


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
    for file in [SHIM / "start-backend.js", *(SHIM / "start-backend").glob("*.js")]:
        assert not re.search(pattern, file.read_text(encoding="utf-8")), f"{file.name}: {name}"
