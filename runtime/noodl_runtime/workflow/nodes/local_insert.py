"""Local Create Record."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.workflow.asks import CreateRecord
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.local_records import (
    LocalState,
    plain,
    prop_input,
    refuse,
    refused,
    settings,
    succeed,
    values_of,
)
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, once, shown


def _insert(node: Node) -> None:
    if not truthy(node.state.get("collection")):
        refuse(node, "Collection is required")
        return
    collection = node.run.world.text(node.state.get("collection"))

    def answered(record: Mapping[str, Any]) -> None:
        succeed(node, {"record": plain(node, record), "objectId": record["objectId"]})

    ask = CreateRecord(collection=collection, values=values_of(node, collection))
    node.ask(ask, answered, refused(node))


NODE = NodeType(
    name="noodl.local.insert",
    inputs={**settings("collection", "properties"), "insert": once(_insert)},
    outputs={
        "record": shown("record"),
        "objectId": shown("objectId"),
        "success": nothing,
        "failure": nothing,
        "error": shown("error"),
    },
    any_input=prop_input,
    state=LocalState,
)
