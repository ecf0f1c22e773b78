"""One check on one field, as a where document for Parse: a table by operator."""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadQuery
from noodl_runtime.query.native import PLAIN_TYPES
from noodl_runtime.query.operators import OPERATORS
from noodl_runtime.schema.field_types import infer
from noodl_runtime.schema.model import Field
from noodl_runtime.store.parse.documents import NOTHING, Document, either, exists, joined, present
from noodl_runtime.store.parse.patterns import contained, ended, quoted, started
from noodl_runtime.values import File, GeoPoint, Pointer


@dataclass(frozen=True)
class Place:
    """The left side of a check: "address.city" and the field address."""

    name: str
    field: Field

    @property
    def type(self) -> str:
        """Return the type of its values, "" below a field, where any may stand."""
        return "" if "." in self.name else self.field.type

    def takes(self, value: Any) -> bool:
        """Say whether the place could hold the value; if not, it never equals it."""
        given = infer(value)
        if given is None or self.type == "":
            return True
        return given[0] == self.type and given[1] in (None, self.field.target)

    def refused(self, what: str) -> BadQuery:
        """Return the error for what Parse has no words for."""
        return BadQuery(f"Parse cannot {what} {self.name!r}")


_BARE = frozenset({"String", "Number", "Boolean", "Date", "Pointer", "GeoPoint", "Polygon"})
_LISTABLE = frozenset({"String", "Number", "Pointer", "File"})


def _equal(place: Place, value: Any) -> Document:
    if value is None:
        return {place.name: None}
    if place.type == "Array":
        if isinstance(value, list | tuple):
            raise place.refused("compare a whole list with")
        return {place.name: {"$all": [value]}}
    if place.type == "" and not isinstance(value, str | int | float):
        raise place.refused("look for anything but text, numbers and booleans in")
    if not place.takes(value):
        return NOTHING
    if place.type == "File":
        return {place.name: value.name}
    if place.type in _BARE or place.type == "":
        return {place.name: as_pointer(value, place.field)}
    return {place.name: {"$eq": value}}


def _one_of(place: Place, values: list[Any]) -> Document:
    wanted = [value for value in values if value is not None]
    null = [{place.name: None}] if len(wanted) < len(values) else []
    if place.type == "Array":
        return either([{place.name: {"$in": wanted}}, *null] if wanted else null)
    wanted = [value for value in wanted if place.takes(value)]
    if place.type not in _LISTABLE:
        return either([*(_equal(place, value) for value in wanted), *null])
    plain = [value.name if isinstance(value, File) else value for value in wanted]
    pointers = [as_pointer(value, place.field) for value in plain]
    return either([{place.name: {"$in": pointers}}, *null] if wanted else null)


def _ordered(spelling: str, operator: str) -> Callable[[Place, Any], Document]:
    def write(place: Place, value: Any) -> Document:
        if value is None or (place.type in PLAIN_TYPES and not place.takes(value)):
            return NOTHING
        if place.type not in (*PLAIN_TYPES, ""):
            raise place.refused("compare by size the values of")
        if value is False or value is True:
            passes = OPERATORS[operator].prepare
            assert passes is not None
            return _one_of(place, list(filter(passes(value), (False, True))))
        if value == "":  # PostgreSQL's adapter overlooks it
            return _EMPTY_TEXT[operator](place)
        return {place.name: {spelling: value}}

    return write


_EMPTY_TEXT: dict[str, Callable[[Place], Document]] = {
    "greaterThan": lambda place: joined([present(place.name), {"$nor": [{place.name: ""}]}]),
    "greaterThanOrEqualTo": lambda place: exists(place.name, place.field),
    "lessThan": lambda _: NOTHING,
    "lessThanOrEqualTo": lambda place: {place.name: ""},
}


def _textual(pattern: Callable[[Any], tuple[str, str]]) -> Callable[[Place, Any], Document]:
    def write(place: Place, operand: Any) -> Document:
        if place.type == "Array":
            raise place.refused("search the texts in the list")
        if place.type not in ("String", ""):
            return NOTHING
        text, options = pattern(operand)
        if not text.strip("^$"):
            return exists(place.name, place.field)
        return {place.name: {"$regex": text, **({"$options": options} if options else {})}}

    return write


def _of(type_name: str, write: Callable[[Any], Document]) -> Callable[[Place, Any], Document]:
    """Make the writer of an operator that only values of one type can pass."""
    return lambda place, operand: (
        {place.name: write(operand)} if place.type == type_name else NOTHING
    )


def _search(operand: Mapping[str, Any]) -> Document:
    search = {"$term": operand["term"]}
    # Only what differs from the default: over PostgreSQL the server refuses even the default.
    options = {"$caseSensitive": operand["case"], "$diacriticSensitive": operand["diacritics"]}
    return {"$text": {"$search": {**search, **{k: True for k, given in options.items() if given}}}}


def _near(operand: tuple[GeoPoint, float | None]) -> Document:
    point, radians = operand
    return {"$nearSphere": point, **({} if radians is None else {"$maxDistance": radians})}


def _area(operand: tuple[str, Any]) -> Document:
    shape, given = operand
    if shape == "polygon":
        return {"$geoWithin": {"$polygon": [GeoPoint(*corner) for corner in given]}}
    point, radians = given
    return {"$geoWithin": {"$centerSphere": [[point.longitude, point.latitude], radians]}}


WRITERS: dict[str, Callable[[Place, Any], Document]] = {
    "equalTo": _equal,
    "containedIn": _one_of,
    "exists": lambda place, _: exists(place.name, place.field),
    "greaterThan": _ordered("$gt", "greaterThan"),
    "greaterThanOrEqualTo": _ordered("$gte", "greaterThanOrEqualTo"),
    "lessThan": _ordered("$lt", "lessThan"),
    "lessThanOrEqualTo": _ordered("$lte", "lessThanOrEqualTo"),
    "contains": _textual(contained),
    "startsWith": _textual(started),
    "endsWith": _textual(ended),
    "regex": _textual(quoted),
    "text": _of("String", _search),
    "containedBy": _of("Array", lambda operand: {"$containedBy": operand}),
    "nearSphere": _of("GeoPoint", _near),
    "within": _of("GeoPoint", lambda box: {"$within": {"$box": [GeoPoint(*at) for at in box]}}),
    "geoWithin": _of("GeoPoint", _area),
    "geoIntersects": _of("Polygon", lambda at: {"$geoIntersects": {"$point": GeoPoint(*at)}}),
}


def as_pointer(value: Any, field: Field) -> Any:
    """Return an id, or a pointer that does not say its collection, as the field's pointer."""
    if field.type in ("Pointer", "Relation"):
        if isinstance(value, str):
            return Pointer(field.target or "", value)
        if isinstance(value, Pointer) and not value.collection:
            return Pointer(field.target or "", value.object_id)
    return value
