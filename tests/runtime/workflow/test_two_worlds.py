"""Random graphs of nodes on Objects, variables and tasks: a run with scripts does as one without.

The Objects and Arrays of a run exist twice, in Python and in the script context; what inputs are
set to must not tell which of them a run has.
"""

import json
import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noodl_runtime.script.engine import Engine
from noodl_runtime.workflow.graph import LOCAL
from noodl_runtime.workflow.js.text import stringify
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.load import load
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.nodes import NODE_TYPES
from noodl_runtime.workflow.nodes.request import begin
from noodl_runtime.workflow.plain_world import PlainWorld
from noodl_runtime.workflow.run import Expired, Run, Surroundings
from noodl_runtime.workflow.scripted.api import on_ask
from noodl_runtime.workflow.scripted.world import ScriptWorld
from tests.runtime.workflow.graphs import component, document, node

MOST = 400  # values that are compared
RANDOM_ID = re.compile(r"\b[A-Za-z0-9]{10}\b")  # no node here takes one apart or adds to it
INNER, OUTER = ("x", "Id", "Do"), ("Y", "Success", "Failure")
# type -> (inputs, outputs, parameters that make it do something)
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], dict[str, Any]]] = {
    "Model2": (("modelId", "fetch", "prop-a", "prop-b"), ("id", "fetched", "changed", "prop-a", "prop-b"), {}),
    "SetModelProperties": (("modelId", "prop-a", "prop-b", "store"), ("stored", "id"), {"properties": "a,b", "type-b": "array"}),
    "NewModel": (("new", "prop-a"), ("created", "id"), {"properties": "a,b", "type-b": "string"}),
    "Variable2": (("value", "fetch"), ("value", "changed", "fetched"), {"name": "v"}),
    "Set Variable": (("value", "do"), ("done",), {"name": "v"}),
    "net.noodl.ComponentObject": (("prop-a",), ("prop-a", "changed-a", "changed"), {}),
    "net.noodl.SetComponentObjectProperties": (("prop-a", "store"), ("stored",), {"properties": "a"}),
    "RunTasks": (("items", "run", "stopOnFailure"), ("success", "failure", "done"),
                 {"taskTemplate": f"{LOCAL}Helper", "items": '[{"id":"k","x":1},{"id":"m"},{"x":"t"}]'}),
    "Collection2": (("collectionId", "items", "fetch"), ("id", "items", "count", "changed", "fetched"), {}),
    "CollectionNew": (("items", "new"), ("id", "created"), {"items": '[{"id":"k"}]'}),
    "CollectionInsert": (("collectionId", "modifyId", "add"), ("modified",), {"modifyId": "k"}),
    "CollectionRemove": (("collectionId", "modifyId", "remove"), ("modified",), {"modifyId": "k"}),
    "Filter Collection": (("items", "filter", "filterFilterValue-a"), ("items", "count", "firstItemId", "modified"),
                          {"filterFilter": "a", "filterFilterOp-a": "gte", "filterSort": "a"}),
    "Static Data": ((), ("items", "count"), {"type": "json", "json": '[{"id":"k","a":2},{"id":"m","a":1}]'}),
    "String Format": (("format", "a"), ("formatted",), {"format": "<{a}>"}),
    "String Mapper": (("inputString", "defaultMapping"), ("mappedString",), {"input 0": "k", "output 0": "K"}),
    "Expression": (("x", "run"), ("result", "isTrueEv", "isFalseEv"), {"expression": "x == 'k'"}),
    "Number": (("value", "saveValue"), ("savedValue", "changed", "stored"), {}),
    "Switch": (("on", "off", "flip"), ("state", "switchedToOn", "switchedToOff"), {}),
}  # fmt: skip
ENDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Component Inputs": ((), INNER),
    "Component Outputs": (OUTER, ()),
    "noodl.cloud.request": ((), ("receive", "receive", "receive", "pm-a", "pm-b")),
    "noodl.cloud.response": (("pm-x", "pm-y"), ()),
}
VALUES = st.sampled_from(
    [None, True, False, 0, 2, "", "k", "m", "2", [1, "k"], {"id": "k", "a": 3}]
)


