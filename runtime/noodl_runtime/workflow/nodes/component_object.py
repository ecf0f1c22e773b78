"""Component Object: shows the Object of its component instance, and writes to it."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.component_objects import component_object
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import strict_equal
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, Getter, Input, NodeType, nothing
from noodl_runtime.workflow.objects import ShownState, property_output, unlisten


@dataclass(slots=True)
class _State(ShownState):
    values: dict[str, Value] = field(default_factory=dict)
    marked: dict[str, None] = field(default_factory=dict)


def _created(node: Node) -> None:
    state = node.state
    state.target = component_object(node)
    state.unlisten = node.run.world.listen(state.target, partial(_heard, node))


def _heard(node: Node, name: str, _value: Value) -> None:
    if not node.deleted:
        node.flag(f"prop-{name}")
        node.signal(f"changed-{name}")
        node.signal("changed")


def _set_property(name: str, node: Node, given: Value) -> None:
    state = node.state
    state.values[name] = given
    if not strict_equal(node.run.world.get(state.target, name), given):
        state.marked[name] = None
        node.after_once(_store)


def _store(node: Node) -> None:
    state = node.state
    marked, state.marked = state.marked, {}
    for name in marked:
        node.run.world.set(state.target, name, state.values[name])


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return Input(partial(_set_property, name[5:])) if name.startswith("prop-") else None


def _output(spec: NodeSpec, name: str) -> Getter | None:
    return nothing if name.startswith("changed-") else property_output(spec, name)


NODE = NodeType(
    name="net.noodl.ComponentObject",
    inputs={"properties": IGNORED},
    outputs={"changed": nothing},
    any_input=_input,
    any_output=_output,
    state=_State,
    created=_created,
    gone=unlisten,
)
