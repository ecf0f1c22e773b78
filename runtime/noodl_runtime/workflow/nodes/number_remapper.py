"""Number Remapper: moves a number from one range to another."""

from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import normal, truthy
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, value


@dataclass(slots=True)
class _State:
    value: float = 0
    lowest: float = 0
    highest: float = 0
    lowest_out: float = 0
    highest_out: float = 1
    clamp: bool = True
    result: float = 0


def _set_number(name: str, node: Node, given: Value) -> None:
    setattr(node.state, name, node.run.world.number(given))
    _remap(node)


def _set_clamp(node: Node, given: Value) -> None:
    node.state.clamp = truthy(given)
    _remap(node)


def _remap(node: Node) -> None:
    state = node.state
    width = state.highest - state.lowest
    share = 0 if width == 0 else (state.value - state.lowest) / width
    if state.clamp and share == share:
        share = min(max(share, 0), 1)
    state.result = normal(state.lowest_out + share * (state.highest_out - state.lowest_out))
    node.flag("remappedValue")


NODE = NodeType(
    name="Number Remapper",
    inputs={
        "inputValue": value(partial(_set_number, "value")),
        "minInputValue": value(partial(_set_number, "lowest")),
        "maxInputValue": value(partial(_set_number, "highest")),
        "minOutputValue": value(partial(_set_number, "lowest_out")),
        "maxOutputValue": value(partial(_set_number, "highest_out")),
        "clamp": value(_set_clamp),
    },
    outputs={"remappedValue": lambda node: node.state.result},
    state=_State,
)
