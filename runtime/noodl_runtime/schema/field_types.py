"""The types a field can have, one row each: its SQL column, its values, encode and decode.

SQLite holds what `encode` returns and `decode` makes of it exactly what was given: `true` stays
`true`, 1 stays 1 and 1.0 stays 1.0. Null and missing never come here; see schema/layout.py.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadNestedKey, InvalidValue, WrongType
from noodl_runtime.schema.json_values import checked_text, from_json, to_json
from noodl_runtime.schema.model import Field
from noodl_runtime.values import (
    Bytes,
    Date,
    File,
    GeoPoint,
    Included,
    Pointer,
    Polygon,
    RelationTo,
    iso_text,
)

SqlValue = str | int | float | None

_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, kw_only=True)
class FieldType:
    """One type of field.

    sql:     type of its column, "" for a column that keeps what it is given, None for no column
    classes: Python classes of its values
    encode:  value -> what SQLite holds; raises InvalidValue saying what is wrong with the value
    decode:  what SQLite holds -> value, None where that is the value itself; of targeted types
             with the collection before it; `decoder` knows
    targeted: whether its fields name a collection they lead to
    """

    name: str
    sql: str | None
    classes: tuple[type, ...]
    encode: Callable[[Any], SqlValue] = lambda value: value
    decode: Callable[..., Any] | None = None
    targeted: bool = False


def _number(value: int | float) -> int | float:
    if isinstance(value, int):
        return value if value in _INT64 else _float(value)
    return _float(value)


def _float(value: int | float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise InvalidValue("the number is not finite or is beyond what a double can hold")
    return number


def _date(value: Date) -> str:
    text = iso_text(value.iso)
    if text is None:
        raise InvalidValue(f"{value.iso!r} is not an ISO 8601 moment")
    return text


def _pointer(value: Pointer | Included) -> str:
    if isinstance(value, Included):
        return str(value.record["objectId"])
    return checked_text(value.object_id)


def _geo_point(value: GeoPoint) -> str:
    _place(value.latitude, value.longitude)
    return to_json([value.latitude, value.longitude])


def _polygon(value: Polygon) -> str:
    if len({*value.coordinates}) < 3:
        raise InvalidValue("a polygon needs at least three different points")
    for latitude, longitude in value.coordinates:
        _place(latitude, longitude)
    return to_json(value.coordinates)


def _place(latitude: float, longitude: float) -> None:
    for name, number, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if not -most <= number <= most:
            raise InvalidValue(f"{name} {number!r} is not between -{most} and {most}")


def _tree(value: Any) -> str:
    text = to_json(value)
    if "." in text or "$" in text:  # else there can be no such key
        _check_keys(value)
    return text


def _check_keys(value: Any) -> None:
    """Refuse keys that no path could lead to: "address.city" is the city of an address."""
    if isinstance(value, dict):
        for key, member in value.items():
            if "." in key or "$" in key:
                raise BadNestedKey(f"the key {key[:100]!r} has a '.' or '$'; use other characters")
            _check_keys(member)
    elif isinstance(value, list | tuple):
        for member in value:
            _check_keys(member)


def _polygon_back(stored: str) -> Polygon:
    return Polygon(tuple((latitude, longitude) for latitude, longitude in from_json(stored)))


_TYPES = (
    FieldType(name="String", sql="TEXT", classes=(str,), encode=checked_text),
    FieldType(name="Number", sql="", classes=(int, float), encode=_number),
    FieldType(
        name="Boolean",
        sql="INTEGER",
        classes=(bool,),
        encode=int,
        decode=bool,
    ),
    FieldType(
        name="Date",
        sql="TEXT",
        classes=(Date,),
        encode=_date,
        decode=Date,
    ),
    FieldType(
        name="Object",
        sql="TEXT",
        classes=(dict,),
        encode=_tree,
        decode=from_json,
    ),
    FieldType(
        name="Array",
        sql="TEXT",
        classes=(list, tuple),
        encode=_tree,
        decode=from_json,
    ),
    FieldType(
        name="Pointer",
        sql="TEXT",
        classes=(Pointer, Included),
        encode=_pointer,
        decode=Pointer,
        targeted=True,
    ),
    FieldType(name="Relation", sql=None, classes=(RelationTo,), targeted=True),
    FieldType(
        name="File",
        sql="TEXT",
        classes=(File,),
        encode=lambda value: checked_text(value.name),
        decode=File,
    ),
    FieldType(
        name="GeoPoint",
        sql="TEXT",
        classes=(GeoPoint,),
        encode=_geo_point,
        decode=lambda stored: GeoPoint(*from_json(stored)),
    ),
    FieldType(
        name="Polygon", sql="TEXT", classes=(Polygon,), encode=_polygon, decode=_polygon_back
    ),
    FieldType(
        name="Bytes",
        sql="TEXT",
        classes=(Bytes,),
        encode=lambda value: checked_text(value.base64),
        decode=Bytes,
    ),
    # The system field ACL; it lies in two columns of its own, see schema/acl.py.
    FieldType(name="ACL", sql=None, classes=(dict,)),
)

FIELD_TYPES: Mapping[str, FieldType] = {row.name: row for row in _TYPES}

# bool before int would not matter here: a class is looked up exactly.
_BY_CLASS: dict[type, FieldType] = {
    cls: row for row in _TYPES if row.name != "ACL" for cls in row.classes
}


def infer(value: Any) -> tuple[str, str | None] | None:
    """Return the type and target that a field gets from its first value; None from null.

    "text" -> ("String", None); Pointer("List", "a1") -> ("Pointer", "List")
    raises: InvalidValue for a Python object that no field can hold
    """
    if value is None:
        return None
    row = _BY_CLASS.get(type(value))
    if row is None:
        raise InvalidValue(f"no field can hold a {type(value).__name__}")
    return row.name, (value.collection or None) if row.targeted else None


def check(collection: str, field: Field, value: Any) -> None:
    """Accept a value that is not null for a field. raises: WrongType naming both types."""
    expected = FIELD_TYPES[field.type]
    if not expected.targeted and type(value) in expected.classes:
        return
    given = infer(value)
    if given is not None and not fits(field, *given):
        raise wrong_type(collection, field, given)


def fits(field: Field, type_name: str, target: str | None) -> bool:
    """Say whether values of this type and target belong into the field; no target fits any."""
    return field.type == type_name and (target is None or field.target in (None, target))


def wrong_type(collection: str, field: Field, given: tuple[str, str | None]) -> WrongType:
    """Return the error for a value of another type than its field's."""
    expected, got = type_text(field.type, field.target), type_text(*given)
    return WrongType(
        f"schema mismatch for {collection}.{field.name}; expected {expected} but got {got}"
    )


def type_text(type_name: str, target: str | None) -> str:
    """Return a type as messages show it: "Number", "Pointer<List>"."""
    return f"{type_name}<{target}>" if target else type_name


def encode(field: Field, value: Any) -> SqlValue:
    """Return what SQLite holds for a value that `check` accepts. raises: InvalidValue."""
    try:
        return FIELD_TYPES[field.type].encode(value)
    except InvalidValue as error:
        raise InvalidValue(f"{field.name}: {error}") from error


def decode(field: Field, stored: Any) -> Any:
    """Return the value behind what SQLite holds; SQL NULL is None."""
    back = decoder(field)
    return stored if stored is None or back is None else back(stored)


def decoder(field: Field) -> Callable[[Any], Any] | None:
    """Return what makes a field's values of what SQLite holds; None where that is the value."""
    row = FIELD_TYPES[field.type]
    if row.decode is not None and row.targeted:
        return partial(row.decode, field.target or "")
    return row.decode
