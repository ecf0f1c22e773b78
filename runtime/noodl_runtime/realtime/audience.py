"""Whom an event can go to: those who asked the same question with the same rights. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from noodl_runtime.access.caller import Caller
from noodl_runtime.access.reading import Reading
from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import NoSuchCollection, NotAllowed
from noodl_runtime.http.dialects import plain
from noodl_runtime.query.matcher import Test, matcher
from noodl_runtime.query.where import read_where
from noodl_runtime.realtime.messages import Identity
from noodl_runtime.realtime.outbox import Outbox
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.schema.names import SYSTEM_COLLECTIONS, UNTOLD, check_collection_name
from noodl_runtime.values import Record

Where = Mapping[str, Any]


class Viewer(NamedTuple):
    """What events depend on beside the question: rights, and where links in them begin."""

    caller: Caller
    base_url: str


def viewer_of(caller: Caller, base_url: str) -> Viewer:
    """Return the viewer that callers with the same rights share."""
    rights = replace(caller, session_token=None, session_id=None, installation_id=None, address="")
    return Viewer(rights, base_url)


@dataclass(frozen=True)
class Question:
    """What is subscribed to. where: as it was sent, typed values inside; {} means all records."""

    collection: str
    where: Where
    key: str  # equal for equal questions

    @classmethod
    def of(cls, collection: str, where: Where) -> "Question":
        """Return the question; its key tells it from others."""
        return cls(collection, where, f"{collection} {where!r}")


class Asked:
    """A question prepared for one schema. raises: BadName, BadQuery when it makes no sense."""

    def __init__(self, question: Question, schema: Schema, max_nesting: int) -> None:
        check_collection_name(question.collection)
        self.collection = schema.collections.get(question.collection)
        where = plain.typed_where(question.where, self.collection)
        condition = read_where(where, max_nesting=max_nesting)
        self.meets: Test = matcher(condition, collection=self.collection)


class Audience:
    """A question, a viewer, a name, and the outboxes of all who have it so.

    name: what their subscriptions are called in events, None for those without an id
    """

    def __init__(self, question: Question, viewer: Viewer, name: Identity) -> None:
        self.question = question
        self.viewer = viewer
        self.name = name
        self.members: dict[Outbox, None] = {}
        self.asked: Asked
        self.reading: Reading

    @property
    def key(self) -> tuple[str, Viewer, Identity]:
        """Return what makes two audiences the same one."""
        return (self.question.key, self.viewer, self.name)

    def prepare(self, asked: Asked, reading: Reading) -> None:
        """Take up a schema. raises: NotAllowed and the like when this viewer may not ask that."""
        reading.check(self.question.collection, "find")
        reading.where(self.question.collection, self.question.where)
        self.asked, self.reading = asked, reading

    def readable(self, record: Record | None) -> Record | None:
        """Return what the viewer may see of a record, whether it meets the question or not."""
        return None if record is None else self.reading.found(self.question.collection, record)


def check_told(collection: Collection | None, name: str, mode: str) -> None:
    """Refuse a collection of which nothing will ever be heard. raises: NoSuchCollection, NotAllowed

    collection: the one of this name, None where there is none: no write of a client makes it then
    """
    if name in UNTOLD:
        raise NotAllowed(f"changes of {name} are told to nobody")
    if collection is None and mode == "production" and name not in SYSTEM_COLLECTIONS:
        raise NoSuchCollection(f"there is no collection {name[:128]!r}; POST /api/_schema adds one")
