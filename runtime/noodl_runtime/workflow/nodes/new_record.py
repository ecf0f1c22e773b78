"""Create New Record: a record with properties, perhaps after the model of another."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from noodl_runtime.workflow.asks import CreateRecord
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, NodeType, nothing, signal, value
from noodl_runtime.workflow.nodes.set_record import property_or_access
from noodl_runtime.workflow.reading import read, write
from noodl_runtime.workflow.records import (
    RecordState,
    access_list,
    changed_values,
    error_text,
    fail,
    id_of,
    owner_values,
    set_access,
    set_collection,
    start_store,
    target_id,
)


def _create(node: Node) -> None:
    state, run = node.state, node.run
    values = write(run, {**_source(node), **_properties(node)}, state.collection)
    access = access_list(node)

    def answered(record: Mapping[str, Any]) -> None:
        stored = {**values, **changed_values(record, ("objectId", "createdAt"))}
        state.target = read(run, stored, state.collection)
        node.flag("id")
        node.signal("created")

    sent = {**values, "ACL": access} if access else values
    ask = CreateRecord(collection=state.collection, values=sent)
    node.ask(ask, answered, lambda error: fail(node, error_text(error, "Failed to insert.")))


def _source(node: Node) -> Mapping[str, Value]:
    source = node.state.settings.get("source")
    if not truthy(source):
        return {}
    world = node.run.world
    return owner_values(world.copy(world.object(id_of(node.run, source))))


def _properties(node: Node) -> dict[str, Value]:
    return {name: node.run.world.copy(given) for name, given in node.state.properties.items()}


def _set_source(node: Node, source: Value) -> None:
    node.state.settings["source"] = source


NODE = NodeType(
    name="NewDbModelProperties",
    inputs={
        "collectionName": value(set_collection),
        "sourceObjectId": value(_set_source),
        "accessControl": value(set_access),
        "properties": IGNORED,
        "store": signal(partial(start_store, action=_create)),
    },
    outputs={
        "created": nothing,
        "failure": nothing,
        "error": lambda node: node.state.error,
        "id": target_id,
    },
    any_input=property_or_access,
    state=RecordState,
)
