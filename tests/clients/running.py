"""Runs Node's tests of the SDK once, against a real backend process."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conformance.fixture_functions import fixture_document
from tests.driver import Backend
from tests.servers import npm

HERE = Path(__file__).resolve().parent
INSTALLED = HERE.parents[1] / ".cache" / "parse-sdk"
FILES = sorted(HERE.glob("*.test.js"))
LIMIT_S = 120  # for all of them together; they take a few
SETTINGS = {"mode": "development", "scryptCost": 10, "durability": "normal", "logLevel": "error"}

Results = dict[str, dict[str, Any]]


def missing() -> str | None:
    """Say what is not installed, None if the tests can run; installs the SDK itself."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return npm.installed(HERE, INSTALLED)


def names() -> list[str]:
    """Return the names of all tests, as the files have them."""
    found: list[str] = []
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        found += re.findall(r'^test\("([^"]+)"', text, flags=re.MULTILINE)
        found += [f"finds by {name}" for name in re.findall(r'^  \["([^"]+)", \(', text, re.M)]
    return found


def results(folder: Path) -> Results:
    """Run all tests and return what came of each: {"name": {"ok": True, "error": ""}}."""
    with _started(folder) as backend:
        env = {
            **os.environ,
            "NODE_PATH": str(INSTALLED / "node_modules"),
            "NOODL_URL": backend.ready["url"],
            "NOODL_APP_ID": backend.ready["appId"],
            "NOODL_MASTER_KEY": backend.master_key(),
        }
        command = ["node", "--test", f"--test-reporter={HERE / 'reporter.mjs'}", *map(str, FILES)]
        ran = subprocess.run(command, env=env, capture_output=True, text=True, timeout=LIMIT_S)
    lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
    found = [json.loads(line) for line in lines]
    assert found, f"node said nothing: {ran.stdout}{ran.stderr}"
    return {each["name"]: each for each in found}


def _started(folder: Path) -> Backend:
    config = {"name": "Clients", "appId": "clients", "settings": SETTINGS}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "schema.json").write_text(json.dumps({"tables": []}))
    (folder / "workflows").mkdir()
    (folder / "workflows/fixtures.workflow.json").write_text(json.dumps(fixture_document()))
    command: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve", folder]
    return Backend(command, cwd=folder)
