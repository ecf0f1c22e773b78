"""The messages of realtime, the same at both ends: one table of what clients say, one of answers.

{"type": "subscribe", "collection": "Todo"}
{"event": "create", "data": {"collection": "Todo", "object": {...}}, "timestamp": 1714557660000,
 "sequence": 17}
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadRequest, PortableError
from noodl_runtime.http.dialects import parse
from noodl_runtime.http.strict_json import read_object, write_json

TOO_OLD = "the change log does not reach back far enough"
MAX_ID = 200  # characters of an id that a client chooses


@dataclass(frozen=True, kw_only=True)
class Saying:
    """A type of message that clients send. name: its `type`; members: name -> class of a value."""

    name: str
    members: Mapping[str, type] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    help: str


_SUBSCRIPTION: Mapping[str, type] = {"collection": str, "where": dict, "since": int}

SAYINGS: Mapping[str, Saying] = {
    saying.name: saying
    for saying in (
        Saying(
            name="subscribe",
            members={"id": str, **_SUBSCRIPTION},
            needed=("collection",),
            help="hear of a collection, or of the records that meet `where`; with `since` also of "
            "what has happened after that sequence number. `id` names the subscription in "
            "answers and events; the same name again takes its place",
        ),
        Saying(
            name="unsubscribe",
            members={"id": str, "collection": str},
            help="hear no more of it; named as it was subscribed",
        ),
        Saying(
            name="resume",
            members={"id": str, "since": int},
            needed=("since",),
            help="hear of all that was missed after this sequence number: everything subscribed "
            "to on this connection, before or afterwards, begins there",
        ),
        Saying(
            name="auth",
            members={"id": str, "sessionToken": str, "masterKey": str},
            help="be somebody, where headers cannot say it; neither of the two: be nobody again",
        ),
        Saying(name="ping", members={"id": str}, help="ask for a `pong`"),
    )
}

ANSWERS: Mapping[str, str] = {
    "subscribed": "to `subscribe` with an `id`: events follow that are later than `sequence`; "
    "`partial` where the store is another server, whose other clients are not heard",
    "unsubscribed": "to `unsubscribe` with an `id`",
    "resumed": "to `resume`, and to `subscribe` with `id` and `since`: all that was missed has "
    "been told; what follows happens now",
    "resync": "events up to `sequence` are missing and will not come: read again what is shown",
    "authenticated": "to `auth`: `userId`, or `master`",
    "pong": "to `ping`, with the present `sequence`",
    "error": "what was wrong, with the `id` of the message or of the subscription that ended",
    "goodbye": "the backend stops; connect again in a while",
}

EVENTS: Mapping[str, str] = {
    "create": "a record was made",
    "save": "a record was changed",
    "delete": "a record is gone; `object` is how it was",
    "enter": "a change made a record one of those subscribed to, or readable",
    "leave": "a change made it none of them any more; only its objectId if it cannot be read now",
}

Form = Callable[["Message"], bytes]


class Message:
    """A message ready to go: made once for all who get it, in each form once.

    text:     JSON
    sequence: how far the client has come with it, None where that says nothing
    may_be_lost: whether a client that does not keep up is told to read again instead
    """

    __slots__ = ("_framed", "may_be_lost", "sequence", "text")

    def __init__(self, text: bytes, sequence: int | None, *, may_be_lost: bool = False) -> None:
        self.text = text
        self.sequence = sequence
        self.may_be_lost = may_be_lost
        self._framed: dict[Form, bytes] = {}

    def framed(self, form: Form) -> bytes:
        """Return the bytes of the message in one form."""
        piece = self._framed.get(form)
        if piece is None:
            piece = self._framed[form] = form(self)
        return piece


def event(
    kind: str, data: bytes, timestamp: int, sequence: int, subscription: str | None
) -> Message:
    """Return an event. data: JSON of {"collection": ..., "object": ...}; timestamp: milliseconds"""
    named = b"" if subscription is None else b',"subscription":' + write_json(subscription)
    return Message(
        b'{"event":"%b","data":%b,"timestamp":%d,"sequence":%d%b}'
        % (kind.encode(), data, timestamp, sequence, named),
        sequence,
        may_be_lost=True,
    )


def answer(kind: str, identity: str | None = None, **members: Any) -> Message:
    """Return an answer of the table. identity: the id of the message that is answered."""
    named = {} if identity is None else {"id": identity}
    text = write_json({"type": kind, **named, **members})
    return Message(text, members.get("sequence"))


def resync(sequence: int, reason: str) -> Message:
    """Return the message to one who must read again."""
    return answer("resync", sequence=sequence, reason=reason)


def failure(error: PortableError, identity: str | None) -> Message:
    """Return an error as a message."""
    return answer("error", identity, **error.body())


def read_message(data: bytes, *, max_nesting: int) -> dict[str, Any]:
    """Return what a client says, checked against the table; typed values in `where`.

    raises: BadJson; BadRequest naming what is odd
    """
    return checked(read_object(data, "the message", max_nesting=max_nesting, hook=parse.typed))


def checked(said: dict[str, Any]) -> dict[str, Any]:
    """Return a message that the table knows. raises: BadRequest naming what is odd."""
    kind = said.get("type")
    saying = SAYINGS.get(kind) if isinstance(kind, str) else None
    if saying is None:
        raise BadRequest(f"type must be one of {', '.join(SAYINGS)}, not {str(kind)[:40]!r}")
    for name in saying.needed:
        if name not in said:
            raise BadRequest(f"{kind} needs {name}")
    for name, value in said.items():
        if name != "type":
            _check_member(saying, name, value)
    return said


def _check_member(saying: Saying, name: str, value: Any) -> None:
    kind = saying.members.get(name)
    if kind is None:
        known = ", ".join(saying.members)
        raise BadRequest(f"{saying.name} has no member {name[:40]!r}; known: {known}")
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadRequest(f"{name} of {saying.name} must be {_WORDS[kind]}")
    if isinstance(value, int) and value < 0:
        raise BadRequest(f"{name} is the sequence number of an event, from 0 up")
    if name == "id" and isinstance(value, str) and len(value) > MAX_ID:
        raise BadRequest(f"id has at most {MAX_ID} characters")


def identity_of(data: bytes, *, max_nesting: int) -> str | None:
    """Return the id of a message that could not be taken, where it has one."""
    try:
        said = read_object(data, "the message", max_nesting=max_nesting)
    except PortableError:
        return None
    given = said.get("id")
    return given if isinstance(given, str) and len(given) <= MAX_ID else None


_WORDS = {str: "a text", int: "a whole number", dict: "an object"}
