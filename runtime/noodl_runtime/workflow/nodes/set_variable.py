"""Set Variable: gives a variable a value on a signal."""

from collections.abc import Callable
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.global_variables import variables_of
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, once, value


@dataclass(slots=True)
class _State:
    name: Value = UNDEFINED
    kind: Value = "*"
    value: Value = UNDEFINED


def _object(node: Node, given: Value) -> Value:
    return node.run.world.object(given) if isinstance(given, str) else given


def _array(node: Node, given: Value) -> Value:
    return node.run.world.array_with_id(given) if isinstance(given, str) else given


_CONVERSIONS: dict[str, Callable[[Node, Value], Value]] = {
    "emptyString": lambda _node, _given: "",
    "boolean": lambda _node, given: truthy(given),
    "object": _object,
    "array": _array,
}


def _set(name: str, node: Node, given: Value) -> None:
    setattr(node.state, name, given)


def _do(node: Node) -> None:
    """Tell listeners even if nothing changes, so that Variable nodes pass the value on again."""
    state, world = node.state, node.run.world
    convert = _CONVERSIONS.get(state.kind) if isinstance(state.kind, str) else None
    given = convert(node, state.value) if convert else state.value
    world.set(variables_of(node.run), world.text(state.name), given, resolve=False, force=True)
    node.signal("done")


NODE = NodeType(
    name="Set Variable",
    inputs={
        "name": value(partial(_set, "name")),
        "setWith": value(partial(_set, "kind")),
        "value": value(partial(_set, "value")),
        "do": once(_do),
    },
    outputs={"done": nothing},
    state=_State,
)
