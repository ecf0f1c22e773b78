"""Triggers in a real process: killed, stopped in the middle, and looked after from outside."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from noodl_portable.cli import main
from noodl_portable.running import ask
from tests.driver import Backend
from tests.runtime.workflow.graphs import component, document, node, script

pytestmark = pytest.mark.slow

SERVE: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve"]
WAITS = "await new Promise(done => setTimeout(done, Inputs.ms || 1)); Outputs.Done()"
FOLLOW = component(
    "Follow",
    [
        node("t", "noodl.trigger.dbChange", collection="Order", events="create,save"),
        script("x", "Outputs.ms = Inputs.r.ms; Outputs.n = Inputs.r.n; Outputs.Done()", "Done"),
        script("f", WAITS, "Done"),
        node("i", "noodl.local.insert", collection="Log"),
    ],
    "t.record -> x.in-r, t.triggered -> x.run, x.out-ms -> f.in-ms, x.out-Done -> f.run, "
    "t.recordId -> i.prop-about, x.out-n -> i.prop-n, f.out-Done -> i.insert",
)
FAILS = component(
    "Fails",
    [
        node("t", "noodl.trigger.dbChange", collection="Bad"),
        node("r", "Response", status="failure", errorMessage="no"),
    ],
    "t.triggered -> r.send",
)
NIGHTLY = component("Nightly", [node("s", "noodl.trigger.schedule", cron="@yearly"),
                                node("r", "Response", **{"pm-well": True})],
                    "s.triggered -> r.send")  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "app"
    (made / "workflows").mkdir(parents=True)
    columns = {"Order": ["n", "ms"], "Log": ["about", "n"], "Bad": []}
    types = {"about": "String"}
    tables = [
        {"name": name, "columns": [{"name": c, "type": types.get(c, "Number")} for c in found]}
        for name, found in columns.items()
    ]
    files = {
        "config.json": {"name": "app", "appId": "app"},
        "schema.json": {"tables": tables},
        "workflows/t.workflow.json": document(FOLLOW, FAILS, NIGHTLY),
    }
    for name, content in files.items():
        (made / name).write_text(json.dumps(content), encoding="utf-8")
    return made


Start = Callable[..., Backend]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    running: list[Backend] = []

    def begin(*options: str) -> Backend:
        running.append(Backend([*SERVE, folder], "--port", "0", *options, cwd=folder.parent))
        return running[-1]

    yield begin
    for backend in running:
        backend.__exit__(None, None, None)


def key(backend: Backend) -> dict[str, str]:
    return {"X-Parse-Master-Key": backend.master_key()}


def follows(backend: Backend) -> dict[str, Any]:
    found = backend.call("GET", "/_admin/triggers", None, key(backend))[1]["results"]
    shown: dict[str, Any] = next(one for one in found if one["component"].endswith("Follow"))
    return shown


def until(holds: Callable[[], Any], timeout_s: float = 60) -> None:
    """Ask until something holds."""
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.005)


def caught_up(backend: Backend) -> None:
    """Wait until every change has been dealt with."""
    until(lambda: not (shown := follows(backend))["behind"] and not shown["running"])


def log_of(backend: Backend) -> list[tuple[str, int]]:
    found = backend.call("GET", "/api/Log?limit=1000", None, key(backend))[1]["results"]
    return [(one["about"], one["n"]) for one in found]


Acknowledged = list[tuple[str, int]]


def write(backend: Backend, acknowledged: Acknowledged) -> None:
    """Make and change orders until the backend is gone, and note what it has acknowledged."""
    try:
        for _ in range(1000):
            made = backend.call("POST", "/api/Order", {"n": 0})[1]["objectId"]
            acknowledged.append((made, 0))
            for n in (1, 2):
                backend.call("PUT", f"/api/Order/{made}", {"n": n})
                acknowledged.append((made, n))
    except (OSError, ValueError, KeyError):
        pass  # it was killed


def kill_in_the_middle(backend: Backend, acknowledged: Acknowledged, more: int) -> None:
    """Write, and kill the backend once so many more changes are acknowledged."""
    enough = len(acknowledged) + more
    writing = Thread(target=write, args=(backend, acknowledged))
    writing.start()
    until(lambda: len(acknowledged) >= enough or not writing.is_alive())
    backend.process.kill()
    backend.process.wait()
    writing.join()


def test_after_kills_every_acknowledged_change_was_fired_for_in_order(start: Start) -> None:
    acknowledged: Acknowledged = []
    for more in (20, 35, 50):
        kill_in_the_middle(start(), acknowledged, more)

    backend = start()
    caught_up(backend)
    told = log_of(backend)
    assert set(acknowledged) <= set(told)
    for about in {about for about, _ in acknowledged}:
        first_times = list(dict.fromkeys(n for each, n in told if each == about))
        assert first_times == sorted(first_times)
    repeated = len(told) - len(set(told))
    assert repeated <= 3 * 8 * 2  # what ran, and what had just ended, when it was killed


def test_a_run_that_a_stop_breaks_off_is_done_again_after_the_restart(start: Start) -> None:
    backend = start("--stop-timeout", "0.2")
    made = backend.call("POST", "/api/Order", {"n": 7, "ms": 1200})[1]["objectId"]
    until(lambda: follows(backend)["running"] or not follows(backend)["behind"])
    code, _, err = backend.stop()
    assert code == 0
    assert "1 runs of triggers are broken off" in err
    assert "Traceback" not in err

    backend = start()
    caught_up(backend)
    assert log_of(backend) == [(made, 7)]


def test_a_run_that_ends_in_time_is_not_done_again(start: Start) -> None:
    backend = start()
    made = backend.call("POST", "/api/Order", {"n": 7, "ms": 400})[1]["objectId"]
    until(lambda: follows(backend)["running"] or not follows(backend)["behind"])
    assert backend.stop()[0] == 0
    backend = start()
    caught_up(backend)
    assert log_of(backend) == [(made, 7)]


def test_the_command_line_lists_fires_and_tries_again(
    start: Start, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backend = start("--trigger-tries", "1")
    url = ("--url", backend.ready["url"])
    backend.call("POST", "/api/Bad", {})

    def said(*words: str, code: int = 0) -> str:
        assert main(["trigger", words[0], str(folder), *words[1:], *url]) == code
        out = capsys.readouterr()
        return out.out + out.err

    until(lambda: "parked" in said("list"))
    listed = said("list")
    assert "Nightly: schedule @yearly at 00:00, on the 1st, in January\n    next " in listed
    assert "Fails: database change of Bad (all)" in listed
    assert len(json.loads(said("list", "--json"))) == 3
    assert said("fire", "Nightly") == '{"result": {"well": true}}\n'
    assert "no\n" in said("fire", "Fails", "--with", '{"record": {}}', code=1)
    assert said("retry", "Fails", code=1).endswith(": no\n")
    assert "there is no trigger Nobody; known:" in said("fire", "Nobody", code=1)
    assert "--with is not JSON" in said("fire", "Nightly", "--with", "{", code=1)


def test_a_backend_that_does_not_run_is_named_with_the_way_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["trigger", "list", str(folder), "--url", "http://127.0.0.1:1"]) == 1
    assert "folder that the ready line" in capsys.readouterr().err
    (folder / "secrets.json").write_text('{"masterKey": "k"}')
    assert main(["trigger", "list", str(folder), "--url", "http://127.0.0.1:1"]) == 1
    assert "no backend answers at http://127.0.0.1:1" in capsys.readouterr().err


def test_the_port_is_taken_from_the_config(folder: Path) -> None:
    from argparse import Namespace

    from noodl_runtime.errors import SetupError

    (folder / "secrets.json").write_text('{"masterKey": "k"}')
    (folder / "config.json").write_text('{"port": 1}')
    with pytest.raises(SetupError, match=r"127\.0\.0\.1:1 "):
        ask(Namespace(folder=folder, url=None), "GET", "/health")
