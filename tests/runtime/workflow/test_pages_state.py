"""Rules of single node types that surprise: requests, Objects, Run Tasks, in both worlds."""

from typing import Any

import pytest

from tests.runtime.workflow.conftest import Call
from tests.runtime.workflow.graphs import component, node, script

Q = node("q", "Request")
SCRIPTED = script("z", "")  # makes the Objects and Arrays of the run live in the script context
SEND = "q.receive -> r.send"
NEVER = object()  # the call ends at its time limit


def shown(*names: str, **parameters: Any) -> Any:
    """A Response whose parameters have their place before send does."""
    return node("r", "Response", **{f"pm-{name}": None for name in names}, **parameters)


def counted(*signals: str, of: str = "n") -> tuple[list[Any], str]:
    """Counters that show on the Response how often signals of a node came."""
    counters = [node(f"c{name}", "Counter") for name in signals]
    wires = [f"{of}.{name} -> c{name}.increase, c{name}.currentCount -> r.pm-{name}"
             for name in signals]  # fmt: skip
    return counters, ", ".join(wires)


@pytest.fixture(params=[False, True], ids=["plain", "scripted"])
def both(request: pytest.FixtureRequest, call: Call) -> Call:
    """Call a graph in one world and in the other; a call without answer is NEVER."""

    def run(nodes: list[Any], connections: str, *helpers: Any, **more: Any) -> Any:
        nodes = [*nodes, SCRIPTED] if request.param else nodes
        status, body = call(nodes, connections, *helpers, **more)
        if (status, body) == (500, {"error": "timeout"}):
            return NEVER
        return body["result"] if status == 200 else (status, body)

    return run


@pytest.mark.parametrize(
    ("body", "wires", "result"),
    [
        # a body that is no object has its places as parameters, texts by UTF-16 unit
        ("a\U0001f600c", "q.pm-0 -> r.pm-x, q.pm-3 -> r.pm-y, q.pm-4 -> r.pm-z",
         {"x": "a", "y": "c"}),
        ([7, None], "q.pm-0 -> r.pm-x, q.pm-1 -> r.pm-y, q.pm-2 -> r.pm-z", {"x": 7, "y": None}),
        (5, "q.pm-0 -> r.pm-x", {}),
        # null is a value, a missing parameter is none
        ({"x": None}, "q.pm-x -> r.pm-x, q.pm-y -> r.pm-y", {"x": None}),
    ],
)  # fmt: skip
def test_parameters_of_a_request(both: Call, body: Any, wires: str, result: Any) -> None:
    assert both([Q, node("r", "Response")], f"{wires}, {SEND}", body=body) == result


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        ({"status": "odd", "errorMessage": "no"}, (400, {"error": "no"})),
        ({"status": "failure"}, (400, {})),
        ({"status": "failure", "errorMessage": {"a": 1}}, (400, {"error": {"a": 1}})),
        ({"status": "success", "errorMessage": "no"}, {}),
    ],
)
def test_the_status_of_a_response(both: Call, parameters: Any, answer: Any) -> None:
    assert both([Q, node("r", "Response", **parameters)], SEND) == answer


# -- Objects ---------------------------------------------------------------------------------------

OBJECTS = [
    # nodes                                                          connections                                result
    ([node("m", "Model2", modelId=5), node("o", "Model2", modelId="5")],
     "m.id -> r.pm-a, o.id -> r.pm-b",                                                                     {"a": 5, "b": 5}),
    ([node("m", "Model2", modelId={"id": "k", "z": 3})],
     "m.id -> r.pm-a, m.prop-z -> r.pm-b",                                                                 {"a": "k", "b": 3}),
    # the Request object is empty before receive, and knows what was asked after
    ([node("m", "Model2", modelId="Request")],
     "m.prop-Authenticated -> r.pm-a, m.prop-UserId -> r.pm-b",                                            {"a": False, "b": None}),
]  # fmt: skip


@pytest.mark.parametrize(("nodes", "wires", "result"), OBJECTS)
def test_objects(both: Call, nodes: list[Any], wires: str, result: Any) -> None:
    assert both([Q, *nodes, shown(*result)], f"{wires}, {SEND}") == result


def test_values_that_came_before_the_id_are_not_written_when_it_arrives(both: Call) -> None:
    nodes = [Q, node("m", "Model2", **{"prop-a": 1}), node("o", "Model2", modelId="k"), shown("a")]
    wires = "q.pm-id -> m.modelId, o.prop-a -> r.pm-a, m.fetched -> r.send"
    assert both(nodes, wires, body={"id": "k"}) == {"a": None}


def test_a_path_through_nothing_ends_the_action_without_a_signal(both: Call) -> None:
    store = node("s", "SetModelProperties", modelId="k", properties="a.b", **{"prop-a.b": 1})
    wires = "q.receive -> s.store, s.stored -> r.send"
    assert both([Q, store, shown()], wires, timeout=0.2) is NEVER


def test_properties_with_a_type_come_first_and_have_defaults(call: Call) -> None:
    new = node("n", "NewModel", properties="a,b,c,d,e",
               **{"prop-e": 9, "type-b": "boolean", "type-c": "string", "type-a": "number"})  # fmt: skip
    keys = script("f", "Outputs.o = Object.entries(Noodl.Object.get(Inputs.id)).join()")
    nodes = [Q, new, keys, shown("o")]
    wires = "q.receive -> n.new, n.id -> f.in-id, n.created -> f.run, f.out-o -> r.pm-o"
    found = call(nodes, f"{wires}, f.out-o -> r.send")
    assert found == (200, {"result": {"o": "b,false,c,,a,0,e,9"}})


