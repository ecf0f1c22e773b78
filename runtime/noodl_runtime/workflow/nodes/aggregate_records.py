"""Aggregate Records: sums, averages and the like over the records that match a filter."""

from collections.abc import Mapping
from dataclasses import field
from functools import partial
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import AggregateRecords
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Getter, Input, NodeType, nothing, once, value
from noodl_runtime.workflow.querying import (
    QueryState,
    fields_of,
    is_scripted,
    needs_script,
    scripted_filter,
    setting,
    visual_where,
)
from noodl_runtime.workflow.wire import to_wire

Groups = dict[str, dict[str, str]]


@dataclass(slots=True)
class _State(QueryState):
    names: Value = UNDEFINED
    properties: dict[str, Value] = field(default_factory=dict)
    operations: dict[str, Value] = field(default_factory=dict)
    results: dict[str, Value] = field(default_factory=dict)


def _fetch(node: Node) -> None:
    state = node.state
    if is_scripted(node):
        where, _ = scripted_filter(node, sorts=False)
    else:
        where = visual_where(node)
    collection = state.get("collectionName")
    ask = AggregateRecords(
        collection=None if collection is UNDEFINED else collection,
        groups=_groups(node),
        where=where,
    )

    def refused(error: Exception) -> None:
        node.log("debug", f"the aggregation failed: {error}")
        node.signal("failure")

    node.ask(ask, partial(_show, node), refused)


def _groups(node: Node) -> Groups:
    state = node.state
    fields = fields_of(node, state.get("collectionName"))
    if not truthy(state.names) or not fields:
        return {}
    groups: Groups = {}
    for name in node.run.world.text(state.names).split(","):
        if name not in state.properties and name not in state.operations:
            raise ScriptError(f"the aggregate {name!r} has no property")
        field_name = state.properties.get(name)
        known = fields.get(field_name) if isinstance(field_name, str) else None
        if known is not None:
            default = "distinct" if known.type == "String" else "avg"
            operation = state.operations.get(name)
            groups[name] = {operation if isinstance(operation, str) else default: str(field_name)}
    return groups


def _show(node: Node, rows: list[Mapping[str, Any]]) -> None:
    row = rows[0] if len(rows) == 1 else {}
    for name, result in row.items():
        if name != "objectId":
            node.state.results[name] = node.run.world.build(to_wire(result))
            node.flag(f"agg-{name}")
    node.signal("fetched")


def _maybe_fetch(node: Node) -> None:
    if node.starts_by_itself("storageFetch"):
        node.after_once(_fetch)


def _set_names(node: Node, names: Value) -> None:
    node.state.names = names


def _set_aggregate(kind: str, name: str, node: Node, given: Value) -> None:
    getattr(node.state, kind)[name] = given


def _input(_spec: NodeSpec, name: str) -> Input:
    if name.startswith("agg"):
        kind, _, aggregate = name.partition("-")
        which = {"aggprop": "properties", "aggop": "operations"}.get(kind, "results")
        return Input(partial(_set_aggregate, which, aggregate))
    return setting(name, "qp-", _maybe_fetch)


def _result(name: str, node: Node) -> Value:
    return node.state.results.get(name, UNDEFINED)


def _output(_spec: NodeSpec, name: str) -> Getter | None:
    return partial(_result, name[4:]) if name.startswith("agg-") else None


NODE = NodeType(
    name="noodl.cloud.aggregate",
    inputs={"aggregates": value(_set_names), "storageFetch": once(_fetch)},
    outputs={"fetched": nothing, "failure": nothing, "error": nothing},
    any_input=_input,
    any_output=_output,
    state=_State,
    needs_script=needs_script,
)
