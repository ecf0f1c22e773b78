"""Local Delete Record."""

from noodl_runtime.workflow.asks import DeleteRecord
from noodl_runtime.workflow.local_records import (
    LocalState,
    named_record,
    refused,
    settings,
    succeed,
)
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, once, shown


def _delete(node: Node) -> None:
    named = named_record(node)
    if named is None:
        return
    ask = DeleteRecord(collection=named[0], object_id=named[1])
    node.ask(ask, lambda _record: succeed(node, {}), refused(node))


NODE = NodeType(
    name="noodl.local.delete",
    inputs={**settings("collection", "objectId"), "delete": once(_delete)},
    outputs={"success": nothing, "failure": nothing, "error": shown("error")},
    state=LocalState,
)
