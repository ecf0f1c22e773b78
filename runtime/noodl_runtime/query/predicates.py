"""What each operator means for one value: for the matcher and, through functions, for SQLite.

Each function takes an operand that was read and checked, prepares it once, and returns the test
that is then asked for each value. Null and missing are None here.
"""

import operator
from collections.abc import Callable
from typing import Any

from noodl_runtime.query import geo, regex
from noodl_runtime.query.comparing import canonical, instant
from noodl_runtime.query.geo import Place
from noodl_runtime.query.text import Search, searcher
from noodl_runtime.values import Date, GeoPoint, Included, Pointer, Polygon

Predicate = Callable[[Any], bool]

_PLAIN = (str, int, float)


def equal_to(operand: Any) -> Predicate:
    """Test for the very value."""
    return one_of([operand])


def one_of(operands: list[Any]) -> Predicate:
    """Test for any value of a list; a pointer without a collection stands for its id alone."""
    wanted = {canonical(item) for item in operands}
    ids = {item.object_id for item in operands if type(item) is Pointer and not item.collection}

    def found(value: Any) -> bool:
        if canonical(value) in wanted:
            return True
        return bool(ids) and type(value) in _POINTERS and _object_id(value) in ids

    return found


def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Predicate]:
    """Make the test that compares values of the operand's kind and is false for all others."""

    def prepare(operand: Any) -> Predicate:
        kinds = _KINDS.get(type(operand), ())
        if type(operand) is Date:
            moment = instant(operand)
            return lambda value: type(value) is Date and compare(instant(value), moment)
        return lambda value: type(value) in kinds and compare(value, operand)

    return prepare


def exists(_operand: Any) -> Predicate:
    """Test for any value but null."""
    return lambda value: value is not None


def of_text(test: Callable[[str, str], bool]) -> Callable[[Any], Predicate]:
    """Make the test that asks texts only."""
    return lambda operand: lambda value: type(value) is str and test(value, operand)


def matching(operand: tuple[str, str]) -> Predicate:
    """Test texts against a regular expression: (pattern, options)."""
    found = regex.compiled(*operand)
    return lambda value: type(value) is str and found(value)


def about(operand: Search) -> Predicate:
    """Test texts for words."""
    found = searcher(operand)
    return lambda value: type(value) is str and found(value)


def all_among(operands: list[Any]) -> Predicate:
    """Test lists for holding nothing that is not among the operands."""
    known = one_of(operands)
    return lambda value: type(value) in (list, tuple) and all(map(known, value))


def near(operand: tuple[GeoPoint, float | None]) -> Predicate:
    """Test places for a distance of at most so many radians; None: any place."""
    center, most = operand
    if most is None:
        return lambda value: type(value) is GeoPoint
    return lambda value: type(value) is GeoPoint and geo.distance(value, center) <= most


def in_box(operand: tuple[Place, Place]) -> Predicate:
    """Test places for being inside a box."""
    (south, west), (north, east) = operand
    corner, opposite = (south, west), (north, east)
    return lambda value: type(value) is GeoPoint and geo.in_box(_at(value), corner, opposite)


def in_area(operand: tuple[str, Any]) -> Predicate:
    """Test places for being inside a polygon or a sphere."""
    shape, given = operand
    if shape == "sphere":
        return near((given[0], given[1]))
    corners = [(corner[0], corner[1]) for corner in given]
    return lambda value: type(value) is GeoPoint and geo.in_polygon(_at(value), corners)


def around(operand: Place) -> Predicate:
    """Test areas for having a place inside."""
    place = (operand[0], operand[1])
    return lambda value: type(value) is Polygon and geo.in_polygon(place, value.coordinates)


def _at(point: GeoPoint) -> Place:
    return point.latitude, point.longitude


def _object_id(pointer: Pointer | Included) -> str:
    return pointer.object_id if type(pointer) is Pointer else pointer.record["objectId"]  # type: ignore[union-attr]


_POINTERS = (Pointer, Included)
_KINDS: dict[type, tuple[type, ...]] = {
    int: (int, float),
    float: (int, float),
    str: (str,),
    bool: (bool,),
}
less_than = ordered(operator.lt)
less_or_equal = ordered(operator.le)
greater_than = ordered(operator.gt)
greater_or_equal = ordered(operator.ge)
contains = of_text(lambda value, part: part in value)
starts_with = of_text(str.startswith)
ends_with = of_text(str.endswith)
