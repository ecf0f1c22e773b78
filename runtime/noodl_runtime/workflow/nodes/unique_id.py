"""Unique Id: ten random letters and digits."""

from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, signal


def _renew(node: Node) -> None:
    node.state = node.run.around.new_id()


def _new(node: Node) -> None:
    _renew(node)
    node.flag("guid")


NODE = NodeType(
    name="Unique Id",
    inputs={"new": signal(_new)},
    outputs={"guid": lambda node: node.state},
    created=_renew,
)
