"""Which field a path begins with, and how operands bend to its type: ISO text to a date."""

from typing import Any

from noodl_runtime.query.names import INTERNAL_FIELDS
from noodl_runtime.query.native import PLAIN_TYPES
from noodl_runtime.query.operators import unknown_operator
from noodl_runtime.query.tree import Check
from noodl_runtime.schema.model import Collection, Field
from noodl_runtime.values import Date, File, Pointer, iso_text

KNOWN_FIELDS: dict[str, Field] = {
    "objectId": Field(name="objectId", type="String"),
    "createdAt": Field(name="createdAt", type="Date"),
    "updatedAt": Field(name="updatedAt", type="Date"),
    **{name: Field(name=name, type="Array") for name in INTERNAL_FIELDS},
}

_INT64 = range(-(2**63), 2**63)


def field_of(collection: Collection, name: str) -> Field | None:
    """Return a field, system fields included; None if the collection has none of this name."""
    return KNOWN_FIELDS.get(name) or collection.fields.get(name)


def bent(check: Check, field: Field) -> Any:
    """Return the operand of a check as values of the field look: ISO text as Date, id as Pointer.

    raises: BadQuery for an object on a field that never holds one; it is a misspelt operator
    """
    operand = check.operand
    if type(operand) is dict and check.operator == "equalTo" and field.type in PLAIN_TYPES:
        raise unknown_operator(field.name, next(iter(operand), ""))
    if field.type not in _BENT:
        return operand
    if type(operand) is list:
        return [bent_value(item, field) for item in operand]
    return bent_value(operand, field)


def bent_value(value: Any, field: Field) -> Any:
    """Return one value as values of the field look, or as it is."""
    if type(value) is str:
        if field.type == "Date":
            moment = iso_text(value)
            return Date(moment) if moment else value
        if field.type == "Pointer":
            return Pointer(field.target or "", value)
        if field.type == "File":
            return File(value)
    elif type(value) is int and field.type == "Number" and value not in _INT64:
        return float(value)
    return value


_BENT = {"Date", "Pointer", "File", "Number"}
