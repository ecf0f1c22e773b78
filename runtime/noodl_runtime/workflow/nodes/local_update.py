"""Local Update Record."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.workflow.asks import SaveRecord
from noodl_runtime.workflow.local_records import (
    LocalState,
    named_record,
    plain,
    prop_input,
    refused,
    settings,
    succeed,
    values_of,
)
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, once, shown
from noodl_runtime.workflow.reading import without_times


def _save(node: Node) -> None:
    named = named_record(node)
    if named is None:
        return
    collection, object_id = named

    def answered(record: Mapping[str, Any]) -> None:
        succeed(node, {"record": plain(node, record)})

    values = without_times(values_of(node, collection))
    ask = SaveRecord(collection=collection, object_id=object_id, values=values)
    node.ask(ask, answered, refused(node))


NODE = NodeType(
    name="noodl.local.update",
    inputs={**settings("collection", "objectId", "properties"), "save": once(_save)},
    outputs={
        "record": shown("record"),
        "success": nothing,
        "failure": nothing,
        "error": shown("error"),
    },
    any_input=prop_input,
    state=LocalState,
)
