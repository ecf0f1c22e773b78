"""Local Query Records: the records that match, as plain objects."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from noodl_runtime.workflow.asks import FindRecords
from noodl_runtime.workflow.filters import sent, where_of
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.text import jsonable, parse
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.local_records import (
    LocalState,
    parameter_input,
    plain,
    refuse,
    refused,
    settings,
    succeed,
)
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, once, shown, value
from noodl_runtime.workflow.wire import from_wire

if TYPE_CHECKING:
    from noodl_runtime.store.contract import Found


def _fetch(node: Node) -> None:
    state, world = node.state, node.run.world
    if not truthy(state.get("collection")):
        refuse(node, "Collection is required")
        return
    collection = world.text(state.get("collection"))
    try:
        where = _where(node, collection)
    except (ScriptError, ValueError) as error:
        refuse(node, f"the filter cannot be read: {error}")
        return

    def answered(found: "Found") -> None:
        records = [plain(node, record) for record in found.records]
        succeed(
            node,
            {
                "results": world.build(records),
                "count": len(records),
                "firstRecord": records[0] if records else UNDEFINED,
            },
        )

    ask = FindRecords(
        collection=collection,
        where=where,
        order=_order(node),
        limit=_or(world.copy(state.get("limit")), 100),
        skip=_or(world.copy(state.get("skip")), 0),
    )
    node.ask(ask, answered, refused(node))


def _or(given: Value, otherwise: int) -> Value:
    return otherwise if given is UNDEFINED or given is None or given == "" else given


def _order(node: Node) -> str | None:
    keys = node.run.world.copy(node.state.get("sort"))
    if isinstance(keys, list):
        return ",".join(str(key) for key in keys)
    return node.run.world.text(keys) if truthy(keys) else None


def _where(node: Node, collection: str) -> Any:
    """Return the where document: a visual filter is turned into one, any other object is one."""
    state, world = node.state, node.run.world
    given = world.copy(state.get("where"))
    if isinstance(given, str):
        given = parse(given) if given.strip() else UNDEFINED
    if not isinstance(given, Mapping):
        return None
    if "operator" in given or {"combinator", "rules"} <= set(given):
        inputs = {name: world.copy(v) for name, v in state.parameters.items()}
        return sent(where_of(given, inputs, node.run.around.fields(collection)))
    return from_wire(jsonable(given))


def _set_where(node: Node, given: Value) -> None:
    node.state.settings["where"] = given


NODE = NodeType(
    name="noodl.local.query",
    inputs={
        **settings("collection", "sort", "limit", "skip"),
        "where": value(_set_where),
        "filter": value(_set_where),
        "fetch": once(_fetch),
    },
    outputs={
        "results": shown("results"),
        "count": shown("count"),
        "firstRecord": shown("firstRecord"),
        "success": nothing,
        "failure": nothing,
        "error": shown("error"),
    },
    any_input=parameter_input,
    state=LocalState,
)
