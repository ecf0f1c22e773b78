"""What Object nodes share: showing an Object's properties, and pushing values into one."""

from collections.abc import Callable
from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import ordered
from noodl_runtime.workflow.js.expression import literal
from noodl_runtime.workflow.js.values import UNDEFINED, Moment, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Getter, Input

# -- showing an Object -----------------------------------------------------------------------------


@dataclass(slots=True)
class ShownState:
    """A node that shows an Object: the one it listens to, and the last id it was given."""

    target: Value = UNDEFINED
    given_id: Value = UNDEFINED
    unlisten: Callable[[], None] = lambda: None


def shown_id(node: Node) -> Value:
    """Return the id of the bound Object, else the last id that was given."""
    state = node.state
    return state.given_id if state.target is UNDEFINED else node.run.world.object_id(state.target)


def listen(node: Node, target: Value) -> None:
    """Listen to another Object than before."""
    state = node.state
    state.unlisten()
    state.target = target
    if target is not UNDEFINED:
        state.unlisten = node.run.world.listen(target, partial(_changed, node))


def show(node: Node, target: Value) -> None:
    """Bind an Object: flag id, listen, and flag each of its properties that has an output."""
    node.state.unlisten()
    node.state.target = target
    node.flag("id")
    if target is UNDEFINED:
        return
    listen(node, target)
    flag_properties(node)


def flag_properties(node: Node) -> None:
    """Flag the outputs of all properties the bound Object has."""
    if any(name.startswith("prop-") for name in node.spec.targets):
        for name in node.run.world.keys(node.state.target):
            node.flag(f"prop-{name}")


def _changed(node: Node, name: str, value: Value) -> None:
    if node.deleted or node.is_connected("fetch"):
        return
    node.send(f"prop-{name}", value)
    node.signal("changed")


def _property(name: str, node: Node) -> Value:
    target = node.state.target
    return UNDEFINED if target is UNDEFINED else node.run.world.get(target, name)


def property_output(_spec: NodeSpec, name: str) -> Getter | None:
    """Make the output prop-<p>; changed-<p> does not exist at run time."""
    return partial(_property, name[5:]) if name.startswith("prop-") else None


def unlisten(node: Node) -> None:
    """Stop listening: the node is deleted."""
    node.state.unlisten()


# -- pushing values into an Object -----------------------------------------------------------------


@dataclass(slots=True)
class PushState:
    """A node that sets properties of an Object, each perhaps with a type."""

    target: Value = UNDEFINED
    values: dict[str, Value] = field(default_factory=dict)
    types: dict[str, Value] = field(default_factory=dict)


def push(node: Node, target: Value) -> None:
    """Set the listed properties of an Object, those with a type first."""
    state, world = node.state, node.run.world
    listed = str(node.spec.parameters.get("properties") or "").split(",")
    for name in ordered(dict.fromkeys([*ordered(state.types), *ordered(state.values)])):
        if name in listed:
            world.set(target, name, _typed(node, name))


def _typed(node: Node, name: str) -> Value:
    given = node.state.values.get(name, UNDEFINED)
    kind = node.state.types.get(name)
    if given is UNDEFINED:
        return _default(node, kind)
    if isinstance(given, str) and kind == "array":
        return _array_of(node, given)
    if isinstance(given, str) and kind == "object":
        return node.run.world.object(given)
    return given


def _default(node: Node, kind: Value) -> Value:
    if kind == "date":
        return node.run.world.build(Moment(node.run.around.now()))
    defaults: dict[Value, Value] = {"boolean": False, "string": "", "number": 0}
    return defaults.get(kind, UNDEFINED) if isinstance(kind, str) else UNDEFINED


def _array_of(node: Node, text: str) -> Value:
    """Evaluate a text as an array; a plain word is the id of an Array."""
    try:
        return node.run.world.build(literal(text))
    except ScriptError as error:
        if "[" in text or "{" in text:
            node.log("error", str(error))
            return node.run.world.build([])
        return node.run.world.array_with_id(text)


def _set_value(name: str, node: Node, given: Value) -> None:
    node.state.values[name] = given


def _set_type(name: str, node: Node, kind: Value) -> None:
    node.state.types[name] = kind


def push_input(_spec: NodeSpec, name: str) -> Input | None:
    """Make the inputs prop-<p> and type-<p>."""
    if name.startswith("prop-"):
        return Input(partial(_set_value, name[5:]))
    return Input(partial(_set_type, name[5:])) if name.startswith("type-") else None
