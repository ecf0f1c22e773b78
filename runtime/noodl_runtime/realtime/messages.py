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
TOO_NEW = "the change log has not come that far; the records may be those of a backup"
MAX_ID = 200  # characters of an id that a client chooses


@dataclass(frozen=True, kw_only=True)
class Saying:
    """A type of message that clients send. name: its `type`; members: name -> classes."""

    name: str
    members: Mapping[str, tuple[type, ...]] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    help: str


_TEXT, _NUMBER, _OBJECT = (str,), (int,), (dict,)
_ID = (str, int)

SAYINGS: Mapping[str, Saying] = {
    saying.name: saying
    for saying in (
        Saying(
            name="subscribe",
            members={"id": _ID, "collection": _TEXT, "where": _OBJECT, "since": _NUMBER},
            needed=("collection",),
            help="hear of a collection, or of the records that meet `where`; with `since` also of "
            "what has happened after that sequence number. `id` names the subscription in "
            "answers and events; the same name again takes its place",
        ),
        Saying(
            name="unsubscribe",
            members={"id": _ID, "collection": _TEXT},
            help="hear no more of the subscription with this `id`, else of all of the collection",
        ),
        Saying(
            name="resume",
            members={"id": _ID, "since": _NUMBER},
            needed=("since",),
            help="hear of all that was missed after this sequence number: everything subscribed "
            "to on this connection, before or afterwards, begins there",
        ),
        Saying(
            name="auth",
            members={"id": _ID, "sessionToken": _TEXT, "masterKey": _TEXT},
            help="be somebody, where headers cannot say it; neither of the two: be nobody again",
        ),
        Saying(name="ping", members={"id": _ID}, help="ask for a `pong`"),
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

Identity = str | int | None  # what a client calls a message or subscription, None: nothing

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


def event(kind: str, data: bytes, timestamp: int, sequence: int, subscription: Identity) -> Message:
    """Return an event. data: JSON of {"collection": ..., "object": ...}; timestamp: milliseconds"""
    named = b"" if subscription is None else b',"subscription":' + write_json(subscription)
    return Message(
        b'{"event":"%b","data":%b,"timestamp":%d,"sequence":%d%b}'
        % (kind.encode(), data, timestamp, sequence, named),
        sequence,
        may_be_lost=True,
    )


def answer(kind: str, identity: Identity = None, **members: Any) -> Message:
    """Return an answer of the table. identity: the id of the message that is answered."""
    named = {} if identity is None else {"id": identity}
    text = write_json({"type": kind, **named, **members})
    return Message(text, members.get("sequence"))


def resync(sequence: int, reason: str) -> Message:
    """Return the message to one who must read again."""
    return answer("resync", sequence=sequence, reason=reason)


def failure(error: PortableError, identity: Identity) -> Message:
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
    if name == "since" and isinstance(value, int) and value < 0:
        raise BadRequest("since is the sequence number of an event, from 0 up")
    if name == "id" and len(str(value)) > MAX_ID:
        raise BadRequest(f"id has at most {MAX_ID} characters")


def identity_of(data: bytes, *, max_nesting: int) -> Identity:
    """Return the id of a message that could not be taken, where it has one."""
    try:
        said = read_object(data, "the message", max_nesting=max_nesting)
    except PortableError:
        return None
    given = said.get("id")
    fits = isinstance(given, _ID) and not isinstance(given, bool) and len(str(given)) <= MAX_ID
    return given if fits else None


_WORDS = {_TEXT: "a text", _NUMBER: "a whole number", _OBJECT: "an object", _ID: "a text or number"}
