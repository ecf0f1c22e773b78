"""Condition: look at a value, then go one way or the other."""

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, signal, value


@dataclass(slots=True)
class _State:
    condition: Value = UNDEFINED


def _evaluate(node: Node) -> None:
    node.flag("result")
    node.flag("isfalse")
    node.signal("ontrue" if truthy(node.state.condition) else "onfalse")


def _set_condition(node: Node, condition: Value) -> None:
    node.state.condition = condition
    if node.starts_by_itself("eval"):
        node.after_inputs(_evaluate)


NODE = NodeType(
    name="Condition",
    inputs={
        "condition": value(_set_condition),
        "eval": signal(lambda node: node.after_inputs(_evaluate)),
    },
    outputs={
        "ontrue": nothing,
        "onfalse": nothing,
        "result": lambda node: truthy(node.state.condition),
        "isfalse": lambda node: not truthy(node.state.condition),
    },
    state=_State,
)
