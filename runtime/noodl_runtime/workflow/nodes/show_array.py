"""Array: shows the Array with an id, and keeps its contents equal to those of another."""

from collections.abc import Callable

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.array_changes import array_named, reduced
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, array, nothing, once, value


def _deaf() -> None:
    """Stand in for what ends listening before there is anything to listen to."""


@dataclass(slots=True)
class _State:
    given_id: Value = UNDEFINED
    bound: Value = UNDEFINED
    source: Value = UNDEFINED
    unlisten: Callable[[], None] = _deaf
    unlisten_source: Callable[[], None] = _deaf


def _set_id(node: Node, given: Value) -> None:
    node.state.given_id = reduced(node, given)
    if node.starts_by_itself("fetch"):
        _bind(node, array_named(node, node.state.given_id))
    else:
        node.flag("id")


def _fetch(node: Node) -> None:
    _bind(node, array_named(node, node.state.given_id))
    node.signal("fetched")


def _bind(node: Node, target: Value) -> None:
    state = node.state
    state.unlisten()
    state.bound = target
    state.unlisten = node.run.world.listen(target, lambda _name, _value: _heard(node))
    for output in ("id", "items", "count"):
        node.flag(output)


def _heard(node: Node) -> None:
    if not node.deleted and not node.is_connected("fetch"):
        node.after_once(_changed)


def _changed(node: Node) -> None:
    node.signal("changed")
    node.flag("count")


def _set_items(node: Node, items: Value) -> None:
    state = node.state
    if items is UNDEFINED or items is state.bound:
        return
    state.source = items
    node.after_once(_follow)


def _follow(node: Node) -> None:
    state, world = node.state, node.run.world
    if state.bound is UNDEFINED and not node.is_connected("fetch"):
        _bind(node, world.array([]))
    state.unlisten_source()
    state.unlisten_source = world.listen(
        state.source, lambda _name, _value: None if node.deleted else node.after_once(_copy)
    )
    _copy(node)


def _copy(node: Node) -> None:
    state = node.state
    if state.bound is not UNDEFINED:
        node.run.world.set_items(state.bound, state.source)


def _id(node: Node) -> Value:
    state = node.state
    return state.given_id if state.bound is UNDEFINED else node.run.world.array_id(state.bound)


def _count(node: Node) -> Value:
    bound = node.state.bound
    return 0 if bound is UNDEFINED else len(node.run.world.items(bound))


def _gone(node: Node) -> None:
    node.state.unlisten()
    node.state.unlisten_source()


NODE = NodeType(
    name="Collection2",
    inputs={"collectionId": value(_set_id), "items": array(_set_items), "fetch": once(_fetch)},
    outputs={
        "id": _id,
        "items": lambda node: node.state.bound,
        "count": _count,
        "changed": nothing,
        "fetched": nothing,
    },
    state=_State,
    gone=_gone,
)
