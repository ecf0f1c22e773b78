"""Script: the author's own node type, written in place; the rest of it is in script/prelude."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Getter, Input, NodeType, shown, value
from noodl_runtime.workflow.scripts import scripts_of


@dataclass(slots=True)
class _State:
    outputs: dict[str, Value] = field(default_factory=dict)
    has_code: bool = False


def _set_code(node: Node, text: Value) -> None:
    """Run the text, which says what the node does; what has arrived so far it is told after."""
    scripts = scripts_of(node)
    code = node.run.world.text(text)
    node.state.has_code = True
    scripts.call("scriptCode", scripts.number_of(node), code, node.spec.signals)
    node.after_once(_flush)


def _set_input(name: str, node: Node, given: Value) -> None:
    scripts = scripts_of(node)
    scripts.post("scriptInput", scripts.number_of(node), name, scripts.code(given))
    node.after_once(_flush)


def _flush(node: Node) -> None:
    """Tell the script of the inputs of this pass: changed values first, then signals."""
    if node.state.has_code and not node.deleted:
        scripts = scripts_of(node)
        scripts.call("scriptFlush", scripts.number_of(node))


def _gone(node: Node) -> None:
    if node.run.world.has_scripts and node.state.has_code:
        scripts = scripts_of(node)
        scripts.post("scriptGone", scripts.number_of(node))


def _input(_spec: NodeSpec, name: str) -> Input:
    return Input(partial(_set_input, name))


def _output(_spec: NodeSpec, name: str) -> Getter:
    return shown(name)


NODE = NodeType(
    name="Javascript2",
    inputs={"code": value(_set_code)},
    any_input=_input,
    any_output=_output,
    state=_State,
    gone=_gone,
    needs_script=lambda _spec: True,
    script_prefix="",
)
