"""A served folder follows its files: saved is served, broken is told."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from noodl_portable.cli import main
from tests.driver import Backend

pytestmark = pytest.mark.slow

COMMAND: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve"]
GREETING = ("POST", "/functions/hello", {"name": "Ada"})


def until(answer: Callable[[], object], wanted: object) -> None:
    """Ask until the answer is the wanted one; fail with the last answer after ten seconds."""
    end = time.monotonic() + 10
    while (found := answer()) != wanted and time.monotonic() < end:
        time.sleep(0.02)
    assert found == wanted


def test_a_saved_workflow_is_served_and_a_broken_one_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "app"
    main(["init", str(folder)])
    file = folder / "workflows/hello.workflow.json"
    options = ("--port", "0", "--reload-delay", "0.1")
    with Backend([*COMMAND, folder], *options, cwd=tmp_path) as backend:
        welcome = (200, {"result": {"message": "Welcome, Ada!"}})
        file.write_text(file.read_text("utf-8").replace("Hello, ", "Welcome, "), "utf-8")
        until(lambda: backend.call(*GREETING), welcome)

        good = file.read_text("utf-8")
        file.write_text("{", "utf-8")
        broken = ["workflows/hello.workflow.json"]
        until(lambda: backend.call("GET", "/health")[1]["brokenFiles"], broken)
        assert backend.call(*GREETING) == welcome

        file.write_text(good, "utf-8")
        until(lambda: backend.call("GET", "/health")[1]["brokenFiles"], [])
        assert "not JSON" in backend.stop()[2]
    assert json.loads(good)["components"]
