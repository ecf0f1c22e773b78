"""Component Inputs: the values that reach a component, seen from inside."""

from functools import partial

from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Getter, NodeType


def _value(name: str, node: Node) -> Value:
    return node.parent.values.get(name, UNDEFINED) if node.parent else UNDEFINED


def _output(_spec: NodeSpec, name: str) -> Getter:
    return partial(_value, name)


NODE = NodeType(name="Component Inputs", any_output=_output)
