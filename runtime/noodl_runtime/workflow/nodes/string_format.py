"""String Format: a text with {placeholders}, filled from inputs of the same names."""

import re
from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import strict_equal
from noodl_runtime.workflow.js.replace import replace_first
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType, value

_PLACEHOLDER = re.compile(r"\{([A-Za-z0-9_]*)\}")


@dataclass(slots=True)
class _State:
    format: Value = ""
    text: str = ""
    inputs: dict[str, Value] = field(default_factory=dict)


def _fill(node: Node) -> None:
    state = node.state
    if not isinstance(state.format, str):
        raise ScriptError("the format is not a text")
    text = state.format
    for placeholder in _PLACEHOLDER.finditer(state.format):
        given = state.inputs.get(placeholder[1], UNDEFINED)
        filling = "" if given is UNDEFINED else node.run.world.text(given)
        text = replace_first(text, placeholder[0], filling)
    state.text = text
    node.flag("formatted")


def _set_format(node: Node, given: Value) -> None:
    if not strict_equal(node.state.format, given):
        node.state.format = given
        node.after_once(_fill)


def _set(name: str, node: Node, given: Value) -> None:
    if not strict_equal(node.state.inputs.get(name, UNDEFINED), given):
        node.state.inputs[name] = given
        node.after_once(_fill)


def _input(_spec: NodeSpec, name: str) -> Input:
    return Input(partial(_set, name))


NODE = NodeType(
    name="String Format",
    inputs={"format": value(_set_format)},
    outputs={"formatted": lambda node: node.state.text},
    any_input=_input,
    state=_State,
)
