"""Random graphs, run by the interpreter and by a slow transcription of its rules: the same order.

What is compared is every value that any input was set to, one after the other, and the answer.
"""

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from noodl_runtime.workflow.graph import LOCAL
from noodl_runtime.workflow.js.text import stringify
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.load import load
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.nodes import NODE_TYPES
from noodl_runtime.workflow.nodes.request import begin
from noodl_runtime.workflow.plain_world import PlainWorld
from noodl_runtime.workflow.run import Expired, Run, Surroundings
from tests.runtime.workflow.graphs import component, document, node
from tests.runtime.workflow.slow_interpreter import Entry, play, shown

MOST = 3000  # values; an endless cycle is compared that far
VARIABLE = (("value", "saveValue"), ("savedValue", "changed", "stored"))
# type -> (inputs, outputs)
PORTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "String": (VARIABLE[0], (*VARIABLE[1], "length")),
    "Number": VARIABLE,
    "Boolean": VARIABLE,
    "Condition": (("condition", "eval"), ("ontrue", "onfalse", "result", "isfalse")),
    "And": (("input 0", "input 1"), ("result",)),
    "Or": (("input 0", "input 1"), ("result",)),
    "Inverter": (("value",), ("result",)),
    "Counter": (("increase", "decrease", "reset", "startValue"), ("currentCount", "countChanged")),
    "Expression": (("x", "y", "run"), ("result", "isTrue", "isFalse", "isTrueEv", "isFalseEv")),
    "Boolean To String": (("trueString", "falseString", "input"), ("currentValue", "inputChanged")),
}
INNER, OUTER = ("A", "B", "Do"), ("X", "Y", "Done")
VALUES = st.sampled_from([None, True, False, 0, 1, 2, -1, "", "a", "2", "true"])


@st.composite
def small_nodes(draw: st.DrawFn, prefix: str, most: int) -> list[Any]:
    """Draw nodes with a few parameters."""
    made = []
    for place in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(sorted(PORTS)))
        names = draw(st.lists(st.sampled_from(PORTS[kind][0]), unique=True, max_size=2))
        parameters = {name: draw(VALUES) for name in names}
        if kind == "Expression":
            parameters["expression"] = draw(st.sampled_from(["x + y", "x > y"]))
        made.append(node(f"{prefix}{place}", kind, **parameters))
    return made


@st.composite
def wired(
    draw: st.DrawFn, nodes: list[Any], ports: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
) -> str:
    """Draw connections between the ports of nodes. ports: those of further types."""
    known = {**PORTS, **ports}
    outputs = [f"{n['id']}.{port}" for n in nodes for port in known[n["type"]][1]]
    inputs = [f"{n['id']}.{port}" for n in nodes for port in known[n["type"]][0]]
    pairs = st.tuples(st.sampled_from(outputs), st.sampled_from(inputs))
    chosen = draw(st.lists(pairs, min_size=2, max_size=14))
    return ", ".join(f"{source} -> {target}" for source, target in chosen)


@st.composite
def graphs(draw: st.DrawFn) -> Any:
    """Draw a function, and a component that it may use twice, the inner one inside the outer."""
    ends: dict[str, Any] = {
        "Component Inputs": ((), INNER),
        "Component Outputs": (OUTER, ()),
        "noodl.cloud.request": ((), ("receive", "auth", "pm-a", "pm-b")),
        "noodl.cloud.response": (("send", "pm-x", "pm-y"), ()),
        "/#__local__/Helper": (INNER, OUTER),
    }
    inside = [
        node("i", "Component Inputs"),
        *draw(small_nodes("h", 4)),
        node("o", "Component Outputs"),
    ]
    plugs = {**dict.fromkeys(INNER, "input"), **dict.fromkeys(OUTER, "output")}
    helper = component("Helper", inside, draw(wired(inside, ends)), plugs)
    uses = [node(f"c{i}", helper["name"]) for i in range(draw(st.integers(0, 2)))]
    nodes = draw(st.permutations([
        node("q", "Request"), *draw(small_nodes("n", 7)), *uses, node("r", "Response"),
    ]))  # fmt: skip
    wires = draw(wired(nodes, ends))
    if draw(st.booleans()):
        wires += ", q.receive -> r.send"
    return document(component("F", nodes, wires), helper)


def interpreted(given_document: Any, body: dict[str, Value]) -> tuple[list[Entry], Any]:
    """Run the function by the interpreter; return what was set, in order, and the response."""
    graph = load([("f", given_document)], NODE_TYPES)
    entries: list[Entry] = []

    def trace(at: Node, port: str, value: Value) -> None:
        if len(entries) >= MOST:
            raise Expired("enough")
        entries.append((_path(at), port, shown(value)))

    around = Surroundings(
        new_id=lambda: "id",
        now=lambda: 0,
        fields=lambda _collection: {},
        log=lambda *_line: None,
        breathe=lambda: None,
        random=bytes,
        trace=trace,
    )
    run = Run(graph, graph.components[f"{LOCAL}F"], PlainWorld(lambda: "id"), around)
    try:
        run.start(lambda started: begin(started, json.dumps(body), {}))
        run.advance()
    except Expired:
        pass
    return entries, json.loads(run.response.body)["result"] if run.response else None


def _path(at: Node) -> str:
    return f"{_path(at.parent)}/{at.spec.id}" if at.parent else ""


LOOP = component(
    "F",
    [node("q", "Request"), node("a", "Expression", expression="x + y", y=1),
     node("b", "Expression", expression="x + y", y=1), node("r", "Response")],
    "a.result -> b.x, b.result -> a.x, q.receive -> r.send",
)  # fmt: skip


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(graph=graphs(), body=st.fixed_dictionaries({"a": VALUES, "b": VALUES}))
@example(graph=document(LOOP, component("Helper", [])), body={"a": 1, "b": 1})
def test_the_interpreter_does_what_its_rules_say(graph: Any, body: dict[str, Any]) -> None:
    entries, response = play(graph, f"{LOCAL}F", body, MOST)
    found, answer = interpreted(graph, body)
    assert found == entries
    if len(entries) < MOST:
        assert answer == (None if response is None else json.loads(stringify(response) or ""))