@st.composite
def nodes_of(draw: st.DrawFn, prefix: str, most: int, kinds: list[str]) -> list[Any]:
    made = []
    for place in range(draw(st.integers(2, most))):
        kind = draw(st.sampled_from(kinds))
        names = draw(st.lists(st.sampled_from(KINDS[kind][0]), unique=True, max_size=2)
                     if KINDS[kind][0] else st.just([]))  # fmt: skip
        made.append(
            node(f"{prefix}{place}", kind, **{**KINDS[kind][2], **{n: draw(VALUES) for n in names}})
        )
        if kind in ("Model2", "SetModelProperties") and draw(st.booleans()):
            made[-1]["parameters"].update(draw(st.sampled_from(
                [{"idSource": "foreach"}, {"modelId": "k"}, {"modelId": "m"}]
            )))  # fmt: skip
    return made


def wired(draw: st.DrawFn, nodes: list[Any]) -> str:
    def ports(kind: str, side: int) -> tuple[str, ...]:
        return KINDS[kind][side] if kind in KINDS else ENDS[kind][side]

    outputs = [f"{n['id']}.{port}" for n in nodes for port in ports(n["type"], 1)]
    inputs = [f"{n['id']}.{port}" for n in nodes for port in ports(n["type"], 0)]
    pairs = st.tuples(st.sampled_from(outputs), st.sampled_from(inputs))
    return ", ".join(f"{a} -> {b}" for a, b in draw(st.lists(pairs, min_size=4, max_size=16)))


@st.composite
def graphs(draw: st.DrawFn) -> Any:
    inside = [
        node("i", "Component Inputs"),
        *draw(nodes_of("h", 4, [kind for kind in KINDS if kind != "RunTasks"])),
        node("o", "Component Outputs"),
    ]
    plugs = {**dict.fromkeys(INNER, "input"), **dict.fromkeys(OUTER, "output")}
    helper = component("Helper", inside, wired(draw, inside), plugs)
    nodes = [
        node("q", "Request"),
        *draw(nodes_of("n", 7, list(KINDS))),
        node("r", "Response"),
    ]
    return document(component("F", nodes, wired(draw, nodes)), helper)


def played(graph_document: Any, body: Any, *, scripted: bool) -> list[tuple[str, str, str]]:
    """Run the function; return what inputs were set to, in order."""
    graph = load([("f", graph_document)], NODE_TYPES)
    entries: list[tuple[str, str, str]] = []

    def trace(at: Node, port: str, value: Value) -> None:
        if len(entries) >= MOST:
            raise Expired("enough")
        entries.append((_path(at), port, _shown(at, value)))

    around = Surroundings(
        new_id=lambda: "random0000", now=lambda: 0, fields=lambda _name: {}, breathe=lambda: None,
        log=lambda *_line: None, random=bytes, trace=trace,
    )  # fmt: skip
    ids = iter(range(10**6))
    world: Any = PlainWorld(lambda: f"plain{next(ids):05}")
    if scripted:
        world = ScriptWorld(lambda: Engine(memory=64_000_000, remaining=lambda: 30), on_ask)
    run = Run(graph, graph.components[f"{LOCAL}F"], world, around)
    if scripted:
        world.attach(run)
    try:
        run.start(lambda started: begin(started, json.dumps(body), {}))
        run.advance()
    except Expired:
        pass
    return entries


def _shown(at: Node, value: Value) -> str:
    if value is UNDEFINED:
        return "undefined"
    try:
        text = at.run.world.json_of(value)
    except Exception:  # a circle, which the two tell in different words
        text = "circle"
    return RANDOM_ID.sub("random", f"{at.run.world.kind(value)} {text}")


def _path(at: Node) -> str:
    return f"{_path(at.parent)}/{at.spec.id}" if at.parent else ""


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(graph=graphs(), body=st.fixed_dictionaries({"a": VALUES, "b": VALUES}))
def test_a_run_with_scripts_does_as_one_without(graph: Any, body: Any) -> None:
    assert stringify(body) is not None
    assert played(graph, body, scripted=True) == played(graph, body, scripted=False)
