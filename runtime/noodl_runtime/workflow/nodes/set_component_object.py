"""Set Component Object Properties: writes to the Object of its component instance on a signal."""

from noodl_runtime.workflow.component_objects import component_object
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.names import listed
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, Input, NodeType, nothing, once
from noodl_runtime.workflow.objects import PushState, push_input


def _store(node: Node) -> None:
    """Set what was given, as it was given: here the types of properties have no effect."""
    target = component_object(node)
    names = listed(node.spec.parameters.get("properties"))
    for name, given in node.state.values.items():
        if name in names:
            node.run.world.set(target, name, given)
    node.signal("stored")


def _input(spec: NodeSpec, name: str) -> Input | None:
    return IGNORED if name.startswith("type-") else push_input(spec, name)


NODE = NodeType(
    name="net.noodl.SetComponentObjectProperties",
    inputs={"properties": IGNORED, "store": once(_store)},
    outputs={"stored": nothing},
    any_input=_input,
    state=PushState,
)
