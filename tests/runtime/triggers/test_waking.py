"""The room of triggers is opened when a workflow needs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from noodl_runtime.assemble import assemble
from noodl_runtime.backend import Backend
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import Definition, WorkflowFile
from noodl_runtime.settings import Settings
from noodl_runtime.triggers.waking import Waking
from tests.runtime.triggers.conftest import SCHEMA, order, settled, telling, told, until
from tests.runtime.workflow.graphs import Document, document


def waking(folder: Path, *components: Document) -> tuple[Backend, Waking]:
    files = (WorkflowFile("t.workflow.json", document(*components)),)
    definition = Definition(config={"name": "b", "appId": "b"}, schema=SCHEMA, workflows=files)
    settings = Settings(durability="normal")
    backend = assemble(settings, definition, DataFolder(folder), {})
    assert backend.functions
    made = Waking(backend, backend.functions, backend.store, settings)
    made.prepare()
    made.start()
    return backend, made


def end(backend: Backend, waking: Waking) -> None:
    waking.hold()
    waking.stop()
    backend.close()


def test_a_workflow_that_is_saved_later_brings_its_triggers(tmp_path: Path) -> None:
    backend, awake = waking(tmp_path)
    assert backend.triggers is None
    assert backend.functions
    backend.functions.load([("t.workflow.json", document(telling()))])
    order(backend)
    until(lambda: told(backend))
    end(backend, awake)


def test_what_triggers_have_left_behind_is_forgotten_when_they_are_gone(tmp_path: Path) -> None:
    end(*waking(tmp_path, telling()))
    backend, awake = waking(tmp_path)
    assert backend.store.remembered("positions") == {}
    end(backend, awake)
    backend, awake = waking(tmp_path, telling())
    assert settled(backend)
    end(backend, awake)


def test_a_call_that_was_accepted_is_given_up_aloud_when_no_webhook_is_left(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    backend, awake = waking(tmp_path)
    call = {"method": "POST", "path": "later", "headers": {}, "query": {}, "body": ""}
    backend.store.remember("accepted", {"one": json.dumps({"call": call})})
    end(backend, awake)
    backend, awake = waking(tmp_path)
    assert backend.store.remembered("accepted") == {}
    assert "a call of later is given up" in caplog.text
    end(backend, awake)


def test_a_start_without_triggers_imports_nothing_of_them() -> None:
    text = (
        "import sys, noodl_runtime.assemble, noodl_runtime.triggers.waking; "
        "print([m for m in sys.modules if m == 'pycron' or m.startswith('noodl_runtime.triggers.')])"
    )
    paths = [str(Path(__file__).parents[3] / part) for part in ("runtime", ".")]
    done = subprocess.run(
        [sys.executable, "-c", text], env={"PYTHONPATH": ":".join(paths)}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "['noodl_runtime.triggers.waking']"
