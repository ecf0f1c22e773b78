"""Boolean To String: one of two texts."""

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import strict_equal, truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, value


@dataclass(slots=True)
class _State:
    when_true: Value = ""
    when_false: Value = ""
    selector: Value = UNDEFINED


def _current(node: Node) -> Value:
    state = node.state
    return state.when_true if truthy(state.selector) else state.when_false


def _set_true(node: Node, given: Value) -> None:
    state = node.state
    if not strict_equal(state.when_true, given):
        state.when_true = given
        if truthy(state.selector):
            node.flag("currentValue")


def _set_false(node: Node, given: Value) -> None:
    state = node.state
    if not strict_equal(state.when_false, given):
        state.when_false = given
        if not truthy(state.selector):
            node.flag("currentValue")


def _select(node: Node, given: Value) -> None:
    if not strict_equal(node.state.selector, given):
        node.state.selector = given
        node.flag("currentValue")
        node.signal("inputChanged")


NODE = NodeType(
    name="Boolean To String",
    inputs={
        "trueString": value(_set_true),
        "falseString": value(_set_false),
        "input": value(_select),
    },
    outputs={"currentValue": _current, "inputChanged": nothing},
    state=_State,
)