# -- Run Tasks -------------------------------------------------------------------------------------

PORTS = {"Do": "input", "x": "input", "Id": "input", "Success": "output", "Failure": "output"}


def task(nodes: list[Any], wires: str, **ports: str) -> Any:
    nodes = [node("i", "Component Inputs"), node("o", "Component Outputs"), *nodes]
    return component("Task", nodes, wires, ports or PORTS)


SUCCEED, FAIL = task([], "i.Do -> o.Success"), task([], "i.Do -> o.Failure")
EACH = {"success": 0, "failure": 0, "done": 0, "aborted": 0}

TASKS = [
    # parameters                                             task     signals
    ({"items": "[{},{},{}]"},                                SUCCEED, {"success": 1, "done": 1}),
    ({"items": "[{},{}]", "maxRunningTasks": "1"},           SUCCEED, {"success": 1, "done": 1}),
    ({"items": "[{},{}]", "maxRunningTasks": 0},             SUCCEED, {}),
    ({"items": "[]"},                                        SUCCEED, {"success": 1}),
    ({"items": "[{},0,{},{}]"},                              SUCCEED, {}),
    ({"items": "[{}]", "abort": True},                       SUCCEED, {}),
    ({},                                                     SUCCEED, {}),
    ({"items": "[{},{}]"},                                   FAIL,    {"failure": 1, "done": 1}),
    ({"items": "[{},{},{}]", "maxRunningTasks": 1, "stopOnFailure": True},
                                                             FAIL,    {"failure": 1, "aborted": 1}),
    # a boolean that becomes true counts as a signal
    ({"items": "[{}]"}, task([node("b", "Boolean", value=True)], "b.savedValue -> o.Success"),
                                                                      {"success": 1, "done": 1}),
    # any other signal ends a task without counting it
    ({"items": "[{}]"}, task([], "i.Do -> o.Progress", Do="input", Progress="output"), {}),
    # Success and Failure in one stretch count twice
    ({"items": "[{},{}]"}, task([], "i.Do -> o.Success, i.Do -> o.Failure"),
                                                                      {"failure": 1, "done": 1}),
    # without an input Do a task still starts by itself
    ({"items": '[{"x":1}]'}, task([node("e", "Expression", expression="x > 0")],
     "i.x -> e.x, e.isTrueEv -> o.Success", x="input", Success="output"), {"success": 1, "done": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "helper", "signals"), TASKS)
def test_how_tasks_end(both: Call, parameters: Any, helper: Any, signals: dict[str, int]) -> None:
    counters, wires = counted(*EACH)
    tasks = node("n", "RunTasks", taskTemplate=helper["name"], **parameters)
    # a long way round: what can be signalled has been by then
    nodes = [Q, tasks, *counters, node("w", "net.noodl.HTTP", url="http://mock/"), shown(*EACH)]
    wires = f"q.receive -> n.run, {wires}, q.receive -> w.fetch, w.failure -> r.send"
    assert both(nodes, wires, helper) == {**EACH, **signals}


def test_what_a_task_is_given(both: Call) -> None:
    helper = task(
        [node("s", "SetModelProperties", idSource="foreach", properties="gotx,gotid")],
        "i.x -> s.prop-gotx, i.Id -> s.prop-gotid, i.Do -> s.store, s.stored -> o.Success",
    )
    run = node(
        "n",
        "RunTasks",
        taskTemplate=helper["name"],
        items='[{"id":"k","x":4},{"id":"m","Id":"own"}]',
    )
    nodes = [Q, run, node("k", "Model2", modelId="k"), node("m", "Model2", modelId="m"), shown("x", "id", "own")]  # fmt: skip
    wires = "q.receive -> n.run, k.prop-gotx -> r.pm-x, k.prop-gotid -> r.pm-id, m.prop-gotid -> r.pm-own"
    found = both(nodes, f"{wires}, n.done -> r.send", helper)
    assert found == {"x": 4, "id": "k", "own": "own"}


@pytest.mark.parametrize(("item", "first"), [('"ab"', "a"), ("[7, 8]", 7), ("5", None)])
def test_items_that_are_no_objects_become_some(both: Call, item: str, first: Any) -> None:
    helper = task(
        [node("m", "Model2", idSource="foreach"), node("s", "Set Variable", name="first")],
        "m.prop-0 -> s.value, i.Do -> s.do, s.done -> o.Success",
    )
    run = node("n", "RunTasks", taskTemplate=helper["name"], items=f"[{item}]")
    nodes = [Q, run, node("v", "Variable2", name="first"), shown("first")]
    wires = "q.receive -> n.run, v.value -> r.pm-first, n.done -> r.send"
    assert both(nodes, wires, helper) == {"first": first}


def test_of_three_tasks_two_start_at_once(call: Call) -> None:
    work = """
    const v = Noodl.Variables;
    v.now = (v.now || 0) + 1; v.most = Math.max(v.most || 0, v.now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    v.now -= 1; Outputs.Done();
    """
    helper = task([script("f", work, "Done")], "i.Do -> f.run, f.out-Done -> o.Success")
    run = node("n", "RunTasks", taskTemplate=helper["name"], items="[{},{},{}]")
    nodes = [Q, run, node("v", "Variable2", name="most"), shown("most")]
    wires = "q.receive -> n.run, v.value -> r.pm-most, n.done -> r.send"
    assert call(nodes, wires, helper) == (200, {"result": {"most": 2}})
