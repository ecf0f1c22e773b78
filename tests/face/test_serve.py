"""A backend folder served by a real process: the ready line, the end, and what can be wrong."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from noodl_portable.cli import main
from tests.driver import Backend

pytestmark = pytest.mark.slow

COMMAND: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve"]


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A fresh todo backend in a folder with a space and an umlaut in its name."""
    main(["init", str(tmp_path / "my äpp")])
    capsys.readouterr()
    return tmp_path / "my äpp"


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Backend]]:
    """start(*options) -> a running backend, stopped at the end of the test."""
    running: list[Backend] = []

    def begin(*options: str) -> Backend:
        running.append(
            Backend([*COMMAND, folder], *(options or ("--port", "0")), cwd=folder.parent)
        )
        return running[-1]

    yield begin
    for backend in running:
        backend.__exit__(None, None, None)


def refused(*options: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, COMMAND), *map(str, options)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_the_ready_line_says_all_that_a_parent_needs(
    start: Callable[..., Backend], folder: Path
) -> None:
    backend = start()
    ready = backend.ready
    assert ready["url"] == f"http://127.0.0.1:{ready['port']}"
    assert ready["pid"] == backend.process.pid
    assert Path(ready["data"]) == folder
    assert ready["appId"] == json.loads((folder / "config.json").read_text())["appId"]
    assert ready["version"] == "1.0"
    assert (ready["build"], ready["protocol"]) == (None, 1)
    assert backend.call("GET", "/health")[0] == 200


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_leaves_one_database_file(
    start: Callable[..., Backend], folder: Path, how: int
) -> None:
    backend = start()
    assert backend.call("POST", "/api/Todo", {"title": "Buy milk"})[0] == 201
    code, out, err = backend.stop(how)
    assert (code, out) == (0, "")
    assert "Traceback" not in err
    assert [p.name for p in (folder / "data").glob("local.db*")] == ["local.db"]


def test_a_running_function_is_answered_before_the_end(
    start: Callable[..., Backend], folder: Path
) -> None:
    (folder / "workflows" / "slow.workflow.json").write_text(json.dumps(SLOW))
    backend = start()
    answers: list[Any] = []
    caller = Thread(target=lambda: answers.append(backend.call("POST", "/functions/slow", {})))
    caller.start()
    time.sleep(0.5)  # the function waits a second; it must be under way when the signal comes
    assert backend.stop()[0] == 0
    caller.join()
    assert answers == [(200, {"result": {}})]


def test_a_second_process_on_one_data_folder_is_refused(
    start: Callable[..., Backend], folder: Path
) -> None:
    first = start()
    second = refused(folder, "--port", "0")
    assert second.returncode == 75
    assert str(folder) in second.stderr
    assert second.stderr.count("\n") == 1
    assert first.call("GET", "/health")[0] == 200


