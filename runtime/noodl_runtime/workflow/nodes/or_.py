"""Or: true when any input is true."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import strict_equal, truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType
from noodl_runtime.workflow.nodes.and_ import place_of


@dataclass(slots=True)
class _State:
    inputs: dict[str, Value] = field(default_factory=dict)


def _set(place: str, node: Node, value: Value) -> None:
    inputs = node.state.inputs
    if strict_equal(inputs.get(place, UNDEFINED), value):
        return
    inputs[place] = value
    node.flag("result")


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return Input(partial(_set, place_of(name))) if name.startswith("input") else None


NODE = NodeType(
    name="Or",
    outputs={"result": lambda node: any(truthy(v) for v in node.state.inputs.values())},
    any_input=_input,
    state=_State,
)
