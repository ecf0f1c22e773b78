"""Variable: shows the variable with a name, and sets it."""

from collections.abc import Callable

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.global_variables import variables_of
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, signal, value


@dataclass(slots=True)
class _State:
    name: Value = UNDEFINED
    given: Value = UNDEFINED
    unlisten: Callable[[], None] | None = None


def _set_name(node: Node, name: Value) -> None:
    node.state.name = name
    if node.starts_by_itself("fetch"):
        _select(node)
    else:
        node.flag("name")


def _select(node: Node) -> None:
    state = node.state
    if state.unlisten is None:
        variables = variables_of(node.run)
        state.unlisten = node.run.world.listen(variables, lambda name, _value: _heard(node, name))
    node.flag("name")
    node.flag("value")
    node.signal("fetched")


def _heard(node: Node, name: str) -> None:
    if node.deleted or name != _text(node) or node.is_connected("fetch"):
        return
    node.signal("changed")
    node.flag("value")


def _set_value(node: Node, given: Value) -> None:
    node.state.given = given
    node.after_once(_store)


def _store(node: Node) -> None:
    if node.state.name is not UNDEFINED:
        variables = variables_of(node.run)
        node.run.world.set(variables, _text(node), node.state.given, resolve=False)


def _text(node: Node) -> str:
    return node.run.world.text(node.state.name)


def _value(node: Node) -> Value:
    if node.state.name is UNDEFINED:
        return UNDEFINED
    return node.run.world.get(variables_of(node.run), _text(node), resolve=False)


def _gone(node: Node) -> None:
    if node.state.unlisten is not None:
        node.state.unlisten()


NODE = NodeType(
    name="Variable2",
    inputs={"name": value(_set_name), "fetch": signal(_select), "value": value(_set_value)},
    outputs={
        "name": lambda node: node.state.name,
        "value": _value,
        "changed": nothing,
        "fetched": nothing,
    },
    state=_State,
    gone=_gone,
)
