"""Visual filters and sortings, as the editor's builder makes them, to where documents."""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.values import Date, Pointer
from noodl_runtime.workflow.js.convert import to_text
from noodl_runtime.workflow.js.dates import iso, parse_date
from noodl_runtime.workflow.js.values import UNDEFINED, Moment, Object, ScriptError, Value
from noodl_runtime.workflow.run import FieldType
from noodl_runtime.workflow.wire import from_wire, to_wire

Fields = Mapping[str, FieldType]
Where = dict[str, Any]


def where_of(node: Any, inputs: Mapping[str, Value], fields: Fields) -> Where | None:
    """Turn a visual filter into a where document with typed values; None means: no filter.

    node:   {"combinator": "and", "rules": [{"property": "n", "operator": "less than", "value": 3}]}
    inputs: values of the filter's parameters, detached; a rule without its parameter is dropped
    returns: an unknown operator leaves {property: UNDEFINED}, see `sent`
    raises: ScriptError for a Date rule with something that is no date
    """
    if not isinstance(node, Mapping):
        return None
    if "rules" in node and "combinator" in node:
        return _group(node, inputs, fields)
    if node.get("operator") == "related to":
        return _related(node, inputs)
    return _rule(node, inputs, fields)


def _group(node: Mapping[str, Any], inputs: Mapping[str, Value], fields: Fields) -> Where | None:
    rules = node["rules"] if isinstance(node["rules"], list) else []
    if not rules:
        return None
    if len(rules) == 1:
        return where_of(rules[0], inputs, fields)
    parts = [part for rule in rules if (part := where_of(rule, inputs, fields)) is not None]
    return {"$and" if node["combinator"] == "and" else "$or": parts}


def _related(node: Mapping[str, Any], inputs: Mapping[str, Value]) -> Where | None:
    object_id = inputs.get(node.get("input") or "", UNDEFINED)
    if object_id is UNDEFINED:
        return None
    owner = Pointer(node.get("relatedTo") or "", _id(object_id))
    return {"$relatedTo": {"object": owner, "key": node.get("relationProperty")}}


def _rule(node: Mapping[str, Any], inputs: Mapping[str, Value], fields: Fields) -> Where | None:
    name, operator = node.get("property"), node.get("operator")
    if not isinstance(name, str):
        return None
    if operator in _EXISTS:
        return {name: {"$exists": _EXISTS[operator]}}
    value = node.get("value", UNDEFINED)
    if node.get("input"):
        value = inputs.get(node["input"], UNDEFINED)
    if value is UNDEFINED:
        return None
    field = fields.get(name, FieldType(type=""))
    if field.type == "Date":
        value = _date(value)
    constraint = _OPERATORS.get(str(operator))
    return {name: constraint(from_wire(_plain(value)), field) if constraint else UNDEFINED}


def _date(value: Value) -> Date:
    ms = value.ms if isinstance(value, Moment) else parse_date(to_text(value))
    if ms != ms or value is None:
        raise ScriptError("Invalid time value in the filter")
    return Date(iso(ms))


def _plain(value: Value) -> Any:
    """Return a parameter as JSON would carry it."""
    if isinstance(value, Moment):
        return iso(value.ms)
    if isinstance(value, Object):
        return {**value.data, "id": value.id}
    return to_wire(value) if isinstance(value, Date) else value


def _id(value: Value) -> Any:
    return value.id if isinstance(value, Object) else value


def _compare(operator: str) -> Callable[[Any, FieldType], Where]:
    return lambda value, _field: {operator: value}


_EXISTS = {"exist": True, "not exist": False}
_OPERATORS: dict[str, Callable[[Any, FieldType], Where]] = {
    "equal to": _compare("$eq"),
    "not equal to": _compare("$ne"),
    "less than": _compare("$lt"),
    "less than or equal to": _compare("$lte"),
    "greater than": _compare("$gt"),
    "greater than or equal to": _compare("$gte"),
    "contain": lambda value, _field: {"$regex": value, "$options": "i"},
    "points to": lambda value, field: {"$eq": Pointer(field.target or "", _id(value))},
}

VISUAL_OPERATORS = frozenset({*_EXISTS, *_OPERATORS, "related to"})


def order_of(sorting: Any) -> list[str]:
    """Turn a visual sorting into keys: [{"property": "n", "order": "descending"}] -> ["-n"]."""
    if not isinstance(sorting, list):
        return []
    return [
        ("-" if entry.get("order") == "descending" else "") + str(entry.get("property", ""))
        for entry in sorting
        if isinstance(entry, Mapping)
    ]


def sent(where: Any) -> Any:
    """Return a where document as it leaves for the store: without members that are undefined."""
    if isinstance(where, Mapping):
        return {key: sent(member) for key, member in where.items() if member is not UNDEFINED}
    return [sent(part) for part in where] if isinstance(where, list) else where
