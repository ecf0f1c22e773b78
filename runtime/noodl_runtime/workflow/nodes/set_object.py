"""Set Object Properties: writes to an Object on a signal."""

from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, NodeType, nothing, once, value
from noodl_runtime.workflow.objects import PushState, push, push_input
from noodl_runtime.workflow.records import set_id_source, set_record, target_id


def _store(node: Node) -> None:
    if node.state.target is not UNDEFINED:
        push(node, node.state.target)
        node.signal("stored")


NODE = NodeType(
    name="SetModelProperties",
    inputs={
        "idSource": value(set_id_source),
        "modelId": value(set_record),
        "properties": IGNORED,
        "store": once(_store),
    },
    outputs={"stored": nothing, "id": target_id},
    any_input=push_input,
    state=PushState,
)
