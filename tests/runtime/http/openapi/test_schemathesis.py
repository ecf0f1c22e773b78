"""schemathesis asks a running backend whatever its document allows, and much that it does not."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.schema.field_types import FIELD_TYPES
from tests.driver import Backend

HERE = Path(__file__).parent
EVERY_TYPE: dict[str, Any] = {
    "name": "Everything",
    "columns": [
        *({"name": f"a{kind}", "type": kind} for kind in FIELD_TYPES if kind != "ACL"),
        {"name": "mood", "type": "String", "constraint": {"enum": ["calm", "excited"]}},
    ],
}
TODO = Path(__file__).parents[4] / "examples" / "todo"
APP = {"X-Parse-Application-Id": "todo"}
# Limits that a thousand log-ins from one address would meet; hashes as cheap as they can be.
PATIENT = [
    "--scrypt-cost=10", "--max-sign-ups=100000", "--max-wrong-passwords=100000",
    "--max-wrong-from-address=100000",
]  # fmt: skip

RUNS = [
    # who asks,  where collections and fields  by what
    ("user",     "production",                 "examples,fuzzing"),
    ("master",   "development",                "examples,coverage,fuzzing"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("who", "mode", "phases"), RUNS)
def test_the_backend_is_as_its_document_says(
    tmp_path: Path, who: str, mode: str, phases: str
) -> None:
    folder = todo_with_every_type(tmp_path)
    command: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve", folder]
    options = ["--port=0", f"--data={tmp_path / 'data'}", f"--mode={mode}", *PATIENT]
    with Backend(command, *options, cwd=tmp_path) as backend:
        key = {"X-Parse-Master-Key": backend.master_key()}
        document = tmp_path / "openapi.json"
        document.write_text(json.dumps(backend.call("GET", "/_admin/openapi.json", None, key)[1]))
        asks = {**APP, **(key if who == "master" else session_of_a_user(backend))}
        found = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli"),
                *("--config-file", HERE / "schemathesis.toml"),
                *("run", document, "--url", backend.ready["url"], "--phases", phases),
                *("--exclude-path-regex", "^/(api|classes)/List"),  # the same rows as Todo
                *("--exclude-path", "/realtime"),  # a stream does not end
                *(part for name, value in asks.items() for part in ("-H", f"{name}: {value}")),
            ],
            cwd=tmp_path, capture_output=True, text=True,
            env={**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)},
        )  # fmt: skip
        assert found.returncode == 0, found.stdout
        assert backend.call("GET", "/health")[1]["status"] == "ok"
        _, _, log = backend.stop()
    assert "Traceback" not in log


def todo_with_every_type(tmp_path: Path) -> Path:
    """Return the folder of the todo example with a further collection that has all field types."""
    folder = shutil.copytree(TODO, tmp_path / "todo")
    schema = json.loads((folder / "schema.json").read_text())
    for column in EVERY_TYPE["columns"]:
        if FIELD_TYPES[column["type"]].targeted:
            column["targetClass"] = "List"
    schema["tables"].append(EVERY_TYPE)
    (folder / "schema.json").write_text(json.dumps(schema))
    return folder


def session_of_a_user(backend: Backend) -> dict[str, str]:
    user = {"username": "ada", "password": "correct horse"}
    status, signed_up = backend.call("POST", "/users", user, APP)
    assert status == 201
    return {"X-Parse-Session-Token": signed_up["sessionToken"]}
