"""What every value of a where document must be like: something a record can hold."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from noodl_runtime.errors import BadQuery, InvalidValue
from noodl_runtime.query.geo import valid_place
from noodl_runtime.schema.json_values import checked_text, to_json
from noodl_runtime.values import Bytes, Date, File, GeoPoint, Pointer, Polygon, iso_text

if TYPE_CHECKING:
    from noodl_runtime.query.operands import Operand

_BEYOND_DOUBLE = 2**1024


def checked_value(operand: "Operand", value: Any) -> Any:
    """Return a value that a record can hold. raises: BadQuery for half characters and infinity."""
    kind = type(value)
    if kind is bool or value is None:
        return value
    if kind is int or kind is float:
        if not (math.isfinite(value) if kind is float else abs(value) < _BEYOND_DOUBLE):
            raise operand.refused("a finite number")
        return value
    try:
        return checked_text(value) if kind is str else _storable(value)
    except (InvalidValue, TypeError, RecursionError) as error:
        raise BadQuery(f"{operand.key} on {operand.field!r}: {error}", code=107) from error


def _storable(value: Any) -> Any:
    to_json(value)
    _check_inside(value)
    return value


def _check_inside(value: Any) -> None:
    """Refuse typed values that hold something else than their type says, at any depth."""
    if isinstance(value, list | tuple):
        for item in value:
            _check_inside(item)
    elif isinstance(value, dict):
        for item in value.values():
            _check_inside(item)
    elif not _WELL_FORMED.get(type(value), _anything)(value):
        raise InvalidValue(f"{shown(value)} is not a value of its type")


def _anything(_value: Any) -> bool:
    return True


def _is_place(place: Any) -> bool:
    return valid_place(place.latitude, place.longitude)


def _is_area(area: Any) -> bool:
    return all(len(pair) == 2 and valid_place(*pair) for pair in area.coordinates)


_WELL_FORMED: dict[type, Callable[[Any], bool]] = {
    Date: lambda date: isinstance(date.iso, str) and iso_text(date.iso) is not None,
    Pointer: lambda to: isinstance(to.collection, str) and isinstance(to.object_id, str),
    File: lambda file: isinstance(file.name, str),
    Bytes: lambda data: isinstance(data.base64, str),
    GeoPoint: _is_place,
    Polygon: _is_area,
}


def shown(value: Any) -> str:
    """Return a value as messages show it, cut short."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
