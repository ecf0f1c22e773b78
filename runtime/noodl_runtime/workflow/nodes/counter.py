"""Counter: counts signals up and down, between limits if wanted."""

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import normal, truthy
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, signal, value


@dataclass(slots=True)
class _State:
    count: float = 0
    start: float = 0
    started: bool = False
    limits: bool = False
    lowest: float = 0
    highest: float = 0


def _show(node: Node) -> None:
    node.flag("currentCount")
    node.signal("countChanged")


def _increase(node: Node) -> None:
    state = node.state
    if not (state.limits and state.count >= state.highest):
        state.count = normal(state.count + 1)
        _show(node)


def _decrease(node: Node) -> None:
    state = node.state
    if not (state.limits and state.count <= state.lowest):
        state.count = normal(state.count - 1)
        _show(node)


def _reset(node: Node) -> None:
    node.state.count = node.state.start
    _show(node)


def _set_start(node: Node, given: Value) -> None:
    """The first start value sets the count as well."""
    state = node.state
    state.start = node.run.world.number(given)
    if not state.started:
        state.started = True
        _reset(node)


def _set_limits(node: Node, given: Value) -> None:
    node.state.limits = truthy(given)


def _set_lowest(node: Node, given: Value) -> None:
    node.state.lowest = node.run.world.number(given)


def _set_highest(node: Node, given: Value) -> None:
    node.state.highest = node.run.world.number(given)


NODE = NodeType(
    name="Counter",
    inputs={
        "increase": signal(_increase),
        "decrease": signal(_decrease),
        "reset": signal(_reset),
        "startValue": value(_set_start),
        "limitsEnabled": value(_set_limits),
        "limitsMin": value(_set_lowest),
        "limitsMax": value(_set_highest),
    },
    outputs={"currentCount": lambda node: node.state.count, "countChanged": nothing},
    state=_State,
)
