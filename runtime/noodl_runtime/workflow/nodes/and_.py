"""And: true when all inputs that were ever set are true."""

import re
from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType


@dataclass(slots=True)
class _State:
    inputs: dict[str, bool] = field(default_factory=dict)
    result: Value = UNDEFINED


def place_of(name: str) -> str:
    """Return which input a name means: "input 3" is "3", "input" is "0"."""
    digits = re.match(r"\s*\d+", name[6:])
    return digits[0].strip() if digits else name[6:].strip() or "0"


def _set(place: str, node: Node, value: Value) -> None:
    state, truth = node.state, truthy(value)
    if state.inputs.get(place) is truth:
        return
    state.inputs[place] = truth
    result = all(state.inputs.values())
    if result is not state.result:
        state.result = result
        node.flag("result")


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return Input(partial(_set, place_of(name))) if name.startswith("input") else None


NODE = NodeType(
    name="And",
    outputs={"result": lambda node: node.state.result},
    any_input=_input,
    state=_State,
)
