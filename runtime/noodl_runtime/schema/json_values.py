"""Typed values inside Object and Array columns: JSON text with `__type` envelopes, both ways.

Only values of these types have an envelope; a plain object that happens to have a key `__type`
and is not exactly one of these shapes is a plain object.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from noodl_runtime.errors import InvalidValue
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


class Envelope(NamedTuple):
    """How one typed value looks as a JSON object.

    keys: what stands beside `__type`
    fits: whether a value of one of the keys is what it should be
    """

    keys: frozenset[str]
    pack: Callable[[Any], dict[str, Any]]
    unpack: Callable[[dict[str, Any]], Any]
    fits: Callable[[Any], bool] = lambda value: isinstance(value, str)


ENVELOPES: dict[str, Envelope] = {
    "Date": Envelope(
        frozenset({"iso"}),
        lambda value: {"iso": value.iso},
        lambda members: Date(members["iso"]),
    ),
    "Pointer": Envelope(
        frozenset({"className", "objectId"}),
        lambda value: {"className": value.collection, "objectId": value.object_id},
        lambda members: Pointer(members["className"], members["objectId"]),
    ),
    "Relation": Envelope(
        frozenset({"className"}),
        lambda value: {"className": value.collection},
        lambda members: RelationTo(members["className"]),
    ),
    "GeoPoint": Envelope(
        frozenset({"latitude", "longitude"}),
        lambda value: {"latitude": value.latitude, "longitude": value.longitude},
        lambda members: GeoPoint(members["latitude"], members["longitude"]),
        lambda value: isinstance(value, int | float),
    ),
    "Polygon": Envelope(
        frozenset({"coordinates"}),
        lambda value: {"coordinates": value.coordinates},
        lambda members: Polygon(tuple((pair[0], pair[1]) for pair in members["coordinates"])),
        lambda value: isinstance(value, list) and all(map(_is_pair, value)),
    ),
    "File": Envelope(
        frozenset({"name"}),
        lambda value: {"name": value.name},
        lambda members: File(members["name"]),
    ),
    "Bytes": Envelope(
        frozenset({"base64"}),
        lambda value: {"base64": value.base64},
        lambda members: Bytes(members["base64"]),
    ),
}

_NAMES: dict[type, str] = {
    Date: "Date",
    Pointer: "Pointer",
    RelationTo: "Relation",
    GeoPoint: "GeoPoint",
    Polygon: "Polygon",
    File: "File",
    Bytes: "Bytes",
}


def to_json(value: Any) -> str:
    """Return a value as JSON text: [1, Date(...)] -> '[1,{"__type":"Date","iso":...}]'.

    raises: InvalidValue for text that is not Unicode and for numbers that are not finite
    """
    try:
        text = _encoder().encode(value)
    except ValueError as error:
        raise InvalidValue("a number in it is not finite; JSON has no word for it") from error
    return checked_text(text)


def from_json(text: str) -> Any:
    """Return the value behind a text of `to_json`, typed values in place of their envelopes."""
    decoder = _typed_decoder() if '"__type"' in text else _plain_decoder()
    return decoder.raw_decode(text)[0]  # not decode, which looks for blanks around it


def checked_text(text: str) -> str:
    """Return the text itself. raises: InvalidValue when it holds half of a surrogate pair."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InvalidValue(
                "the text holds half of a surrogate pair, which is no character; send it whole"
            ) from error
    return text


@cache
def _plain_decoder() -> json.JSONDecoder:
    return json.JSONDecoder()


@cache
def _typed_decoder() -> json.JSONDecoder:
    return json.JSONDecoder(object_hook=_unpack)


@cache
def _encoder() -> json.JSONEncoder:
    return json.JSONEncoder(
        default=_pack,
        ensure_ascii=False,
        check_circular=False,  # values come from JSON and are trees
        allow_nan=False,
        separators=(",", ":"),
    )


def _pack(value: Any) -> dict[str, Any]:
    if isinstance(value, Included):  # a record sent back as it was answered: its pointer is meant
        value = Pointer(value.collection, str(value.record["objectId"]))
    name = _NAMES.get(type(value))
    if name is None:
        raise TypeError(f"a record cannot hold a {type(value).__name__}")
    return {"__type": name, **ENVELOPES[name].pack(value)}


def _unpack(members: dict[str, Any]) -> Any:
    kind = members.get("__type")
    envelope = ENVELOPES.get(kind) if isinstance(kind, str) else None
    if envelope is None or members.keys() - {"__type"} != envelope.keys:
        return members
    if not all(envelope.fits(members[key]) for key in envelope.keys):
        return members
    return envelope.unpack(members)


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(number, int | float) for number in value)
    )
