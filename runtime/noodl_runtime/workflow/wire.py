"""Typed values of the runtime to and from the `__type` envelopes that graphs may see."""

from collections.abc import Callable, Mapping
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
)


def to_wire(value: Any) -> Any:
    """Return a typed value as plain JSON data with envelopes, at any depth."""
    if isinstance(value, Mapping):
        return {key: to_wire(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [to_wire(item) for item in value]
    write = _WRITERS.get(type(value))
    return write(value) if write else value


def from_wire(value: Any) -> Any:
    """Return plain JSON data with its envelopes read into typed values, at any depth."""
    if isinstance(value, list):
        return [from_wire(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    read = _READERS.get(str(value.get("__type", "")))
    if read is not None:
        try:
            return read(value)
        except (KeyError, TypeError, ValueError):
            pass  # not the envelope it says it is: data like any other
    return {key: from_wire(member) for key, member in value.items()}


def _pointer(value: Pointer) -> dict[str, Any]:
    found = {"__type": "Pointer", "className": value.collection, "objectId": value.object_id}
    return found if value.collection else {k: v for k, v in found.items() if k != "className"}


_WRITERS: dict[type[Any], Callable[[Any], Any]] = {
    Date: lambda v: {"__type": "Date", "iso": v.iso},
    Pointer: _pointer,
    Included: lambda v: {
        "__type": "Object",
        "className": v.collection,
        **to_wire(v.record),
    },
    RelationTo: lambda v: {"__type": "Relation", "className": v.collection},
    GeoPoint: lambda v: {
        "__type": "GeoPoint",
        "latitude": v.latitude,
        "longitude": v.longitude,
    },
    Polygon: lambda v: {"__type": "Polygon", "coordinates": [list(p) for p in v.coordinates]},
    File: lambda v: {"__type": "File", "name": v.name, "url": v.url},
    Bytes: lambda v: {"__type": "Bytes", "base64": v.base64},
}

_READERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "Date": lambda v: Date(v["iso"]),
    "Pointer": lambda v: Pointer(v.get("className") or "", v["objectId"]),
    "Relation": lambda v: RelationTo(v["className"]),
    "GeoPoint": lambda v: GeoPoint(v["latitude"], v["longitude"]),
    "Polygon": lambda v: Polygon(tuple((p[0], p[1]) for p in v["coordinates"])),
    "File": lambda v: File(v["name"], v.get("url") or ""),
    "Bytes": lambda v: Bytes(v["base64"]),
    "Object": lambda v: Included(
        v["className"],
        {k: from_wire(m) for k, m in v.items() if k not in ("__type", "className")},
    ),
}
