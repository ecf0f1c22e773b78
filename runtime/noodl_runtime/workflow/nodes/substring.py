"""Substring: a part of a text, counted in UTF-16 units."""

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import length, strict_equal, substring, to_number
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, value
from noodl_runtime.workflow.nodes.string_mapper import text_of


@dataclass(slots=True)
class _State:
    text: str = ""
    start: Value = 0
    end: Value = -1


def _result(node: Node) -> Value:
    """Return text.substr(start, end - start), which is where negative starts come from."""
    state = node.state
    size = length(state.text)
    start = _whole(state.start)
    start = max(size + start, 0) if start < 0 else min(start, size)
    if strict_equal(state.end, -1):
        return substring(state.text, start, size)
    count = _whole(to_number(state.end) - to_number(state.start))
    return substring(state.text, start, min(start + count, size)) if count > 0 else ""


def _whole(given: Value) -> int:
    number = to_number(given)
    return int(max(-(2**53), min(number, 2**53))) if number == number else 0


def _set_text(node: Node, given: Value) -> None:
    node.state.text = text_of(node, given)
    node.flag("result")


def _set_start(node: Node, given: Value) -> None:
    node.state.start = given
    node.flag("result")


def _set_end(node: Node, given: Value) -> None:
    node.state.end = given
    node.flag("result")


NODE = NodeType(
    name="Substring",
    inputs={"string": value(_set_text), "start": value(_set_start), "end": value(_set_end)},
    outputs={"result": _result},
    state=_State,
)
