"""Cloud File: the name and the address of a stored file."""

from noodl_runtime.workflow.js.values import UNDEFINED, CloudFile, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, value


def _set_file(node: Node, given: Value) -> None:
    if node.run.world.kind(given) == "file":
        node.state = node.run.world.copy(given)
        node.flag("name")
        node.flag("url")


def _name(node: Node) -> Value:
    """Return the name without the prefix that stored names have."""
    file = node.state
    if not isinstance(file, CloudFile):
        return UNDEFINED
    _, separator, rest = file.name.partition("_")
    return rest if separator else file.name


def _url(node: Node) -> Value:
    return node.state.url if isinstance(node.state, CloudFile) else UNDEFINED


NODE = NodeType(
    name="Cloud File",
    inputs={"file": value(_set_file)},
    outputs={"url": _url, "name": _name},
)
