"""Delete Record: removes a record; its Object stays."""

from functools import partial
from typing import Any

from noodl_runtime.workflow.asks import DeleteRecord
from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, signal, value
from noodl_runtime.workflow.records import (
    RecordState,
    fail,
    set_collection,
    set_id_source,
    set_record,
    start_store,
    target_id,
)


def _delete(node: Node) -> None:
    state, run = node.state, node.run
    if state.target is UNDEFINED:
        fail(node, "Missing Record Id")
        return
    target = state.target

    def answered(_record: Any) -> None:
        run.world.announce_delete(target)
        node.signal("deleted")

    ask = DeleteRecord(collection=state.collection, object_id=str(target_id(node)))
    node.ask(ask, answered, lambda _error: fail(node, "Failed to delete."))


NODE = NodeType(
    name="DeleteDbModelProperties",
    inputs={
        "collectionName": value(set_collection),
        "idSource": value(set_id_source),
        "modelId": value(set_record),
        "store": signal(partial(start_store, action=_delete)),
    },
    outputs={
        "deleted": nothing,
        "failure": nothing,
        "error": lambda node: node.state.error,
        "id": target_id,
    },
    state=RecordState,
)
