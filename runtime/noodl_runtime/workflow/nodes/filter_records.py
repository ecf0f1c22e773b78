"""Filter Records: filters and sorts an Array in memory, by a visual filter as queries have it."""

from noodl_runtime.workflow.filtering import data_of, filter_type
from noodl_runtime.workflow.filters import where_of
from noodl_runtime.workflow.js.convert import is_primitive
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.matching import in_order, matches
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import value
from noodl_runtime.workflow.querying import fields_of, sorting


def _choose(node: Node, items: list[Value]) -> list[Value]:
    return _sorted(node, _matching(node, items))


def _matching(node: Node, items: list[Value]) -> list[Value]:
    state, world = node.state, node.run.world
    inputs = {name: world.copy(given) for name, given in state.parameters.items()}
    fields = fields_of(node, state.get("collectionName"))
    where = where_of(world.copy(state.get("visualFilter")), inputs, fields)
    if where is None:
        return items
    return [item for item in items if matches(data_of(node, item), where, world.search)]


def _sorted(node: Node, items: list[Value]) -> list[Value]:
    keys = sorting(node, "visualSorting")
    if not keys or len(items) < 2:
        return items
    data = {id(item): data_of(node, item) for item in items if not is_primitive(item)}
    return in_order(items, keys, lambda item: data[id(item)])


def _set_collection(node: Node, name: Value) -> None:
    node.state.settings["collectionName"] = name


NODE = filter_type("FilterDBModels", _choose, "fp-", {"collectionName": value(_set_collection)})
