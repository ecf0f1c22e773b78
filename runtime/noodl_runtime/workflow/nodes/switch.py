"""Switch: on or off, changed by signals."""

from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, signal, value


def _turn(node: Node, state: bool) -> None:
    if node.state is state:
        node.signal("unchanged")
        node.signal("completed")
    else:
        _assign(node, state)


def _assign(node: Node, state: bool) -> None:
    node.state = state
    node.flag("state")
    for output in ("switchedToOn" if state else "switchedToOff", "switched", "done", "completed"):
        node.signal(output)


def _set_start(node: Node, given: Value) -> None:
    """Assign the state and tell of it, also when it stays the same."""
    _assign(node, truthy(given))


NODE = NodeType(
    name="Switch",
    inputs={
        "on": signal(lambda node: _turn(node, True)),
        "off": signal(lambda node: _turn(node, False)),
        "flip": signal(lambda node: _assign(node, not node.state)),
        "onFromStart": value(_set_start),
    },
    outputs={
        "state": lambda node: node.state,
        "switchedToOn": nothing,
        "switchedToOff": nothing,
        "switched": nothing,
        "done": nothing,
        "unchanged": nothing,
        "completed": nothing,
    },
    state=lambda: False,
)
