"""The Parse wire: `__type` envelopes read into values and written from them, and its errors."""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.errors import (
    BadJson,
    BadRequest,
    NoSuchCollection,
    NotAllowed,
    PortableError,
    Unauthorized,
    WrongType,
)
from noodl_runtime.http.strict_json import read_object, write_json
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

Members = dict[str, Any]


# -- reading ---------------------------------------------------------------------------------------


def read_document(body: bytes, *, max_nesting: int = 100) -> dict[str, Any]:
    """Return a body with typed values in place of envelopes; `__op` documents stay as they are.

    raises: BadJson, WrongType
    """
    return read_object(body, "the body", max_nesting=max_nesting, hook=typed)


def typed(members: Members) -> Any:
    """Return the value that an object with `__type` stands for, other objects as they are.

    {"__type": "Date", "iso": "2024-05-01T10:01:00.000Z"} -> Date("2024-05-01T10:01:00.000Z")
    raises: WrongType for an unknown or broken envelope
    """
    if "__type" not in members:
        return members
    name = members["__type"]
    reader = _READERS.get(name) if isinstance(name, str) else None
    if reader is None:
        raise WrongType(f"__type {name!r} is not one of {', '.join(_READERS)}")
    try:
        return reader(members)
    except (KeyError, TypeError, ValueError) as error:
        raise WrongType(f"this is not a valid {name}: {error}") from error


def _date(members: Members) -> Date:
    iso = iso_text(_text(members, "iso"))
    if iso is None:
        raise ValueError(f"iso {members['iso']!r} is not an ISO 8601 moment")
    return Date(iso)


def _pointer(members: Members) -> Pointer:
    return Pointer(_text(members, "className"), _text(members, "objectId"))


def _file(members: Members) -> File:
    return File(_text(members, "name"))


def _geo_point(members: Members) -> GeoPoint:
    latitude, longitude = members["latitude"], members["longitude"]
    return GeoPoint(_degrees("latitude", latitude, 90), _degrees("longitude", longitude, 180))


def _polygon(members: Members) -> Polygon:
    pairs = members["coordinates"]
    if not isinstance(pairs, list) or len(pairs) < 3:
        raise BadRequest("a Polygon needs at least three [latitude, longitude] pairs")
    points = [(_degrees("latitude", a, 90), _degrees("longitude", b, 180)) for a, b in pairs]
    if points[0] != points[-1]:
        points.append(points[0])  # it is answered closed, as the recorded servers do
    return Polygon(tuple(points))


def _bytes(members: Members) -> Bytes:
    return Bytes(_text(members, "base64"))


def _relation(members: Members) -> RelationTo:
    return RelationTo(_text(members, "className"))


def _included(members: Members) -> Included:
    _text(members, "objectId")
    record = {key: value for key, value in members.items() if key not in ("__type", "className")}
    return Included(_text(members, "className"), record)


def _text(members: Members, key: str) -> str:
    value = members.get(key)
    if not isinstance(value, str):
        raise TypeError(f"{key} must be a text")
    return value


def _degrees(name: str, number: Any, most: int) -> float:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError(f"{name} must be a number")
    if not -most <= number <= most:
        raise ValueError(f"{name} must be between -{most} and {most}")
    return number


_READERS: dict[str, Callable[[Members], Any]] = {
    "Date": _date,
    "Pointer": _pointer,
    "File": _file,
    "GeoPoint": _geo_point,
    "Polygon": _polygon,
    "Bytes": _bytes,
    "Relation": _relation,
    "Object": _included,
}


# -- writing ---------------------------------------------------------------------------------------


def write_answer(value: Any, file_url: Callable[[str], str]) -> bytes:
    """Return an answer as JSON, envelopes in place of typed values.

    file_url: makes a URL of a stored file's name
    """

    def packed(member: Any) -> Members:
        if isinstance(member, File):
            url = member.url or file_url(member.name)
            return {"__type": "File", "name": member.name, "url": url}
        return envelope(member)

    return write_json(value, packed)


def envelope(value: Any) -> Members:
    """Return the object that stands for a typed value: {"__type": "Date", "iso": "..."}."""
    return _WRITERS[type(value)](value)


_WRITERS: dict[type, Callable[[Any], Members]] = {
    Date: lambda value: {"__type": "Date", "iso": value.iso},
    Pointer: lambda value: {
        "__type": "Pointer",
        "className": value.collection,
        "objectId": value.object_id,
    },
    Included: lambda value: {"__type": "Object", "className": value.collection, **value.record},
    RelationTo: lambda value: {"__type": "Relation", "className": value.collection},
    GeoPoint: lambda value: {
        "__type": "GeoPoint",
        "latitude": value.latitude,
        "longitude": value.longitude,
    },
    Polygon: lambda value: {"__type": "Polygon", "coordinates": value.coordinates},
    File: lambda value: {"__type": "File", "name": value.name},
    Bytes: lambda value: {"__type": "Bytes", "base64": value.base64},
}


# -- errors ----------------------------------------------------------------------------------------

# Where the recorded servers answer another status than ours.
_STATUS: Mapping[type[PortableError], int] = {NoSuchCollection: 400, NotAllowed: 400}
_WITHOUT_CODE = (Unauthorized, BadJson)


def error_answer(error: PortableError, request_id: str) -> tuple[int, Members]:
    """Return status and body of an error: (404, {"code": 101, "error": "no record ..."})."""
    body = error.body()
    if isinstance(error, _WITHOUT_CODE):
        del body["code"]
    return _STATUS.get(type(error), error.status), body
