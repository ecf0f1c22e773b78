"""A backend that is killed while an editor deploys serves the old functions or the new, whole."""

import json
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.driver import Backend
from tests.runtime.test_deployments import saying

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "todo"
BALLAST = {"note": "x" * 2_000_000}  # so that writing takes a while


def started(folder: Path) -> Backend:
    command: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve", folder]
    return Backend(command, cwd=folder)


def deploy(backend: Backend, text: str, **more: Any) -> str:
    headers = {
        "X-Parse-Application-Id": backend.ready["appId"],
        "X-Parse-Master-Key": backend.master_key(),
    }
    export = {"deploy": json.dumps(saying(text, **more))}
    status, answer = backend.call("POST", "/functions-admin/deploy", export, headers)
    assert status == 200, answer
    return str(answer["version"])


def said(backend: Backend) -> Any:
    return backend.call("POST", "/functions/F", {})[1]["result"]["said"]


@pytest.mark.slow
def test_a_kill_in_the_middle_of_a_deploy_leaves_the_old_version_or_the_new_one(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "todo"
    shutil.copytree(EXAMPLE, folder)
    deployed = folder / "data/deployed"
    expected = {"first"}
    with started(folder) as backend:
        deploy(backend, "first")
    for attempt in ("second", "third", "fourth"):
        with started(folder) as backend:
            assert said(backend) in expected
            assert not list(deployed.glob(".*"))
            assert backend.call("GET", "/health")[1]["workflowProblems"] == 0
            before = set(deployed.iterdir())
            asking = threading.Thread(target=cut_off, args=(backend, attempt))
            asking.start()
            while asking.is_alive() and set(deployed.iterdir()) == before:  # nothing arrived yet
                asking.join(0.001)
            backend.process.kill()
            asking.join()
        expected.add(attempt)
    with started(folder) as backend:
        assert said(backend) in expected
        assert deploy(backend, "last").partition("-")[0] in ("2", "3", "4", "5")
        assert said(backend) == "last"


def cut_off(backend: Backend, text: str) -> None:
    with suppress(OSError):  # the connection ends with the process
        deploy(backend, text, metadata=BALLAST)
