"""The update cycle: who wins, and when. Each graph is one rule of the interpreter."""

from typing import Any

import pytest

from tests.runtime.workflow.conftest import Call
from tests.runtime.workflow.graphs import component, node, script

Q, R = node("q", "Request"), node("r", "Response")


@pytest.mark.parametrize(
    ("nodes", "connections", "result"),
    [
        # an initial value overrides a parameter
        ([Q, node("s", "String"), node("r", "Response", **{"pm-a": "pa"})],
         "s.savedValue -> r.pm-a, q.receive -> r.send", {"a": ""}),
        ([Q, node("n", "Inverter"), node("r", "Response", **{"pm-a": "pa"})],
         "n.result -> r.pm-a, q.receive -> r.send", {"a": "pa"}),
        # one value per input and pass
        ([Q, script("f", "Outputs.A=1;Outputs.A=2;Outputs.D()", "D"), R],
         "q.receive -> f.run, f.out-A -> r.pm-b, f.out-D -> r.send", {"b": 1}),
        # who is updated first makes its sources current first
        ([Q, script("f", "Outputs.D()", "D"), node("c", "Counter"), R],
         "q.receive -> f.run, f.out-D -> r.send, f.out-D -> c.increase, c.currentCount -> r.pm-b",
         {"b": 1}),
        # a parameter true on a signal input acts once at the start
        ([Q, node("c", "Counter", increase=True), R],
         "c.currentCount -> r.pm-n, q.receive -> r.send", {"n": 1}),
        # a boolean that stays true triggers once
        ([Q, script("f", "Outputs.B=true; Outputs.B=5; Outputs.D()", "D"), node("c", "Counter"), R],
         "q.receive -> f.run, f.out-B -> c.increase, c.currentCount -> r.pm-n, f.out-D -> r.send",
         {"n": 1}),
        # integer-like parameters come first, also in the answer
        ([Q, node("r", "Response", **{"pm-b": 1, "pm-2": 2, "pm-1": 3})], "q.receive -> r.send",
         {"1": 3, "2": 2, "b": 1}),
    ],
)  # fmt: skip
def test_the_order_of_things(
    call: Call, nodes: list[Any], connections: str, result: dict[str, Any]
) -> None:
    assert call(nodes, connections) == (200, {"result": result})


def test_a_helper_whose_control_input_nobody_wired_runs_freely(call: Call) -> None:
    helper = component(
        "Helper",
        [
            node("i", "Component Inputs"),
            script("f", "Outputs.v = Inputs.x * 2"),
            node("o", "Component Outputs"),
        ],
        "i.Do -> f.run, i.x -> f.in-x, f.out-v -> o.v",
        {"Do": "input", "x": "input", "v": "output"},
    )
    nodes = [Q, node("h", "/#__local__/Helper", x=10), R]
    connections = "h.v -> r.pm-v, q.receive -> r.send"
    assert call(nodes, connections, helper) == (200, {"result": {"v": 20}})
    late = call(nodes, connections + ", q.receive -> h.Do", helper)
    assert late == (200, {"result": {}})  # now it waits for Do, and send had its place before v


def test_an_error_in_one_node_leaves_the_others_going(call: Call) -> None:
    response = node("r", "Response", **{"pm-i": "before"})
    nodes = [Q, node("d", "Date To String", input=None), node("i", "Inverter"), response]
    connections = "q.receive -> i.value, i.result -> r.pm-i, q.receive -> r.send"
    assert call(nodes, connections) == (200, {"result": {"i": False}})


def test_a_node_whose_source_failed_gets_its_turn_again(call: Call) -> None:
    nodes = [Q, node("m", "String Mapper"), node("s", "String"), R]
    connections = (
        "q.pm-x -> m.inputString, m.mappedString -> s.value, q.pm-y -> s.value,"
        " s.savedValue -> r.pm-s, q.receive -> r.send"
    )
    assert call(nodes, connections, body={"x": None, "y": "kept"}) == (
        200,
        {"result": {"s": "kept"}},
    )


def test_a_chain_drawn_backwards_may_be_long(call: Call) -> None:
    count = 3000
    chain = [node(f"n{i}", "Number") for i in reversed(range(count))]
    wires = [f"n{i}.savedValue -> n{i + 1}.value" for i in range(count - 1)]
    wires += ["q.pm-x -> n0.value", f"n{count - 1}.savedValue -> r.pm-x", "q.receive -> r.send"]
    assert call([R, *chain, Q], ", ".join(wires), body={"x": 7}) == (200, {"result": {"x": 7}})


def test_a_second_response_is_ignored(call: Call) -> None:
    nodes = [Q, node("r", "Response", **{"pm-n": 1}), node("t", "Response", **{"pm-n": 2})]
    assert call(nodes, "q.receive -> t.send, q.receive -> r.send")[1] in (
        {"result": {"n": 1}},
        {"result": {"n": 2}},
    )
