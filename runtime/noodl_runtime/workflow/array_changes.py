"""What nodes share that work on an Array named by its id."""

from collections.abc import Callable
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType, nothing, signal, value
from noodl_runtime.workflow.records import id_of

Change = Callable[[Node, Value, Value], None]  # (node, Array, Object)


def reduced(node: Node, given: Value) -> Value:
    """Reduce an Array to its id; everything else stays."""
    world = node.run.world
    return world.array_id(given) if world.kind(given) == "array" else given


def array_named(node: Node, given: Value) -> Value:
    """Return the Array with an id, created empty if there is none; no id: a new one."""
    world = node.run.world
    return world.array([]) if given is UNDEFINED else world.array_with_id(world.text(given))


@dataclass(slots=True)
class _State:
    array: Value = UNDEFINED
    item_id: Value = UNDEFINED


def _set_array(node: Node, given: Value) -> None:
    node.state.array = array_named(node, reduced(node, given))


def _set_item(node: Node, given: Value) -> None:
    node.state.item_id = id_of(node.run, given)


def change_type(name: str, start: str, change: Change) -> NodeType:
    """Make a node type that puts one Object into an Array, or takes it out, on a signal."""

    def act(node: Node) -> None:
        state = node.state
        if state.array is UNDEFINED or state.item_id is UNDEFINED:
            return
        change(node, state.array, node.run.world.object(state.item_id))
        node.signal("modified")

    return _type(name, start, act, {"modifyId": value(_set_item)})


def clear_type(name: str, start: str) -> NodeType:
    """Make the node type that empties an Array on a signal."""

    def act(node: Node) -> None:
        if node.state.array is UNDEFINED:
            raise ScriptError("there is no Array to clear")
        node.run.world.set_items(node.state.array, [])
        node.signal("modified")

    return _type(name, start, act, {})


def _type(name: str, start: str, act: Callable[[Node], None], more: dict[str, Input]) -> NodeType:
    return NodeType(
        name=name,
        inputs={
            "collectionId": value(_set_array),
            **more,
            start: signal(partial(Node.after_inputs, action=act)),
        },
        outputs={"modified": nothing},
        state=_State,
    )
