"""Array Filter: picks, sorts and cuts Objects by conditions on their properties."""

from collections.abc import Callable
from functools import cmp_to_key

from noodl_runtime.workflow.filtering import data_of, filter_type
from noodl_runtime.workflow.js.convert import less, loose_equal, strict_equal, to_text, truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Object, Value
from noodl_runtime.workflow.matching import at_least
from noodl_runtime.workflow.names import listed
from noodl_runtime.workflow.node import Node

_TESTS: dict[str, Callable[[Value, Value], bool]] = {
    "eq": loose_equal,
    "neq": lambda value, operand: not loose_equal(value, operand),
    "lt": less,
    "gt": lambda value, operand: less(operand, value),
    "lte": lambda value, operand: at_least(operand, value),
    "gte": at_least,
}


def _choose(node: Node, items: list[Value]) -> list[Value]:
    names = listed(node.state.get("filterFilter"))
    data = [(item, data_of(node, item)) for item in items]
    found = [pair for pair in data if all(_holds(node, name, pair[1]) for name in names)]
    keys = listed(node.state.get("filterSort"))
    if keys:

        def compare(left: tuple[Value, Object], right: tuple[Value, Object]) -> int:
            return _compare(node, keys, left[1], right[1])

        found.sort(key=cmp_to_key(compare))
    return [item for item, _ in found]


def _holds(node: Node, name: str, item: Object) -> bool:
    state, world = node.state, node.run.world
    value = item.data.get(name, UNDEFINED)
    operator = world.text(state.get(f"filterFilterOp-{name}") or "eq")
    operand = world.copy(state.get(f"filterFilterValue-{name}"))
    if operand is UNDEFINED:
        return True
    if value is UNDEFINED and operator != "neq":
        return False
    if operator == "regex":
        exact = truthy(state.get(f"filterFilterOption-case-{name}"))
        return world.search(to_text(operand), "" if exact else "i", to_text(value))
    test = _TESTS.get(operator)
    return test is None or test(value, operand)


def _compare(node: Node, keys: list[str], left: Object, right: Object) -> int:
    for name in keys:
        a, b = left.data.get(name, UNDEFINED), right.data.get(name, UNDEFINED)
        if not strict_equal(a, b):
            sign = -1 if node.state.get(f"filterSort-{name}") == "descending" else 1
            return sign if less(b, a) else -sign
    return 0


# Its settings all have names of their own; none is a parameter in the sense of query nodes.
NODE = filter_type("Filter Collection", _choose, "\0")
