"""A backend inside another program: it ends with it, and answers to it alone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from noodl_portable.cli import main
from tests.driver import Backend

pytestmark = pytest.mark.slow
TOKEN = "0123456789abcdef" * 2
SERVE = [sys.executable, "-m", "noodl_portable", "serve"]


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    main(["init", str(tmp_path / "todo")])
    capsys.readouterr()
    return tmp_path / "todo"


def started(folder: Path, *options: str, **environment: str) -> "subprocess.Popen[str]":
    """Start a backend whose stdin we hold, and wait for its ready line."""
    process = subprocess.Popen(
        [*SERVE, str(folder), "--port", "0", *options], env={**os.environ, **environment}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().startswith("NOODL_READY ")
    return process


@pytest.fixture
def parent() -> Iterator["subprocess.Popen[bytes]"]:
    """Some process that lives until it is killed."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_it_stops_cleanly_when_its_stdin_ends(folder: Path) -> None:
    backend = started(folder, "--stop-with-stdin", "yes")
    out, err = backend.communicate("what comes first is of no meaning\n", timeout=10)
    assert (backend.returncode, out) == (0, "")
    assert "stdin has ended" in err
    assert [p.name for p in (folder / "data").glob("local.db*")] == ["local.db"]


def test_it_stops_when_the_process_it_was_told_of_is_gone(
    folder: Path, parent: "subprocess.Popen[bytes]"
) -> None:
    backend = started(folder, NOODL_PARENT_PID=str(parent.pid))
    parent.kill()
    parent.wait()
    assert backend.wait(timeout=10) == 0
    assert f"process {parent.pid} is gone" in backend.communicate()[1]


STARTER = """
import os, subprocess, sys
child = subprocess.Popen([*sys.argv[1:], "--parent-pid", str(os.getpid())],
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
print(child.stdout.readline(), end="", flush=True)
input()
"""


@pytest.mark.skipif(os.name != "posix", reason="an orphan is found by the pipe it writes to")
def test_a_killed_parent_that_nobody_has_collected_yet_counts_as_gone(folder: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTER, *SERVE, str(folder), "--port", "0"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert parent.stdout is not None
    assert parent.stderr is not None
    assert parent.stdout.readline().startswith("NOODL_READY ")
    parent.kill()
    assert "is gone" in parent.stderr.read()  # ends when the backend, too, has let go of it
    parent.communicate()


def test_without_being_asked_to_it_outlives_its_stdin(folder: Path) -> None:
    with Backend([*SERVE, folder], cwd=folder) as backend:  # its stdin is empty from the start
        assert backend.call("GET", "/health")[0] == 200
        backend.stop()


def test_the_token_comes_by_the_environment_and_is_nowhere_else(folder: Path) -> None:
    env = {**os.environ, "NOODL_LAUNCH_TOKEN": TOKEN}
    with Backend(
        [*SERVE, folder], "--port", "0", "--log-level", "debug", cwd=folder, env=env
    ) as backend:
        assert TOKEN not in str(backend.ready)
        assert backend.call("GET", "/health")[0] == 403
        assert backend.call("GET", "/health", headers={"X-Noodl-Launch-Token": TOKEN})[0] == 200
        _, _, err = backend.stop()
    assert TOKEN not in err
    for file in folder.rglob("*"):
        assert file.is_dir() or TOKEN.encode() not in file.read_bytes()
    shutil.rmtree(folder)


def test_a_token_on_the_command_line_is_no_option(folder: Path) -> None:
    done = subprocess.run(
        [*SERVE, str(folder), "--launch-token", TOKEN], capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 2
