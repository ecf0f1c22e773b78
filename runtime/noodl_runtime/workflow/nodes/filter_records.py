"""Filter Records: filters and sorts an Array in memory."""

from collections.abc import Callable
from dataclasses import dataclass

from noodl_runtime.workflow.filters import where_of
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import is_primitive, truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Object, ScriptError, Value
from noodl_runtime.workflow.matching import in_order, matches
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType, array, nothing, once, value
from noodl_runtime.workflow.querying import QueryState, fields_of, page, setting, sorting


@dataclass(slots=True)
class _State(QueryState):
    source: Value = UNDEFINED
    items: Value = UNDEFINED
    size: int = 0
    first: Value = UNDEFINED
    enabled: bool = True
    unlisten: Callable[[], None] = lambda: None


def _filter(node: Node) -> None:
    state, world = node.state, node.run.world
    if state.source is UNDEFINED:
        return
    items = world.items(state.source)
    if state.enabled:
        items = _paged(node, _sorted(node, _matching(node, items)))
    state.items = world.array(items)
    items = world.items(state.items)
    state.size = len(items)
    is_object = bool(items) and world.kind(items[0]) == "object"
    state.first = world.object_id(items[0]) if is_object else UNDEFINED
    node.signal("modified")
    for output in ("firstItemId", "items", "count"):
        node.flag(output)


def _data(node: Node, item: Value) -> Object:
    copy = node.run.world.copy(item)
    if not isinstance(copy, Object):
        raise ScriptError("Filter Records works on Objects only")
    return copy


def _matching(node: Node, items: list[Value]) -> list[Value]:
    state, world = node.state, node.run.world
    inputs = {name: world.copy(given) for name, given in state.parameters.items()}
    fields = fields_of(node, state.get("collectionName"))
    where = where_of(world.copy(state.get("visualFilter")), inputs, fields)
    if where is None:
        return items
    return [item for item in items if matches(_data(node, item), where, world.search)]


def _sorted(node: Node, items: list[Value]) -> list[Value]:
    keys = sorting(node, "visualSorting")
    if not keys or len(items) < 2:
        return items
    data = {id(item): _data(node, item) for item in items if not is_primitive(item)}
    return in_order(items, keys, lambda item: data[id(item)])


def _paged(node: Node, items: list[Value]) -> list[Value]:
    limit, skip = page(node, "filterEnableLimit", "filterLimit", "filterSkip")
    if limit is UNDEFINED:
        return items
    start = int(node.run.world.number(skip))
    return items[start : start + int(node.run.world.number(limit))]


def _maybe_filter(node: Node) -> None:
    if not node.is_connected("filter"):
        node.after_once(_filter)


def _set_items(node: Node, items: Value) -> None:
    state, world = node.state, node.run.world
    state.unlisten()
    is_array = not is_primitive(items) and world.kind(items) == "array"
    state.source = items if is_array else UNDEFINED
    if is_array:
        state.unlisten = world.listen(items, lambda _name, _value: _maybe_filter(node))
    _maybe_filter(node)


def _set_enabled(node: Node, enabled: Value) -> None:
    node.state.enabled = truthy(enabled)
    _maybe_filter(node)


def _set_collection(node: Node, name: Value) -> None:
    node.state.settings["collectionName"] = name


def _input(_spec: NodeSpec, name: str) -> Input:
    return setting(name, "fp-", _maybe_filter)


def _gone(node: Node) -> None:
    node.state.unlisten()


NODE = NodeType(
    name="FilterDBModels",
    inputs={
        "items": array(_set_items),
        "enabled": value(_set_enabled),
        "collectionName": value(_set_collection),
        "filter": once(_filter),
    },
    outputs={
        "items": lambda node: node.state.items,
        "firstItemId": lambda node: node.state.first,
        "count": lambda node: node.state.size,
        "modified": nothing,
    },
    any_input=_input,
    state=_State,
    gone=_gone,
)
