"""String Mapper: a table from text to text."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import is_primitive, method_text
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType, value
from noodl_runtime.workflow.nodes.and_ import place_of


@dataclass(slots=True)
class _State:
    text: Value = UNDEFINED
    keys: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    default: Value = UNDEFINED
    mapped: Value = UNDEFINED


def _map(node: Node) -> None:
    state = node.state
    hits = [place for place, key in state.keys.items() if key == state.text]
    if hits:
        first = min(hits, key=lambda place: (not place.isdigit(), int(place or 0)))
        state.mapped = state.texts.get(first, UNDEFINED)
    else:
        state.mapped = state.default
    node.flag("mappedString")


def text_of(node: Node, given: Value) -> str:
    """Return given.toString(). raises: ScriptError for null."""
    return method_text(given) if is_primitive(given) else node.run.world.text(given)


def _set_text(node: Node, given: Value) -> None:
    node.state.text = text_of(node, given)
    node.after_once(_map)


def _set_default(node: Node, given: Value) -> None:
    node.state.default = given
    node.after_once(_map)


def _set_key(place: str, node: Node, given: Value) -> None:
    node.state.keys[place] = text_of(node, given)
    node.after_once(_map)


def _set_mapping(place: str, node: Node, given: Value) -> None:
    node.state.texts[place] = text_of(node, given)
    node.after_once(_map)


def _input(_spec: NodeSpec, name: str) -> Input | None:
    if name.startswith("input"):
        return Input(partial(_set_key, place_of(name)))
    return Input(partial(_set_mapping, place_of(name[1:]))) if name.startswith("output") else None


NODE = NodeType(
    name="String Mapper",
    inputs={"inputString": value(_set_text), "defaultMapping": value(_set_default)},
    outputs={"mappedString": lambda node: node.state.mapped},
    any_input=_input,
    state=_State,
)
