"""Values of a record that JSON has no word for, and the two things made of time and chance.

A record is a dict, field -> value. Text, numbers, booleans, null, lists and dicts are themselves;
the rest are the small classes below, at any depth. The `__type` envelopes of the Parse protocol
and the plain texts of `/api` are made from them and read into them in `http/dialects`, nowhere
else; how SQLite holds them is in `schema/field_types.py`.
"""

import re
import secrets
import string
from collections.abc import Callable
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from noodl_runtime.dataclass import dataclass

Record = dict[str, Any]

Clock = Callable[[], str]  # () -> "2024-05-01T10:01:00.000Z"
NewId = Callable[[], str]  # () -> "aZ3k9QwXy1"


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A moment, as UTC text with milliseconds: Date("2024-05-01T10:01:00.000Z")."""

    iso: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """One record of a collection: Pointer("List", "aZ3k9QwXy1"). collection "" means: not said."""

    collection: str
    object_id: str


@dataclass(frozen=True, slots=True)
class Included:
    """A record that stands where its pointer stood, after `include`."""

    collection: str
    record: Record


@dataclass(frozen=True, slots=True)
class RelationTo:
    """What a relation field holds: the collection it leads to."""

    collection: str


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A place on earth, degrees."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """An area: at least three (latitude, longitude) pairs, degrees, implicitly closed."""

    coordinates: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A stored file: the name says which one it is, and is all that is stored.

    url: where it can be had, if the store knows; else the dialect that answers fills it in
    """

    name: str
    url: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Bytes:
    """Binary data as base64 text, as it travels and as it is stored."""

    base64: str


_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?"
)


def iso_text(text: str) -> str | None:
    """Return an ISO 8601 moment as UTC text with milliseconds, None if it is not one.

    "2024-05-01", "2024-05-01T12:01:00+02:00" -> "2024-05-01T10:01:00.000Z"; no zone means UTC
    """
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return iso_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def iso_of(moment: datetime) -> str:
    """Return an aware datetime as UTC text with milliseconds: "2024-05-01T10:01:00.000Z"."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z".rjust(24, "0")


def now_iso() -> str:
    """Return the present moment; the clock that a running backend uses."""
    return iso_of(datetime.now(UTC))


_ID_LETTERS = string.ascii_letters + string.digits


def random_id(length: int = 10) -> str:
    """Return a new random id of letters and digits, from the system's cryptographic source."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(length))
