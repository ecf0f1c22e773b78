"""Set Record Properties: change a record, or only the Object in memory."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from noodl_runtime.workflow.asks import SaveRecord
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, Input, NodeType, nothing, signal, value
from noodl_runtime.workflow.reading import without_times, write
from noodl_runtime.workflow.records import (
    RecordState,
    access_list,
    changed_values,
    error_text,
    fail,
    owner_values,
    set_access,
    set_access_field,
    set_collection,
    set_id_source,
    set_record,
    start_store,
    target_id,
)


def _store(node: Node) -> None:
    if node.state.settings.get("storeType") == "local":
        node.after_once(_store_locally)
    else:
        start_store(node, _save)


def _set_properties(node: Node) -> None:
    for name, given in node.state.properties.items():
        node.run.world.set(node.state.target, name, given)


def _store_locally(node: Node) -> None:
    if node.state.target is not UNDEFINED:
        _set_properties(node)
        node.signal("stored")


def _save(node: Node) -> None:
    state, run = node.state, node.run
    if state.target is UNDEFINED:
        fail(node, "Missing Record Id")
        return
    _set_properties(node)
    if state.settings.get("storeProperties") == "all":
        data = owner_values(run.world.copy(state.target))
    else:
        data = {name: run.world.copy(given) for name, given in state.properties.items()}
    values = without_times(write(run, data, state.collection))
    if access := access_list(node):
        values["ACL"] = access
    target = state.target

    def answered(record: Mapping[str, Any]) -> None:
        for name, given in changed_values(record, ("updatedAt",)).items():
            run.world.set(target, name, given)  # as text: graphs know it so
        node.signal("stored")

    ask = SaveRecord(collection=state.collection, object_id=str(target_id(node)), values=values)
    node.ask(ask, answered, lambda error: fail(node, error_text(error, "Failed to save.")))


def _set_property(name: str, node: Node, given: Value) -> None:
    node.state.properties[name] = given


def _set_setting(name: str, node: Node, given: Value) -> None:
    node.state.settings[name] = given


def property_or_access(_spec: NodeSpec, name: str) -> Input | None:
    """Make the inputs prop-<p> and acl-<rule>-<field>."""
    if name.startswith("prop-"):
        return Input(partial(_set_property, name[5:]))
    parts = name.split("-")
    if parts[0] == "acl" and len(parts) > 2:
        return Input(partial(set_access_field, parts[1], parts[2]))
    return None


NODE = NodeType(
    name="SetDbModelProperties",
    inputs={
        "collectionName": value(set_collection),
        "idSource": value(set_id_source),
        "modelId": value(set_record),
        "storeType": value(partial(_set_setting, "storeType")),
        "storeProperties": value(partial(_set_setting, "storeProperties")),
        "accessControl": value(set_access),
        "properties": IGNORED,
        "store": signal(_store),
    },
    outputs={
        "stored": nothing,
        "failure": nothing,
        "error": lambda node: node.state.error,
        "id": target_id,
    },
    any_input=property_or_access,
    state=RecordState,
)
