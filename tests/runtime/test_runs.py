"""The history of runs: what is kept, what never is, and that it costs callers nothing."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from noodl_runtime.access.caller import ANYONE, MASTER
from noodl_runtime.assemble import assemble
from noodl_runtime.backend import Backend
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import Definition, WorkflowFile
from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.http.route import Request
from noodl_runtime.http.routes.runs import fetch, newest
from noodl_runtime.runs import RunHistory
from noodl_runtime.runs.scrub import body_of, scrub
from noodl_runtime.schema.model import Schema
from noodl_runtime.settings import Settings
from noodl_runtime.store.sqlite.connection import Connection
from noodl_runtime.workflow.triggering import Firing
from tests.runtime.workflow.graphs import component, document, node, script
from tests.runtime.workflow.wire_store import NoSchema

ECHO = component(
    "Echo",
    [node("q", "Request"), node("r", "Response")],
    "q.pm-text -> r.pm-text, q.pm-password -> r.pm-copy, q.receive -> r.send",
)
FAILS = component(
    "Fails",
    [node("q", "Request"), node("r", "Response", status="failure", errorMessage="no")],
    "q.receive -> r.send",
)
PRINTS = component(
    "Prints",
    [node("q", "Request"), script("f", "console.log('hello'); Outputs.Done()", "Done"),
     node("r", "Response")],
    "q.receive -> f.run, f.out-Done -> r.send",
)  # fmt: skip
NIGHTLY = component("Nightly", [node("t", "noodl.trigger.schedule"), node("s", "String")])
ALL = document(ECHO, FAILS, PRINTS, NIGHTLY)
Make = Callable[..., Functions]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """make(run_history_steps=0) -> functions that keep their runs in a folder of the test."""
    made: list[Functions] = []

    def functions(**settings: Any) -> Functions:
        given = Settings(**settings)
        one = Functions(given, NoSchema())  # type: ignore[arg-type]
        one.load([("f.workflow.json", ALL)])
        one.history = RunHistory(tmp_path / "runs.db", given)
        made.append(one)
        return one

    yield functions
    for one in made:
        one.close()


def call(functions: Functions, name: str, **parameters: Any) -> Any:
    answer = functions.call(name, FunctionRequest(body=json.dumps(parameters).encode()))
    return json.loads(answer.body)


def kept(functions: Functions, **narrowed: Any) -> list[dict[str, Any]]:
    assert functions.history
    return functions.history.newest(100, **narrowed)


def last(functions: Functions) -> dict[str, Any]:
    assert functions.history
    found = functions.history.fetch(kept(functions)[0]["id"])
    assert found
    return found


def test_a_run_is_kept_with_request_response_and_duration(make: Make) -> None:
    functions = make()
    call(functions, "Echo", text="hi")
    found = last(functions)
    assert (found["name"], found["trigger"], found["status"]) == ("Echo", "call", 200)
    assert found["request"] == {"text": "hi"}
    assert found["response"] == {"result": {"text": "hi"}}
    assert 0 < found["duration"] < 10_000
    assert found["startedAt"].endswith("Z")


def test_the_values_that_pass_are_kept_in_order(make: Make) -> None:
    functions = make()
    call(functions, "Echo", text="hi")
    steps = [(step["node"], step["input"], step["value"]) for step in last(functions)["steps"]]
    assert steps.index(("r", "pm-text", "hi")) < steps.index(("r", "send", True))


def test_steps_are_bounded(make: Make) -> None:
    functions = make(run_history_steps=2)
    call(functions, "Echo", text="hi")
    assert len(last(functions)["steps"]) == 2


def test_what_a_script_prints_is_kept(make: Make) -> None:
    functions = make()
    call(functions, "Prints")
    (line,) = [line for line in last(functions)["console"] if "hello" in line["message"]]
    assert line["message"] == "hello"


def test_a_firing_is_kept_with_its_trigger(make: Make) -> None:
    functions = make()
    (trigger,) = functions.triggers()
    functions.fire(trigger, Firing(outputs={}, parameters={"trigger": "schedule"}))
    found = last(functions)
    assert (found["name"], found["trigger"]) == ("/#__local__/Nightly", "schedule")
    assert found["request"] == {"trigger": "schedule"}


def test_a_secret_is_in_no_part_of_what_is_kept(make: Make, tmp_path: Path) -> None:
    functions = make()
    call(functions, "Echo", password="hunter2hunter2", text="r:abcdefghijklmnop1234")
    found = last(functions)
    assert found["request"] == {"password": "***", "text": "***"}
    assert found["response"] == {"result": {"text": "***", "copy": "***"}}
    functions.close()
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"hunter2" not in written
    assert b"abcdefghijklmnop" not in written


def test_only_the_last_runs_stay(make: Make) -> None:
    functions = make(run_history=3)
    for number in range(5):
        call(functions, "Echo", text=number)
    assert [run["id"] for run in kept(functions)] == [5, 4, 3]


def test_of_a_sample_only_some_are_kept_and_those_that_failed_always(make: Make) -> None:
    functions = make(run_history_sample=4)
    for name in ("Echo", "Echo", "Fails", "Echo", "Echo"):
        call(functions, name)
    assert [run["name"] for run in kept(functions)] == ["Echo", "Fails", "Echo"]


def test_runs_are_narrowed_by_name_failure_and_place(make: Make) -> None:
    functions = make()
    for name in ("Echo", "Fails", "Echo"):
        call(functions, name)
    assert [run["id"] for run in kept(functions, name="Echo")] == [3, 1]
    assert [run["id"] for run in kept(functions, failed=True)] == [2]
    assert [run["id"] for run in kept(functions, before=3)] == [2, 1]


def test_in_a_flood_of_runs_the_failed_are_kept_and_a_close_amid_writing_is_clean(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("noodl_runtime.runs.history.GATHER_S", 0)
    functions = make(run_history_steps=0)
    for number in range(300):
        call(functions, "Echo", number=number)
        if number % 50 == 0:
            gevent.sleep(0)  # lets a writer begin
    call(functions, "Fails", number=300)
    functions.close()
    assert not caplog.records
    assert last(functions)["request"] == {"number": 300}


def test_a_call_does_not_wait_for_the_file(make: Make, tmp_path: Path) -> None:
    functions = make()
    call(functions, "Echo")
    assert not (tmp_path / "runs.db").exists()
    functions.close()
    assert (tmp_path / "runs.db").exists()


@pytest.mark.parametrize(
    ("given", "kept_as"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"apiKey": "abcd", "b": "is abcd here"}', {"apiKey": "***", "b": "is *** here"}),
        ('{"list": [{"authToken": "t1"}]}', {"list": [{"authToken": "***"}]}),
        ('{"Secret": {"inner": "s"}}', {"Secret": "***"}),
        ('{"password": null}', {"password": None}),
        ("not json r:abcdefghijklmnop1234", "not json ***"),
        ("", ""),
    ],
)
def test_a_body_is_kept_without_secrets(given: str, kept_as: Any) -> None:
    assert body_of(given, set()) == kept_as


def test_a_long_body_is_cut() -> None:
    assert len(body_of(json.dumps({"a": "x" * 100_000}), set())) == 10_000


def test_a_hidden_value_is_looked_for_in_the_rest() -> None:
    hidden: set[str] = set()
    scrub({"password": "hunter2"}, hidden)
    assert scrub(["hunter2!"], hidden) == ["***!"]


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    definition = Definition(
        config={"name": "b", "appId": "b"},
        schema=Schema(),
        workflows=(WorkflowFile("f.workflow.json", ALL),),
    )
    made = assemble(
        Settings(), definition, DataFolder(tmp_path), {"NOODL_SECRET_S": "s3cr3t-value"}
    )
    yield made
    made.close()


def asked(backend: Backend, handler: Any, **given: Any) -> Any:
    request = Request(method="GET", path="/_admin/runs", caller=MASTER, **given)
    return json.loads(handler(backend, request).body)


def test_the_admin_routes_list_runs_and_show_one(backend: Backend) -> None:
    assert backend.functions
    body = b'{"text": "is s3cr3t-value"}'
    backend.functions.call("Echo", FunctionRequest(body=body, caller=ANYONE))
    (run,) = asked(backend, newest, query={"limit": "5"})["results"]
    assert run["name"] == "Echo"
    found = asked(backend, fetch, params={"run": str(run["id"])})
    assert found["request"] == {"text": "is ***"}


@pytest.mark.parametrize("odd", ["x", "-1", "1.5", str(2**63)])
def test_an_odd_number_is_refused(backend: Backend, odd: str) -> None:
    from noodl_runtime.errors import BadQuery

    with pytest.raises(BadQuery, match="run must be a whole number"):
        asked(backend, fetch, params={"run": odd})


def test_a_run_that_is_not_kept_is_not_found(backend: Backend) -> None:
    from noodl_runtime.errors import NoSuchRecord

    with pytest.raises(NoSuchRecord, match="run_history"):
        asked(backend, fetch, params={"run": "7"})


def test_no_history_is_kept_where_it_is_off(tmp_path: Path) -> None:
    definition = Definition(config={"name": "b", "appId": "b"}, schema=Schema(), workflows=())
    made = assemble(Settings(run_history=0), definition, DataFolder(tmp_path), {})
    assert made.functions
    assert made.functions.history is None
    assert asked(made, newest) == {"results": []}
    made.close()
    assert not (tmp_path / "data/runs.db").exists()


def test_a_history_of_an_older_version_goes_on(make: Make, tmp_path: Path) -> None:
    old = Connection(tmp_path / "runs.db", writes=True)
    old.run(
        "CREATE TABLE `runs` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, `name` TEXT NOT NULL, "
        "`trigger` TEXT NOT NULL, `startedAt` TEXT NOT NULL, `duration` REAL NOT NULL, "
        "`status` INTEGER NOT NULL, `more` TEXT NOT NULL)"
    )
    old.run("INSERT INTO `runs` VALUES (1, 'Old', 'call', '', 1, 200, '{}')")
    old.close()
    functions = make()
    call(functions, "Echo")
    assert [(run["name"], run["chain"]) for run in kept(functions)] == [("Echo", ""), ("Old", "")]


def test_what_cannot_be_looked_up_is_told_to_who_asks_and_nobody_else(
    make: Make, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exception, match="not supported"):
        kept(make(), name=object())
    assert capfd.readouterr().err == ""
