"""Inverter: the opposite of a value."""

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, value


@dataclass(slots=True)
class _State:
    value: Value = UNDEFINED


def _set(node: Node, given: Value) -> None:
    node.state.value = given
    node.flag("result")


def _result(node: Node) -> Value:
    given = node.state.value
    return UNDEFINED if given is UNDEFINED else not truthy(given)


NODE = NodeType(
    name="Inverter",
    inputs={"value": value(_set)},
    outputs={"result": _result},
    state=_State,
)
