"""Object: shows the Object with an id, and writes to it."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import strict_equal
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, Input, NodeType, nothing, once, value
from noodl_runtime.workflow.objects import (
    ShownState,
    property_output,
    show,
    shown_id,
    unlisten,
)
from noodl_runtime.workflow.records import adopted_id, item_of


@dataclass(slots=True)
class _State(ShownState):
    values: dict[str, Value] = field(default_factory=dict)
    marked: dict[str, None] = field(default_factory=dict)


def _bind_by_id(node: Node) -> None:
    show(node, node.run.world.object(node.state.given_id))
    node.signal("fetched")


def _bind_item(node: Node) -> None:
    show(node, item_of(node))


def _set_source(node: Node, source: Value) -> None:
    if source == "foreach":
        node.after_inputs(_bind_item)


def _set_id(node: Node, given: Value) -> None:
    node.state.given_id = adopted_id(node.run, given)
    if node.starts_by_itself("fetch"):
        _bind_by_id(node)
    else:
        node.flag("id")


def _set_property(name: str, node: Node, given: Value) -> None:
    state = node.state
    state.values[name] = given
    world = node.run.world
    if state.target is not UNDEFINED and strict_equal(world.get(state.target, name), given):
        return
    state.marked[name] = None
    node.after_once(_store)


def _store(node: Node) -> None:
    state = node.state
    if state.target is UNDEFINED:
        return
    marked, state.marked = state.marked, {}
    for name in marked:
        node.run.world.set(state.target, name, state.values[name])


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return Input(partial(_set_property, name[5:])) if name.startswith("prop-") else None


NODE = NodeType(
    name="Model2",
    inputs={
        "idSource": value(_set_source),
        "modelId": value(_set_id),
        "fetch": once(_bind_by_id),
        "properties": IGNORED,
    },
    outputs={"id": shown_id, "changed": nothing, "fetched": nothing},
    any_input=_input,
    any_output=property_output,
    state=_State,
    gone=unlisten,
)
