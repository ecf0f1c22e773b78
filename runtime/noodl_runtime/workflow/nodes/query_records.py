"""Query Records: ask for the records that match a filter."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import FindRecords
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Getter, Input, NodeType, nothing, once
from noodl_runtime.workflow.querying import (
    QueryState,
    is_scripted,
    needs_script,
    page,
    scripted_filter,
    setting,
    sorting,
    visual_where,
)
from noodl_runtime.workflow.reading import read_all

if TYPE_CHECKING:
    from noodl_runtime.store.contract import Found


@dataclass(slots=True)
class _State(QueryState):
    items: Value = UNDEFINED
    size: int = 0
    first: Value = UNDEFINED
    total: Value = UNDEFINED
    unlisten: Callable[[], None] = lambda: None


def _fetch(node: Node) -> None:
    state, run = node.state, node.run
    if is_scripted(node):
        where, order = scripted_filter(node, sorts=True)
    else:
        where = visual_where(node)
        order = sorting(node, "visualSort") if "visualSort" in state.settings else None
    limit, skip = page(node, "storageEnableLimit", "storageLimit", "storageSkip")
    collection = state.get("collectionName")

    def answered(found: "Found") -> None:
        _bind(node, read_all(run, found.records, collection), found.count)
        node.signal("fetched")

    def refused(error: Exception) -> None:
        node.log("debug", f"the query failed: {error}")
        _bind(node, run.world.array([]), None)
        node.signal("failure")

    ask = FindRecords(
        collection=None if collection is UNDEFINED else collection,
        where=where,
        order=None if order is None else ",".join(order),
        limit=limit,
        skip=skip,
        count=truthy(state.get("storageEnableCount")),
    )
    node.ask(ask, answered, refused)


def _bind(node: Node, items: Value, total: int | None) -> None:
    state = node.state
    state.unlisten()
    state.items = items
    _look(node)
    state.unlisten = node.run.world.listen(items, lambda _name, _value: node.after_once(_changed))
    if total is not None:
        state.total = total
        node.flag("storageTotalCount")
    for output in ("firstItemId", "items", "count", "isEmpty"):
        node.flag(output)


def _look(node: Node) -> None:
    state, world = node.state, node.run.world
    items = world.items(state.items)
    state.size = len(items)
    state.first = world.object_id(items[0]) if items else UNDEFINED


def _changed(node: Node) -> None:
    _look(node)
    for output in ("count", "firstItemId", "isEmpty"):
        node.flag(output)


def _maybe_fetch(node: Node) -> None:
    if node.starts_by_itself("storageFetch"):
        node.after_once(_fetch)


def _input(_spec: NodeSpec, name: str) -> Input:
    return setting(name, "qp-", _maybe_fetch)


def _output(_spec: NodeSpec, name: str) -> Getter | None:
    more: dict[str, Any] = {
        "storageTotalCount": lambda node: node.state.total,
        "isEmpty": lambda node: node.state.size == 0,
    }
    return more.get(name)


def _gone(node: Node) -> None:
    node.state.unlisten()


NODE = NodeType(
    name="DbCollection2",
    inputs={"storageFetch": once(_fetch)},
    outputs={
        "items": lambda node: node.state.items,
        "firstItemId": lambda node: node.state.first,
        "count": lambda node: node.state.size,
        "fetched": nothing,
        "failure": nothing,
        "error": nothing,
    },
    any_input=_input,
    any_output=_output,
    state=_State,
    gone=_gone,
    needs_script=needs_script,
)
