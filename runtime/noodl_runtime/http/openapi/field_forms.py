"""How values of each field type look on the wires, as JSON Schema and as an example."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import InvalidValue
from noodl_runtime.http.openapi.shapes import described, listed
from noodl_runtime.schema.model import Field
from noodl_runtime.schema.rules import Rule

Document = dict[str, Any]

EXAMPLE_TIME = "2026-05-01T10:01:00.000Z"
ID: Document = {
    "type": "string",
    "pattern": "^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$",
    "examples": ["aZ3k9QwXy1"],
}
MOMENT: Document = {"type": "string", "format": "date-time"}
_TEXT: Document = {"type": "string"}
_OBJECT: Document = {"type": "object", "propertyNames": {"pattern": "^[^.$]*$"}}  # at any depth
_NULL: Document = {"type": "null"}
ACL_GIVEN: Document = {
    "description": 'Who may read and write: {"*": {"read": true}, "role:Staff": {"write": true}}. '
    "What is no such object grants nothing to anybody.",
}
ACL: Document = described(
    "Who may read and write: user ids, `role:<name>`, `*` for everyone.",
    {},
    additionalProperties=described("", {"read": {"type": "boolean"}, "write": {"type": "boolean"}}),
    examples=[{"*": {"read": True}}],
)


@dataclass(frozen=True, kw_only=True)
class _Form:
    """One field type.

    plain:   schema on /api
    kind:    of its envelope on the Parse wire, "" for the plain form
    members: of that envelope
    example: on /api; None for what depends on other records
    """

    plain: Document
    kind: str = ""
    members: Callable[[Field], Document] = lambda _: {}
    example: Any = None


def _class(field: Field) -> Document:
    return {"className": {"const": field.target}}


_DEGREES: Document = {
    "latitude": {"type": "number", "minimum": -90, "maximum": 90},
    "longitude": {"type": "number", "minimum": -180, "maximum": 180},
}
# Its two numbers have ranges of their own, which prefixItems could say; few tools read that.
_POINT: Document = listed({"type": "number", "minimum": -180, "maximum": 180})
_RING: Document = {
    **listed({**_POINT, "minItems": 2, "maxItems": 2}),
    "description": "Latitude, from -90 to 90, and longitude of at least three different points.",
    "minItems": 3,
}
_STORED: Document = described("Answered with its url.", {"name": _TEXT, "url": {}}, "name")
_FORMS: Mapping[str, _Form] = {
    "String": _Form(plain=_TEXT, example="text"),
    "Number": _Form(plain={"type": "number"}, example=3),
    "Boolean": _Form(plain={"type": "boolean"}, example=True),
    "Object": _Form(plain=_OBJECT, example={"size": "L"}),
    "Array": _Form(plain={"type": "array"}, example=["a", "b"]),
    "Date": _Form(
        plain=MOMENT, kind="Date", members=lambda _: {"iso": MOMENT}, example=EXAMPLE_TIME
    ),
    "Pointer": _Form(
        plain=_TEXT, kind="Pointer", members=lambda field: {**_class(field), "objectId": _TEXT}
    ),
    "Relation": _Form(plain={}, kind="Relation", members=_class),
    "File": _Form(plain=_STORED, kind="File", members=lambda _: {"name": _TEXT}),
    "GeoPoint": _Form(
        plain=described("", _DEGREES, *_DEGREES),
        kind="GeoPoint",
        members=lambda _: _DEGREES,
        example={"latitude": 52.5, "longitude": 13.4},
    ),
    "Polygon": _Form(
        plain=_RING,
        kind="Polygon",
        members=lambda _: {"coordinates": _RING},
        example=[[0, 0], [0, 1], [1, 1]],
    ),
    "Bytes": _Form(
        plain=_TEXT, kind="Bytes", members=lambda _: {"base64": _TEXT}, example="aGVsbG8="
    ),
}
# What stands for a record that is included: on /api the record, on the Parse wire its envelope.
_INCLUDED = ("Pointer",)
_BY_NAME = ("File",)  # on /api the name alone does


@dataclass(frozen=True, kw_only=True)
class FieldForms:
    """The forms of fields on one wire."""

    parse: bool

    def answered(self, field: Field) -> Document:
        """Return the schema of a field in an answer."""
        included = [self._included(field)] if field.type in _INCLUDED else []
        return {"anyOf": [self._form(field), *included, _NULL]}

    def written(self, field: Field) -> Document:
        """Return the schema of a field in a write."""
        schema = self._form(field)
        if field.type in _BY_NAME and not self.parse:
            schema = {"anyOf": [_TEXT, schema]}
        if field.required and field.type == "String":
            schema = {**schema, "minLength": 1}
        if _stands_alone(field):
            schema = {"allOf": [schema, dict(field.constraint)]}
        return schema if field.required else {"anyOf": [schema, _NULL]}

    def example(self, field: Field, rule: Rule | None) -> Any:
        """Return a value that the field takes, None if none comes to mind."""
        for value in _candidates(field):
            with suppress(InvalidValue):
                if rule and value is not None:
                    rule(value)
                return self._enveloped(field, value)
        return None

    def _form(self, field: Field) -> Document:
        form = _FORMS[field.type]
        enveloped = form.kind and (self.parse or not form.plain)
        return envelope(form.kind, form.members(field)) if enveloped else form.plain

    def _included(self, field: Field) -> Document:
        if self.parse:
            return envelope("Object", {**_class(field), "objectId": ID})
        return {"type": "object", "description": "The record, if included."}

    def _enveloped(self, field: Field, value: Any) -> Any:
        form = _FORMS[field.type]
        if not (self.parse and form.kind) or value is None:
            return value
        members = value if isinstance(value, dict) else {next(iter(form.members(field))): value}
        return {"__type": form.kind, **members}


def envelope(kind: str, members: Document) -> Document:
    """Return the schema of a typed value on the Parse wire: {"__type": "Date", "iso": ...}."""
    typed = {"__type": {"const": kind}, **members}
    return {"type": "object", "required": list(typed), "properties": typed}


def _stands_alone(field: Field) -> bool:
    """Say whether a constraint can be told: it is about plain JSON and refers to nothing."""
    plain = not _FORMS[field.type].kind
    return plain and bool(field.constraint) and "$ref" not in str(field.constraint)


def _candidates(field: Field) -> Iterator[Any]:
    form = _FORMS[field.type]
    if field.default is not None and not form.kind:
        yield field.default
    yield from field.constraint.get("enum", ())
    yield from field.constraint.get("examples", ())
    yield form.example
