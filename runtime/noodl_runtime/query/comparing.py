"""When two values are equal and which comes first. The one place that says so, for all of query/.

Values of different kinds are never equal: 1 is not "1", True is not 1. Numbers are equal across int
and float, dates as instants, objects whatever the order of their keys.
"""

from collections.abc import Hashable
from typing import Any

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

# Null, numbers, text by code point, the rest: as SQLite orders NULL, number, text and blob.
SortKey = tuple[int, int | float | str | bytes]


def instant(date: Date) -> str:
    """Return a date as UTC text with milliseconds, whatever its offset and precision."""
    iso = date.iso
    return iso if len(iso) == 24 and iso[-1] == "Z" else iso_text(iso) or iso


def canonical(value: Any) -> Hashable:
    """Return a hashable stand-in; two values are equal exactly when their stand-ins are.

    1 and 1.0 -> 1; True -> ("boolean", True); {"b": 1, "a": 2} -> ("object", (("a", 2), ("b", 1)))
    """
    if type(value) in _AS_IS:
        return value  # type: ignore[no-any-return]
    stand_in: Hashable = _STAND_INS[type(value)](value)
    return stand_in


def key_text(value: Any) -> str:
    """Return `canonical` as text, for comparisons inside SQL."""
    return repr(canonical(value))


def sort_key(value: Any) -> SortKey:
    """Return what records are sorted by, ascending; it orders as the columns of a store do."""
    kind = type(value)
    if value is None:
        return 0, 0
    if kind is int or kind is float:
        return 1, value
    if kind is str:
        return 2, value
    return 3, _sort_bytes(value)


def _sort_bytes(value: Any) -> bytes:
    match value:
        case bool():
            return b"boolean1" if value else b"boolean0"
        case Date():
            return b"date" + instant(value).encode()
        case Pointer():
            return b"pointer" + value.object_id.encode()
        case File():
            return b"file" + value.name.encode()
        case Bytes():
            return b"bytes" + value.base64.encode()
        case _:
            return b"~" + key_text(value).encode()


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _members(value: dict[str, Any]) -> Hashable:
    return "object", tuple((key, canonical(value[key])) for key in sorted(value))


def _items(value: Any) -> Hashable:
    return "list", tuple(canonical(item) for item in value)


_AS_IS = {str, int, type(None)}
_STAND_INS: dict[type, Any] = {
    bool: lambda value: ("boolean", value),
    float: _number,
    list: _items,
    tuple: _items,
    dict: _members,
    Date: lambda value: ("date", instant(value)),
    Pointer: lambda value: ("pointer", value.collection, value.object_id),
    Included: lambda value: ("pointer", value.collection, value.record.get("objectId", "")),
    RelationTo: lambda value: ("relation", value.collection),
    GeoPoint: lambda value: ("place", canonical(value.latitude), canonical(value.longitude)),
    Polygon: lambda value: ("area", canonical(value.coordinates)),
    File: lambda value: ("file", value.name),
    Bytes: lambda value: ("bytes", value.base64),
}
