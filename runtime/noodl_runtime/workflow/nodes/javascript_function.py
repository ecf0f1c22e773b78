"""Function: the author's own script; the rest of it is in script/prelude."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, Getter, Input, NodeType, once, shown, value
from noodl_runtime.workflow.scripts import scripts_of


@dataclass(slots=True)
class _State:
    outputs: dict[str, Value] = field(default_factory=dict)


def _run(node: Node) -> None:
    if not node.deleted:
        scripts = scripts_of(node)
        scripts.call("run", scripts.number_of(node), node.spec.signals)


def _run_unless_connected(node: Node) -> None:
    if node.starts_by_itself("run"):
        node.after_once(_run)


def _set_script(node: Node, text: Value) -> None:
    scripts = scripts_of(node)
    scripts.post("compile", scripts.number_of(node), node.run.world.text(text))
    _run_unless_connected(node)


def _set_input(name: str, node: Node, given: Value) -> None:
    scripts = scripts_of(node)
    scripts.post("input", scripts.number_of(node), name, scripts.code(given))
    _run_unless_connected(node)


def _gone(node: Node) -> None:
    if node.run.world.has_scripts:
        scripts = scripts_of(node)
        scripts.post("gone", scripts.number_of(node))


def _input(spec: NodeSpec, name: str) -> Input | None:
    if name.startswith("in-"):
        is_array = spec.parameters.get(f"intype-{name[3:]}") == "array"
        return Input(partial(_set_input, name[3:]), array=is_array)
    return IGNORED if name.startswith(("intype-", "outtype-")) else None


def _output(_spec: NodeSpec, name: str) -> Getter | None:
    return shown(name[4:]) if name.startswith("out-") else None


NODE = NodeType(
    name="JavaScriptFunction",
    inputs={
        "functionScript": value(_set_script),
        "run": once(_run),
        "scriptInputs": IGNORED,
        "scriptOutputs": IGNORED,
    },
    any_input=_input,
    any_output=_output,
    state=_State,
    gone=_gone,
    needs_script=lambda _spec: True,
)
