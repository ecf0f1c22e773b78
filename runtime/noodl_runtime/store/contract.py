"""What every store can do. The words are the seed's adapter interface; the types say the rest.

A store holds records and applies what it is told; it knows nothing of HTTP, roles or workflows.
Who may do what is decided above it (`backend.py`) and handed down as `principals`, so that a
refusal is part of the query itself and never a second look.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal, Protocol, get_args

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import PortableError
from noodl_runtime.schema.model import Field, Schema
from noodl_runtime.schema.renaming import Rename
from noodl_runtime.values import Record

# Who asks, for the ACL of each record: {"*", "<user id>", "role:<name>"}; None means full rights.
Principals = frozenset[str] | None

Action = Literal["create", "save", "delete"]
ACTIONS: tuple[Action, ...] = get_args(Action)


@dataclass(frozen=True, kw_only=True)
class Query:
    """What to look up.

    where:        where document in either spelling: {"price": {"$gt": 5}}; {} finds everything
    order:        ("-createdAt", "name"); () is creation order; ties are broken by creation
    limit, skip:  records; limit 0 answers none (used with count)
    keys:         fields to answer, None for all; objectId, createdAt, updatedAt, ACL always come
    exclude_keys: fields not to answer
    include:      pointers to replace by Included, dotted for deeper levels: ("list", "list.owner")
    count:        whether to count all matches, ignoring limit and skip
    """

    collection: str
    where: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    limit: int = 100
    skip: int = 0
    keys: tuple[str, ...] | None = None
    exclude_keys: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    count: bool = False
    principals: Principals = None


@dataclass(frozen=True)
class Found:
    """The answer to a Query; count is None unless it was asked for."""

    records: list[Record]
    count: int | None = None


# -- writes: data, so that one place runs them, alone or in a batch --------------------------------


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a write comes from.

    run:   the function or trigger whose run wrote, "" for a request that wrote by itself
    depth: how many database change triggers lead here, each set off by the one before
    chain: id that all runs and writes share that one request or firing has brought about
    """

    run: str = ""
    depth: int = 0
    chain: str = ""


@dataclass(frozen=True, kw_only=True)
class Write:
    """What all writes have in common.

    secrets: texts kept beside the record and gone with it, None to remove one: {"password": "..."};
             no part of the record, so no query, answer, event or log ever shows them
    """

    collection: str
    principals: Principals = None
    origin: Origin = Origin()
    secrets: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Create(Write):
    """Make a record. values: field -> value or Operation; "ACL" is a field like others.

    object_id, created_at, updated_at: only for imports with full rights; None lets the store choose
    """

    values: Mapping[str, Any]
    object_id: str | None = None
    created_at: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Save(Write):
    """Change the given fields of a record and no others; values as in Create."""

    object_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Delete(Write):
    """Remove a record and its rows in junction tables."""

    object_id: str


@dataclass(frozen=True)
class Change:
    """One committed write, as the change log keeps it and subscribers hear it.

    sequence: grows by one with every change of the database, never reused
    before:   the record as it was, None for create
    after:    the record as it is now, None for delete
    """

    sequence: int
    time: str
    collection: str
    action: Action
    object_id: str
    before: Record | None
    after: Record | None
    origin: Origin = Origin()


Handler = Callable[[Change], None]


class CloudStore(Protocol):
    """Records, relations, schema, events. One test suite runs over every implementation.

    Unknown collection: a query finds nothing, a write raises NoSuchCollection.
    hears_all: whether its events are all changes there are; False: those of this process alone
    """

    hears_all: bool

    # -- lifecycle
    def connect(self) -> None:
        """Open the store; everything else needs it. raises: SetupError, StoreDamaged."""
        ...

    def disconnect(self) -> None:
        """Finish what runs, write everything to its final place, close. Safe to call twice."""
        ...

    # -- reading
    def query(self, query: Query) -> Found:
        """Return the records that match. raises: BadQuery, QueryTooSlow."""
        ...

    def stream(self, query: Query) -> Iterator[Record]:
        """Yield matching records one by one in bounded memory; limit and count do not apply."""
        ...

    def fetch(
        self,
        collection: str,
        object_id: str,
        *,
        include: tuple[str, ...] = (),
        keys: tuple[str, ...] | None = None,
        exclude_keys: tuple[str, ...] = (),
        principals: Principals = None,
    ) -> Record:
        """Return one record. raises: NoSuchRecord."""
        ...

    def count(
        self, collection: str, where: Mapping[str, Any], *, principals: Principals = None
    ) -> int:
        """Return how many records match."""
        ...

    def distinct(
        self,
        collection: str,
        key: str,
        where: Mapping[str, Any],
        *,
        principals: Principals = None,
    ) -> list[Any]:
        """Return the distinct values of a field, of a list field its distinct elements."""
        ...

    def aggregate(
        self,
        collection: str,
        pipeline: Sequence[Mapping[str, Any]],
        *,
        principals: Principals = None,
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline: [{"match": {...}}, {"group": {"objectId": None, ...}}]."""
        ...

    def secrets(self, collection: str, object_id: str) -> Mapping[str, str]:
        """Return the secrets kept beside a record by name; {} for a record there is not."""
        ...

    # -- writing
    def write(self, write: Write) -> Record:
        """Carry out one write and return the whole record as it is now (of a Delete: as it was).

        Returns only after the commit. raises: NoSuchRecord, WrongType, DuplicateValue, ...
        """
        ...

    def batch(
        self, writes: Sequence[Write], *, transaction: bool = False
    ) -> list[Record | PortableError]:
        """Carry out writes in order, in one commit.

        transaction False: each succeeds or fails alone; the answer holds a record or an error each
        transaction True:  all or nothing; the first error is raised and nothing is kept
        """
        ...

    # -- schema
    def get_schema(self) -> Schema:
        """Return the present schema; cheap, for it is kept in memory."""
        ...

    def update_schema(self, schema: Schema, *, allow_destructive: bool = False) -> None:
        """Bring the store to this schema, or raise and leave everything as it was.

        raises: DestructiveChange when data would be lost and allow_destructive is False
        """
        ...

    def add_fields(self, collection: str, fields: Sequence[Field] = ()) -> None:
        """Make sure the collection and these fields exist; nothing else changes.

        Safe when many do it at once: what another added in the meantime is fine if it has the
        same type. raises: WrongType, BadName, SchemaRefused
        """
        ...

    def rename(self, rename: Rename) -> None:
        """Give a collection or field another name; records, indexes and relations come along.

        Changes of before stay in the log under the old name.
        raises: NoSuchCollection, BadName; SchemaRefused when the name is taken, and by a store
                that cannot rename
        """
        ...

    # -- events
    def on(self, event: Action, handler: Handler) -> None:
        """Call handler after the commit of each such write, exactly once, in commit order."""
        ...

    def off(self, event: Action, handler: Handler) -> None:
        """Stop calling handler; unknown handlers are ignored."""
        ...

    def changes(self, since: int, *, limit: int = 1000) -> list[Change] | None:
        """Return the changes after a sequence number, None if the log no longer reaches back."""
        ...

    def last_change(self) -> int:
        """Return the sequence number of the latest change; `changes` after it are yet to come."""
        ...

    # -- what the backend itself must not forget: no records, and in no query, event or export
    def remembered(self, area: str) -> Mapping[str, str]:
        """Return the texts remembered in an area by name."""
        ...

    def remember(self, area: str, texts: Mapping[str, str | None]) -> None:
        """Keep texts in an area, forget those that are None; all or none, as durable as a write."""
        ...
