"""What nodes share that pick, sort and cut the items of an Array in memory."""

from collections.abc import Callable, Mapping

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import is_primitive, truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Object, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType, array, nothing, once, value
from noodl_runtime.workflow.querying import QueryState, page, setting

Choose = Callable[[Node, list[Value]], list[Value]]


@dataclass(slots=True)
class FilterState(QueryState):
    """Settings of a filter node, what it filters and what came of it."""

    source: Value = UNDEFINED
    items: Value = UNDEFINED
    size: int = 0
    first: Value = UNDEFINED
    enabled: bool = True
    unlisten: Callable[[], None] = lambda: None


def filter_type(
    name: str, choose: Choose, prefix: str, more_inputs: Mapping[str, Input] | None = None
) -> NodeType:
    """Make a filter's node type.

    choose: returns the items that match, sorted
    prefix: of the inputs that are parameters of the filter
    """

    def filter_items(node: Node) -> None:
        state = node.state
        if state.source is UNDEFINED:
            return
        items = node.run.world.items(state.source)
        _show(node, _paged(node, choose(node, items)) if state.enabled else items)

    def maybe_filter(node: Node, port: str | None = None) -> None:
        if node.starts_by_itself("filter", port):
            node.after_once(filter_items)

    def set_items(node: Node, items: Value) -> None:
        state, world = node.state, node.run.world
        state.unlisten()
        is_array = not is_primitive(items) and world.kind(items) == "array"
        state.source = items if is_array else UNDEFINED
        if is_array:
            state.unlisten = world.listen(items, lambda _name, _value: maybe_filter(node, "items"))
        maybe_filter(node)

    def set_enabled(node: Node, enabled: Value) -> None:
        node.state.enabled = truthy(enabled)
        maybe_filter(node)

    def any_input(_spec: NodeSpec, port: str) -> Input:
        return setting(port, prefix, maybe_filter)

    return NodeType(
        name=name,
        inputs={
            "items": array(set_items),
            "enabled": value(set_enabled),
            **(more_inputs or {}),
            "filter": once(filter_items),
        },
        outputs={
            "items": lambda node: node.state.items,
            "firstItemId": lambda node: node.state.first,
            "count": lambda node: node.state.size,
            "modified": nothing,
        },
        any_input=any_input,
        state=FilterState,
        gone=lambda node: node.state.unlisten(),
    )


def data_of(node: Node, item: Value) -> Object:
    """Return an item as detached data. raises: ScriptError if it is no Object."""
    copy = node.run.world.copy(item)
    if not isinstance(copy, Object):
        raise ScriptError("filters work on Objects only")
    return copy


def _paged(node: Node, items: list[Value]) -> list[Value]:
    limit, skip = page(node, "filterEnableLimit", "filterLimit", "filterSkip")
    if limit is UNDEFINED:
        return items
    start = int(node.run.world.number(skip))
    return items[start : start + int(node.run.world.number(limit))]


def _show(node: Node, items: list[Value]) -> None:
    state, world = node.state, node.run.world
    state.items = world.array(items)
    items = world.items(state.items)
    state.size = len(items)
    is_object = bool(items) and world.kind(items[0]) == "object"
    state.first = world.object_id(items[0]) if is_object else UNDEFINED
    node.signal("modified")
    for output in ("firstItemId", "items", "count"):
        node.flag(output)
