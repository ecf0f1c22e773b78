"""Array Map: makes a new Object of each item, by a script."""

from collections.abc import Callable

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import is_primitive
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, array, nothing, value
from noodl_runtime.workflow.scripts import scripts_of


@dataclass(slots=True)
class _State:
    source: Value = UNDEFINED
    script: str = ""
    items: Value = UNDEFINED
    unlisten: Callable[[], None] = lambda: None


def _set_items(node: Node, items: Value) -> None:
    state, world = node.state, node.run.world
    state.unlisten()
    is_array = not is_primitive(items) and world.kind(items) == "array"
    state.source = items if is_array else UNDEFINED
    if is_array:
        state.unlisten = world.listen(
            items, lambda _name, _value: None if node.deleted else node.after_once(_map)
        )
    node.flag("items")
    node.flag("count")
    node.after_once(_map)


def _set_script(node: Node, text: Value) -> None:
    node.state.script = node.run.world.text(text)
    node.after_once(_map)


def _map(node: Node) -> None:
    state = node.state
    if state.source is UNDEFINED or not state.script:
        return
    scripts = scripts_of(node)
    source = scripts.code(state.source)
    state.items = scripts.value("mapItems", scripts.number_of(node), state.script, source)
    node.signal("modified")
    node.flag("items")
    node.flag("count")


def _count(node: Node) -> Value:
    items = node.state.items
    return 0 if items is UNDEFINED else len(node.run.world.items(items))


NODE = NodeType(
    name="Map Collection",
    inputs={"items": array(_set_items), "mapScript": value(_set_script)},
    outputs={"items": lambda node: node.state.items, "count": _count, "modified": nothing},
    state=_State,
    gone=lambda node: node.state.unlisten(),
    needs_script=lambda _spec: True,
)
