"""Component objects: one Object per component instance, for the nodes inside it."""

from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node


def component_object(node: Node) -> Value:
    """Return the Object of the component instance that a node lives in."""
    instance = node.parent
    assert instance is not None
    if instance.own_object is UNDEFINED:
        instance.own_object = node.run.world.object()
    return instance.own_object
