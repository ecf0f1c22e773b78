"""Create New Array: a new Array, with the contents of another if there is one."""

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, array, nothing, once


@dataclass(slots=True)
class _State:
    source: Value = UNDEFINED
    made: Value = UNDEFINED


def _set_items(node: Node, items: Value) -> None:
    node.state.source = items


def _new(node: Node) -> None:
    state, world = node.state, node.run.world
    state.made = world.array([])
    if truthy(state.source):
        world.set_items(state.made, state.source)
    node.flag("id")
    node.signal("created")


def _id(node: Node) -> Value:
    made = node.state.made
    return UNDEFINED if made is UNDEFINED else node.run.world.array_id(made)


NODE = NodeType(
    name="CollectionNew",
    inputs={"items": array(_set_items), "new": once(_new)},
    outputs={"id": _id, "created": nothing},
    state=_State,
)
