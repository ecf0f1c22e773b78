"""Create New Object: a new Object with properties."""

from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, NodeType, nothing, once
from noodl_runtime.workflow.objects import PushState, push, push_input
from noodl_runtime.workflow.records import target_id


def _new(node: Node) -> None:
    target = node.run.world.object()
    push(node, target)
    node.state.target = target
    node.flag("id")
    node.signal("created")


NODE = NodeType(
    name="NewModel",
    inputs={"properties": IGNORED, "new": once(_new)},
    outputs={"created": nothing, "id": target_id},
    any_input=push_input,
    state=PushState,
)
