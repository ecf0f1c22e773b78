"""Component instances: a component used as a node; its ports are those it declares."""

from functools import partial
from typing import TYPE_CHECKING

from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node_type import Input, NodeType

if TYPE_CHECKING:
    from noodl_runtime.workflow.graph import Component
    from noodl_runtime.workflow.node import Node


def instance_type(component: "Component") -> NodeType:
    """Make the node type that stands for a component."""
    return NodeType(
        name=component.name,
        inputs={name: Input(partial(_set, name)) for name in component.inputs},
        outputs={name: partial(_get, name) for name in component.outputs},
    )


def _set(name: str, node: "Node", value: Value) -> None:
    """Keep the value and pass it on inside, also when it is equal."""
    node.values[name] = value
    for inner in node.input_nodes:
        inner.send(name, value)


def _get(name: str, node: "Node") -> Value:
    return node.output_values.get(name, UNDEFINED)
