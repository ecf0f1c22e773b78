"""Functions as a whole: loading, swapping, limits, and what a runaway does to the others."""

import json
import logging
from typing import Any

import gevent
import pytest

from noodl_runtime.errors import BadSetting
from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from tests.runtime.workflow.graphs import component, document, node, script
from tests.runtime.workflow.wire_store import NoSchema

ECHO = component(
    "Echo",
    [node("q", "Request"), node("r", "Response")],
    "q.pm-text -> r.pm-text, q.receive -> r.send",
)


def functions(*components: Any, timeout: float = 1, **settings: Any) -> Functions:
    made = Functions(Settings(function_timeout=timeout, **settings), NoSchema())  # type: ignore[arg-type]
    made.load([("test.workflow.json", document(*components))])
    return made


def answer(served: Functions, name: str, body: Any = None) -> tuple[int, Any]:
    request = FunctionRequest(body=json.dumps(body or {}).encode())
    found = served.call(name, request)
    return found.status, json.loads(found.body)


def scripted(text: str) -> Any:
    return component(
        "Runaway",
        [node("q", "Request"), script("f", text, "Done"), node("r", "Response")],
        "q.receive -> f.run, f.out-Done -> r.send, f.out-v -> r.pm-v",
    )


def test_a_function_answers_with_its_response_parameters() -> None:
    assert answer(functions(ECHO), "Echo", {"text": "hi"}) == (200, {"result": {"text": "hi"}})


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("Missing", "Can't find component model for /#__cloud__/Missing"),
        ("Helper", "Could not find request node for function"),
    ],
)
def test_what_cannot_be_called_says_so(name: str, error: str) -> None:
    assert answer(functions(ECHO, component("Helper", [])), name) == (400, {"error": error})


def test_names_are_those_of_components_with_a_request_node() -> None:
    assert functions(ECHO, component("Helper", [])).names() == ["Echo"]


def test_a_reload_swaps_everything_and_runs_under_way_keep_their_graph() -> None:
    waiting = component(
        "Waiting",
        [
            node("q", "Request"),
            script("w", "setTimeout(() => { Outputs.v = 1; Outputs.Done() }, 30)", "Done"),
            node("r", "Response"),
        ],
        "q.receive -> w.run, w.out-v -> r.pm-v, w.out-Done -> r.send",
    )
    served = functions(waiting)
    under_way = gevent.spawn(answer, served, "Waiting")
    gevent.sleep(0.01)
    served.load([("other.workflow.json", document(ECHO))])
    assert served.names() == ["Echo"]
    assert under_way.get() == (200, {"result": {"v": 1}})


def test_a_file_that_is_no_workflow_is_reported_and_the_rest_serves() -> None:
    served = Functions(Settings(), NoSchema())  # type: ignore[arg-type]
    served.load([("odd.workflow.json", ["no"]), ("fine.workflow.json", document(ECHO))])
    assert served.names() == ["Echo"]
    assert [problem.file for problem in served.problems] == ["odd.workflow.json"]


def test_an_error_in_a_script_is_logged_with_function_component_and_node(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = component(
        "Broken",
        [node("q", "Request"), script("f", "null.x"), node("r", "Response")],
        "q.receive -> f.run, q.receive -> r.send",
    )
    answer(functions(broken, timeout=5), "Broken")
    line = next(r.getMessage() for r in caplog.records if "TypeError" in r.getMessage())
    assert line.startswith("Broken: /#__local__/Broken JavaScriptFunction f: Error in JS node run")


def test_code_after_the_response_still_runs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    text = 'Outputs.Done(); await new Promise(r => setTimeout(r, 20)); console.log("afterwards")'
    assert answer(functions(scripted(text)), "Runaway") == (200, {"result": {}})
    with gevent.Timeout(5):
        while not any("afterwards" in record.getMessage() for record in caplog.records):
            gevent.sleep(0.001)


def test_more_questions_than_allowed_are_refused_and_the_run_goes_on() -> None:
    text = """
    const waits = [];
    for (let i = 0; i < 5; i++) waits.push(Noodl.Users.logIn("a", "b").catch(e => e.message));
    Outputs.v = (await Promise.all(waits)).filter(m => m.includes("max_asks")).length;
    Outputs.Done();
    """
    served = functions(scripted(text), max_asks=3)
    assert answer(served, "Runaway") == (200, {"result": {"v": 2}})


def test_without_the_engine_only_script_nodes_fail(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("noodl_runtime.functions.running.available", lambda: False)
    both = component(
        "Both",
        [node("q", "Request"), script("f", "Outputs.v = 1"), node("r", "Response")],
        "q.receive -> f.run, f.out-v -> r.pm-v, q.receive -> r.send",
    )
    assert answer(functions(both), "Both") == (200, {"result": {}})
    assert any("needs the JavaScript engine" in r.getMessage() for r in caplog.records)


def test_nothing_a_script_leaves_behind_is_there_in_the_next_run() -> None:
    text = """
    Outputs.v = [typeof leak, [].extra, Noodl.Variables.x, Noodl.Object.exists("o")];
    leak = 1; Array.prototype.extra = 2; Noodl.Variables.x = 3; Noodl.Object.get("o");
    Outputs.Done();
    """
    served = functions(scripted(text))
    clean = (200, {"result": {"v": ["undefined", None, None, False]}})
    assert answer(served, "Runaway") == clean
    assert answer(served, "Runaway") == clean


def test_a_function_that_a_setting_names_has_a_limit_of_its_own() -> None:
    waits = scripted("setTimeout(() => { Outputs.v = 1; Outputs.Done() }, 150)")
    served = functions(waits, timeout=0.05, function_timeouts=("Runaway=5",))
    assert answer(served, "Runaway") == (200, {"result": {"v": 1}})
    served = functions(waits, timeout=5, function_timeouts=("Other=9", "Runaway=0.05"))
    assert answer(served, "Runaway") == (500, {"error": "timeout"})


@pytest.mark.parametrize("entry", ["Runaway", "=5", "Runaway=", "Runaway=soon", "Runaway=-1"])
def test_a_limit_that_says_nothing_is_refused_by_name(entry: str) -> None:
    with pytest.raises(BadSetting, match="function_timeouts"):
        functions(function_timeouts=(entry,))
