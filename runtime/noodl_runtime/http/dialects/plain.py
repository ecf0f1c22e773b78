"""The plain dialect of /api: a Date is its ISO text, a Pointer its id, an included record a record.

Texts become typed values by the type of their field. Whoever needs to say more than plain JSON
can, sends a Parse envelope (`{"__type": "GeoPoint", ...}`) or operation (`{"__op": ...}`) instead.
"""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.errors import PortableError
from noodl_runtime.http.dialects import parse
from noodl_runtime.http.strict_json import read_object, write_json
from noodl_runtime.schema.model import Collection, Field
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

# -- reading ---------------------------------------------------------------------------------------


def read_document(body: bytes, *, max_nesting: int = 100) -> dict[str, Any]:
    """Return a body with typed values in place of envelopes. raises: BadJson, WrongType."""
    return read_object(body, "the body", max_nesting=max_nesting, hook=parse.typed)


def typed_by_schema(values: Mapping[str, Any], collection: Collection | None) -> dict[str, Any]:
    """Return field values with plain ones turned into what their field holds.

    {"due": "2024-05-01"} -> {"due": Date("2024-05-01T00:00:00.000Z")} where due is a Date
    A value that does not fit stays as it is, for the store to refuse by name.
    """
    fields = collection.fields if collection else {}
    return {
        name: _typed(fields[name], value) if name in fields else value
        for name, value in values.items()
    }


def typed_where(where: Mapping[str, Any], collection: Collection | None) -> dict[str, Any]:
    """Return a where document with texts turned into what their field holds, at any operator.

    {"due": {"lessThan": "2024-05-01"}} -> {"due": {"lessThan": Date("2024-05-01T00:00:00.000Z")}}
    """
    fields = {**_SYSTEM_DATES, **(collection.fields if collection else {})}
    return {name: _condition(name, value, fields, collection) for name, value in where.items()}


def _condition(
    name: str, value: Any, fields: Mapping[str, Field], collection: Collection | None
) -> Any:
    if name in fields:
        return _operands(fields[name], value)
    if isinstance(value, list):  # $or, and, ...: conditions in their turn
        return [typed_where(part, collection) if isinstance(part, dict) else part for part in value]
    return value


def _operands(field: Field, value: Any) -> Any:
    if isinstance(value, dict) and field.type in _TEXTUAL:
        return {operator: _operands(field, operand) for operator, operand in value.items()}
    if isinstance(value, list) and field.type in _TEXTUAL:
        return [_operands(field, element) for element in value]
    return _typed(field, value) if isinstance(value, str) else value


def _typed(field: Field, value: Any) -> Any:
    reader = _READERS.get(field.type)
    return value if reader is None else reader(value, field)


def _date(value: Any, field: Field) -> Any:
    iso = iso_text(value) if isinstance(value, str) else None
    return Date(iso) if iso else value


def _pointer(value: Any, field: Field) -> Any:
    if isinstance(value, str):
        return Pointer(field.target or "", value)
    if isinstance(value, dict) and isinstance(value.get("objectId"), str):  # a record sent back
        return Pointer(field.target or "", value["objectId"])
    return value


def _file(value: Any, field: Field) -> Any:
    if isinstance(value, str):
        return File(value)
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        return File(value["name"])
    return value


def _geo_point(value: Any, field: Field) -> Any:
    if isinstance(value, dict) and {"latitude", "longitude"} == set(value):
        return parse.typed({"__type": "GeoPoint", **value})
    return value


def _polygon(value: Any, field: Field) -> Any:
    return (
        parse.typed({"__type": "Polygon", "coordinates": value})
        if isinstance(value, list)
        else value
    )


def _bytes(value: Any, field: Field) -> Any:
    return Bytes(value) if isinstance(value, str) else value


_READERS: dict[str, Callable[[Any, Field], Any]] = {
    "Date": _date,
    "Pointer": _pointer,
    "File": _file,
    "GeoPoint": _geo_point,
    "Polygon": _polygon,
    "Bytes": _bytes,
}
_TEXTUAL = ("Date", "Pointer", "File", "Bytes")
_SYSTEM_DATES = {name: Field(name=name, type="Date") for name in ("createdAt", "updatedAt")}


# -- writing ---------------------------------------------------------------------------------------


def write_answer(value: Any, file_url: Callable[[str], str]) -> bytes:
    """Return an answer as JSON, plain forms in place of typed values."""

    def plain(member: Any) -> Any:
        if isinstance(member, File):
            return {"name": member.name, "url": member.url or file_url(member.name)}
        return _WRITERS[type(member)](member)

    return write_json(value, plain)


_WRITERS: dict[type, Callable[[Any], Any]] = {
    Date: lambda value: value.iso,
    Pointer: lambda value: value.object_id,
    Included: lambda value: value.record,
    RelationTo: parse.envelope,  # has no plain form: its records are found by a query
    GeoPoint: lambda value: {"latitude": value.latitude, "longitude": value.longitude},
    Polygon: lambda value: value.coordinates,
    Bytes: lambda value: value.base64,
}


def error_answer(error: PortableError, request_id: str) -> tuple[int, dict[str, Any]]:
    """Return status and body of an error: (404, {"error": ..., "code": 101, "requestId": ...})."""
    return error.status, {**error.body(), "requestId": request_id}
