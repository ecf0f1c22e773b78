"""Filter and sort in memory, with the quirks that graphs know: not the matcher of the store."""

from collections.abc import Callable, Mapping
from functools import cmp_to_key
from typing import Any

from noodl_runtime.values import Date, Pointer
from noodl_runtime.workflow.js.convert import (
    less,
    loose_equal,
    strict_equal,
    to_number,
    to_text,
)
from noodl_runtime.workflow.js.values import UNDEFINED, Object, ScriptError, Value
from noodl_runtime.workflow.wire import to_wire

SearchText = Callable[[str, str, str], bool]  # (pattern, options, text)


def matches(item: Object, where: Any, search: SearchText) -> bool:
    """Tell whether an Object is found by a where document made of a visual filter."""
    if where is None:
        return True
    if "$and" in where:
        return all(matches(item, part, search) for part in where["$and"])
    if "$or" in where:
        return any(matches(item, part, search) for part in where["$or"])
    return all(_holds(item, name, constraint, search) for name, constraint in where.items())


def _holds(item: Object, name: str, constraint: Any, search: SearchText) -> bool:
    if name == "$relatedTo":
        return False
    if constraint is UNDEFINED:
        raise ScriptError(f"the rule for {name!r} has an unknown operator")
    if name == "objectId":
        return _id_holds(item, constraint)
    value = item.data.get(name, UNDEFINED)
    for operator, test in _TESTS.items():
        if operator in constraint:
            return test(value, constraint)
    if "$regex" in constraint:
        options = str(constraint.get("$options") or "")
        return search(to_text(constraint["$regex"]), options, to_text(value))
    return True


def _id_holds(item: Object, constraint: Mapping[str, Any]) -> bool:
    if "$eq" in constraint:
        return strict_equal(item.id, constraint["$eq"])
    if "$in" in constraint:
        return any(strict_equal(item.id, one) for one in constraint["$in"])
    return True


def _operand(constraint: Mapping[str, Any], operator: str) -> Value:
    """Return an operand as the original has it: a date is an envelope, equal to nothing."""
    operand = constraint.get(operator, UNDEFINED)
    return to_wire(operand) if isinstance(operand, Date) else operand


def _equal(value: Value, constraint: Mapping[str, Any]) -> bool:
    operand = constraint["$eq"]
    if isinstance(operand, Pointer):
        return strict_equal(value, operand.object_id)
    return loose_equal(value, _operand(constraint, "$eq"))


def at_least(value: Value, operand: Value) -> bool:
    """Tell value >= operand."""
    return less(operand, value) or (
        not less(value, operand) and loose_equal(_number(value), _number(operand))
    )


def _number(value: Value) -> Value:
    return value if isinstance(value, str) else to_number(value)


_TESTS: dict[str, Callable[[Value, Mapping[str, Any]], bool]] = {
    "$eq": _equal,
    "$ne": lambda value, c: not loose_equal(value, _operand(c, "$ne")),
    "$lt": lambda value, c: less(value, _operand(c, "$lt")),
    "$lte": lambda _value, _c: False,  # the original looks at $lt here, which is not there
    "$gt": lambda value, c: less(_operand(c, "$gt"), value),
    "$gte": lambda value, c: at_least(value, _operand(c, "$gte")),
    "$exists": lambda value, _c: value is not UNDEFINED,  # whatever was asked for
    "$in": lambda value, c: any(strict_equal(value, one) for one in c["$in"]),
}


def in_order(items: list[Any], keys: list[str], data: Callable[[Any], Object]) -> list[Any]:
    """Return items sorted by keys, "-" in front for descending; incomparable ones stay put."""

    def compare(left: Any, right: Any) -> int:
        for key in keys:
            name, sign = (key[1:], -1) if key.startswith("-") else (key, 1)
            a, b = (data(item).data.get(name, UNDEFINED) for item in (left, right))
            if less(b, a):
                return sign
            if less(a, b):
                return -sign
        return 0

    return sorted(items, key=cmp_to_key(compare))
