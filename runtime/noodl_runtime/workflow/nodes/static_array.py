"""Static Array: an Array written down in the graph, as CSV or JSON."""

from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.text import parse
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, value
from noodl_runtime.workflow.separated import records_of, rows_of


@dataclass(slots=True)
class _State:
    type: Value = "csv"
    csv: Value = UNDEFINED
    json: Value = UNDEFINED
    items: Value = UNDEFINED
    size: int = 0


def _set_type(node: Node, kind: Value) -> None:
    node.state.type = kind


def _set_text(name: str, node: Node, text: Value) -> None:
    setattr(node.state, name, text)
    node.after_once(_parse)


def _parse(node: Node) -> None:
    state, world = node.state, node.run.world
    text = state.json if state.type == "json" else state.csv
    if text is UNDEFINED:
        return
    try:
        items = _items(state.type, world.text(text))
    except (ValueError, RecursionError, ScriptError) as error:
        node.log("error", f"the {state.type} text cannot be read: {error}")
        return
    state.items, state.size = world.array(items), len(items)
    node.flag("items")
    node.flag("count")


def _items(kind: Value, text: str) -> list[Value]:
    if kind != "json":
        return list(records_of(rows_of(text)))
    items = parse(text)
    if not isinstance(items, list):
        raise ScriptError("it is not a list")
    return items


NODE = NodeType(
    name="Static Data",
    inputs={
        "type": value(_set_type),
        "csv": value(partial(_set_text, "csv")),
        "json": value(partial(_set_text, "json")),
    },
    outputs={
        "items": lambda node: node.state.items,
        "count": lambda node: node.state.size,
    },
    state=_State,
    first_inputs=frozenset({"type"}),
)
