"""Component Outputs: what a component hands out; a task that signals here is done."""

from functools import partial

from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType


def _set(name: str, node: Node, value: Value) -> None:
    instance = node.parent
    if instance is None or name not in instance.spec.type.outputs:
        return
    old = instance.output_values.get(name, UNDEFINED)
    if instance.watcher is not None and (old is UNDEFINED or old is False) and value is True:
        instance.watcher(name)
    instance.output_values[name] = value
    instance.send(name, value)


def _input(_spec: NodeSpec, name: str) -> Input:
    return Input(partial(_set, name))


NODE = NodeType(name="Component Outputs", any_input=_input)