def test_a_taken_port_is_named_with_the_way_out(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = refused(folder, "--port", str(port))
    assert done.returncode == 69
    assert str(port) in done.stderr
    assert "--port" in done.stderr
    assert done.stdout == ""


def test_a_broken_workflow_is_named_and_the_rest_serves(
    start: Callable[..., Backend], folder: Path
) -> None:
    (folder / "workflows" / "broken.workflow.json").write_text("{")
    backend = start()
    status, health = backend.call("GET", "/health")
    assert status == 200
    assert "workflows/broken.workflow.json" in json.dumps(health)
    assert backend.call("POST", "/functions/hello", {"name": "Ada"})[0] == 200
    assert "broken.workflow.json" in backend.stop()[2]


WRONG_FILES = [
    # file            text                                    sentence
    ("config.json",   "{",                                    "config.json: not JSON"),
    ("config.json",   '{"name": 5, "appId": "x"}',            "config.json: name is 5; expected string"),
    ("config.json",   '{"name": "x", "appId": "x", "settings": {"maxBody": "big"}}',
                                                              "settings.maxBody in config.json is 'big'"),
    ("schema.json",   '{"tables": [{}]}',                     "schema.json: tables[0] lacks 'name'"),
    ("secrets.json",  "[]",                                   "secrets.json"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "sentence"), WRONG_FILES)
def test_a_wrong_file_stops_the_start_with_one_sentence(
    folder: Path, name: str, text: str, sentence: str
) -> None:
    (folder / name).write_text(text)
    done = refused(folder, "--port", "0")
    assert done.returncode == 78
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert (folder / name).read_text() == text


WRONG_OPTIONS = [
    # options                          code   sentence
    (["--port", "x"],                  78,    "--port is 'x'; it takes a whole number from"),
    (["--prot", "1"],                  2,     "unrecognized arguments: --prot"),
    (["--mode", "fast"],               78,    "--mode is 'fast'; it takes one of development"),
    (["--data", "/proc/nowhere"],      1,     "the data folder /proc/nowhere cannot be written"),
    (["--data", "/dev/null"],          1,     "the data folder /dev/null is not a folder"),
    (["--host", "203.0.113.7"],        78,    "in development mode anyone may add to the schema"),
    (["--host", "203.0.113.7", "--mode", "production"],
                                       78,    "set a master key of your own in the environment"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "code", "sentence"), WRONG_OPTIONS)
def test_a_wrong_option_is_named(
    folder: Path, options: list[str], code: int, sentence: str
) -> None:
    done = refused(folder, *options)
    assert (done.returncode, done.stdout) == (code, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_folder_is_named_with_the_way_on(tmp_path: Path) -> None:
    done = refused(tmp_path / "nowhere")
    assert done.returncode == 1
    assert f"`noodl-portable init {tmp_path / 'nowhere'}`" in done.stderr


def test_an_address_that_is_not_of_this_machine_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOODL_MASTER_KEY", "a key of my own")
    done = refused(folder, "--host", "203.0.113.7", "--mode", "production")
    assert done.returncode != 0
    assert "203.0.113.7" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_reader_does_not_stop_the_service(folder: Path) -> None:
    process = subprocess.Popen(
        [*map(str, COMMAND), str(folder), "--port", "0", "--log-level", "debug"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    port = json.loads(process.stdout.readline().removeprefix("NOODL_READY "))["port"]
    process.stdout.close()
    process.stderr.close()
    try:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert connection.recv(20).startswith(b"HTTP/1.1 200")
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0


def test_a_misspelt_setting_is_told_and_keeps_nothing_from_starting(
    start: Callable[..., Backend], folder: Path
) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["settings"] = {"allowed_hosts": "example.com"}
    (folder / "config.json").write_text(json.dumps(config))
    assert "did you mean allowedHosts?" in start().stop()[2]


def test_an_unchanged_folder_is_left_as_it_was(start: Callable[..., Backend], folder: Path) -> None:
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    shutil.copytree(folder, folder.with_name("copy"))
    assert start().stop()[0] == 0
    for name in ("config.json", "schema.json"):
        assert (folder / name).read_bytes() == before[name]


SLOW = {
    "components": [
        {
            "name": "/#__cloud__/slow",
            "nodes": [
                {"id": "q", "type": "noodl.cloud.request", "parameters": {"allowNoAuth": True}},
                {
                    "id": "f",
                    "type": "JavaScriptFunction",
                    "parameters": {
                        "functionScript": "await new Promise(r => setTimeout(r, 1000));"
                        "Outputs.Done();"
                    },
                    "ports": [{"name": "out-Done", "plug": "output", "type": "signal"}],
                },
                {"id": "r", "type": "noodl.cloud.response", "parameters": {}},
            ],
            "connections": [
                {"sourceId": "q", "sourcePort": "receive", "targetId": "f", "targetPort": "run"},
                {"sourceId": "f", "sourcePort": "out-Done", "targetId": "r", "targetPort": "send"},
            ],
        }
    ]
}
