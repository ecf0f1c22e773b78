"""How operands are read: what each operator accepts, checked before anything else happens.

A reader takes an Operand and returns the checked value. Whatever it does not accept it refuses by
name: a condition that is dropped or guessed would show more records than were asked for.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from noodl_runtime.errors import BadQuery, InvalidValue
from noodl_runtime.query.geo import valid_place
from noodl_runtime.query.names import read_path
from noodl_runtime.query.regex import OPTIONS
from noodl_runtime.query.text import Search
from noodl_runtime.query.tree import Condition, Path, Selection, SubQuery
from noodl_runtime.schema.json_values import checked_text, to_json
from noodl_runtime.values import Bytes, Date, File, GeoPoint, Pointer, Polygon, iso_text

# What a sub-query may also carry, as clients build it; none of it changes which records match.
_WITHOUT_EFFECT = {"order", "keys", "excludeKeys", "include", "count"}
_BEYOND_DOUBLE = 2**1024


@dataclass(frozen=True, slots=True)
class Operand:
    """One operator of a constraint, as it was written.

    field:    "address.city", for messages; path is the same, split
    key:      the spelling used: "$gt"
    value:    what stands behind it
    siblings: the whole constraint, for operators with modifiers ($regex with $options)
    nested:   reads the where document of a sub-query, one level deeper
    """

    field: str
    path: Path
    key: str
    value: Any
    siblings: Mapping[str, Any]
    nested: Callable[[Any], Condition]

    def refused(self, needs: str, *, code: int = 107) -> BadQuery:
        """Return the error for an operand that is not what the operator needs."""
        return BadQuery(
            f"{self.key} on {self.field!r} needs {needs}, not {_short(self)}", code=code
        )


def any_value(operand: Operand) -> Any:
    """Accept whatever a record can hold, null included."""
    return checked_value(operand, operand.value)


def comparable(operand: Operand) -> Any:
    """Accept what has an order: number, text, date, boolean; and null, which nothing exceeds."""
    value = operand.value
    if value is not None and not isinstance(value, int | float | str | Date):
        raise operand.refused("a number, text, date or boolean")
    return checked_value(operand, value)


def values(operand: Operand) -> list[Any]:
    """Accept a list of values."""
    if not isinstance(operand.value, list | tuple):
        raise operand.refused("a list")
    return [checked_value(operand, item) for item in operand.value]


def flat_values(operand: Operand) -> list[Any]:
    """Accept a list of values; a list inside it stands for its elements, as in Parse."""
    flat: list[Any] = []
    for item in values(operand):
        flat += item if isinstance(item, list | tuple) else [item]
    return flat


def boolean(operand: Operand) -> bool:
    """Accept true or false."""
    if not isinstance(operand.value, bool):
        raise operand.refused("true or false")
    return operand.value


def text(operand: Operand) -> str:
    """Accept a text."""
    if not isinstance(operand.value, str):
        raise operand.refused("a text")
    return str(checked_value(operand, operand.value))


def regex_options(operand: Operand, keys: tuple[str, ...]) -> str:
    """Return the options of a regular expression, found under one of the keys beside it."""
    given = next((operand.siblings[key] for key in keys if key in operand.siblings), "")
    if not isinstance(given, str) or given.strip(OPTIONS):
        raise BadQuery(
            f"the options of {operand.key} on {operand.field!r} are letters of {OPTIONS!r}, "
            f"not {_cut(given)}",
            code=102,
        )
    return "".join(sorted(set(given)))


def search(operand: Operand) -> Search:
    """Accept {"$search": {"$term": "tea", "$caseSensitive": false, ...}}."""
    found = operand.value.get("$search") if isinstance(operand.value, Mapping) else None
    if not isinstance(found, Mapping):
        raise operand.refused('{"$search": {"$term": "..."}}')
    given = {"$language": "", "$caseSensitive": False, "$diacriticSensitive": False, **found}
    for key, kind, words in _SEARCH_KEYS:
        if not isinstance(given.get(key), kind):
            raise operand.refused(f"{words} as {key}")
    unknown = given.keys() - {key for key, _, _ in _SEARCH_KEYS}
    if unknown:
        raise operand.refused(f"no {min(unknown)!r} in $search")
    return Search(
        term=checked_value(operand, given["$term"]),
        case=given["$caseSensitive"],
        diacritics=given["$diacriticSensitive"],
    )


def sub_query(operand: Operand) -> SubQuery:
    """Accept {"className": "Team", "where": {...}}."""
    return _sub_query(operand, operand.value)


def selection(operand: Operand) -> Selection:
    """Accept {"query": {"className": "Team", "where": {...}}, "key": "city"}."""
    value = operand.value
    if not isinstance(value, Mapping) or value.keys() != {"query", "key"}:
        raise operand.refused('{"query": {"className", "where"}, "key"}', code=102)
    if not isinstance(value["key"], str):
        raise operand.refused("a field name as key", code=102)
    return Selection(_sub_query(operand, value["query"]), read_path(value["key"]))


def checked_value(operand: Operand, value: Any) -> Any:
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
        raise InvalidValue(f"{_cut(value)} is not a value of its type")


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


def _sub_query(operand: Operand, value: Any) -> SubQuery:
    if (
        not isinstance(value, Mapping)
        or not isinstance(value.get("className"), str)
        or not isinstance(value.get("where"), Mapping)
    ):
        raise operand.refused('{"className": "...", "where": {...}}', code=102)
    unknown = value.keys() - _WITHOUT_EFFECT - {"className", "where"}
    if unknown:
        raise operand.refused(f"no {min(unknown)!r} in the sub-query", code=102)
    return SubQuery(value["className"], operand.nested(value["where"]))


_SEARCH_KEYS = (
    ("$term", str, "a text"),
    ("$language", str, "a text"),
    ("$caseSensitive", bool, "true or false"),
    ("$diacriticSensitive", bool, "true or false"),
)


def _short(operand: Operand) -> str:
    return _cut(operand.value)


def _cut(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
