"""The store in one SQLite file: what CloudStore promises, put together from the parts beside it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from noodl_runtime.errors import PortableError
from noodl_runtime.schema.model import Field, Schema
from noodl_runtime.schema.renaming import Rename
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import (
    Action,
    Change,
    Found,
    Handler,
    Principals,
    Query,
    Write,
)
from noodl_runtime.store.events import Events
from noodl_runtime.store.record_ids import new_id
from noodl_runtime.store.sqlite import remembered, secrets
from noodl_runtime.store.sqlite.backup import copy_database
from noodl_runtime.store.sqlite.change_log import SELECT_SINCE, changes_since
from noodl_runtime.store.sqlite.clean_stop import is_as_noted, note_of
from noodl_runtime.store.sqlite.files import findings_of, make_private_folder
from noodl_runtime.store.sqlite.formats import open_database
from noodl_runtime.store.sqlite.lock import FolderLock
from noodl_runtime.store.sqlite.open_store import OpenStore
from noodl_runtime.store.sqlite.records import carry_out
from noodl_runtime.store.sqlite.writer import Transaction
from noodl_runtime.values import Clock, NewId, Record, now_iso


class SqliteStore:
    """A CloudStore in one database file. Time and ids can come from outside, for tests.

    file: the database; its folder, which is made if need be, belongs to this process alone
    """

    hears_all = True

    def __init__(
        self,
        file: Path,
        settings: Settings | None = None,
        *,
        clock: Clock = now_iso,
        new_id: NewId = new_id,
    ) -> None:
        self._file = file
        self._settings = settings or Settings()
        self._clock = clock
        self._new_id = new_id
        self._lock = FolderLock(file.parent)
        self._events = Events()
        self._open: OpenStore | None = None

    # -- lifecycle

    def connect(self) -> None:
        """Open the database, make it if it is not there. raises: SetupError, StoreDamaged."""
        make_private_folder(self._file.parent)
        self._lock.take()
        try:
            self._open = self._opened()
        except BaseException:
            self._lock.release()
            raise

    def disconnect(self) -> None:
        """Write everything to the database file itself and close; safe to call twice."""
        if self._open is not None:
            self._open.close()
            self._open = None
            self._lock.leave_note(note_of(self._file))
        self._lock.release()

    def _opened(self) -> OpenStore:
        settings = self._settings
        connection = open_database(
            self._file,
            durability=settings.durability,
            now=self._clock,
            known=is_as_noted(self._file, self._lock.take_note()),
        )
        try:
            return OpenStore(self._file, connection, settings, self._events, self._clock)
        except BaseException:
            connection.close()
            raise

    @property
    def _parts(self) -> OpenStore:
        if self._open is None:
            raise RuntimeError("the store is not connected")
        return self._open

    # -- reading

    def query(self, query: Query) -> Found:
        """Return the records that match. raises: BadQuery, QueryTooSlow."""
        return self._parts.queries.query(query)

    def stream(self, query: Query) -> Iterator[Record]:
        """Yield matching records one by one, all of one moment, in bounded memory."""
        return self._parts.queries.stream(query)

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
        query = Query(
            collection=collection,
            include=include,
            keys=keys,
            exclude_keys=exclude_keys,
            principals=principals,
        )
        return self._parts.queries.fetch(query, object_id)

    def count(
        self, collection: str, where: Mapping[str, Any], *, principals: Principals = None
    ) -> int:
        """Return how many records match."""
        return self._parts.queries.count(collection, where, principals)

    def distinct(
        self,
        collection: str,
        key: str,
        where: Mapping[str, Any],
        *,
        principals: Principals = None,
    ) -> list[Any]:
        """Return the distinct values of a field, of a list field its distinct elements."""
        return self._parts.queries.distinct(collection, key, where, principals)

    def aggregate(
        self,
        collection: str,
        pipeline: Sequence[Mapping[str, Any]],
        *,
        principals: Principals = None,
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline."""
        return self._parts.queries.aggregate(collection, pipeline, principals)

    def secrets(self, collection: str, object_id: str) -> Mapping[str, str]:
        """Return the secrets kept beside a record by name."""
        return dict(self._parts.reader.look_up(secrets.SELECT, (collection, object_id)))

    # -- writing

    def write(self, write: Write) -> Record:
        """Carry out one write and return the whole record, after the commit."""
        return self._parts.writer.run(partial(self._carry_out, write=write))

    def batch(
        self, writes: Sequence[Write], *, transaction: bool = False
    ) -> list[Record | PortableError]:
        """Carry out writes in order, in one commit; all or nothing if `transaction`."""
        if not writes:
            return []
        one_by_one = self._all if transaction else self._each
        return self._parts.writer.run(lambda open_one: one_by_one(open_one, writes))

    def _carry_out(self, transaction: Transaction, write: Write) -> Record:
        record = carry_out(transaction, self._parts.schema.state, write, self._new_id)
        return dict(record)  # the caller's own: the change log's handlers see the other

    def _all(
        self, transaction: Transaction, writes: Sequence[Write]
    ) -> list[Record | PortableError]:
        return [self._carry_out(transaction, write) for write in writes]

    def _each(
        self, transaction: Transaction, writes: Sequence[Write]
    ) -> list[Record | PortableError]:
        answers: list[Record | PortableError] = []
        for write in writes:
            try:
                answers.append(transaction.attempt(partial(self._carry_out, write=write)))
            except PortableError as error:
                if not transaction.connection.in_transaction:
                    raise
                answers.append(error)
        return answers

    # -- schema

    def get_schema(self) -> Schema:
        """Return the present schema; it is kept in memory."""
        return self._parts.schema.state.schema

    def update_schema(self, schema: Schema, *, allow_destructive: bool = False) -> None:
        """Bring the store to this schema, or raise and leave everything as it was."""
        self._parts.schema.update(schema, allow_destructive=allow_destructive)

    def add_fields(self, collection: str, fields: Sequence[Field] = ()) -> None:
        """Make sure the collection and these fields exist; nothing else changes."""
        self._parts.schema.add_fields(collection, fields)

    def rename(self, rename: Rename) -> None:
        """Give a collection or field another name; records, indexes and relations come along."""
        self._parts.schema.rename(rename)

    # -- events

    def on(self, event: Action, handler: Handler) -> None:
        """Call handler after the commit of each such write, exactly once, in commit order."""
        self._events.on(event, handler)

    def off(self, event: Action, handler: Handler) -> None:
        """Stop calling handler; unknown handlers are ignored."""
        self._events.off(event, handler)

    def changes(self, since: int, *, limit: int = 1000) -> list[Change] | None:
        """Return the changes after a sequence number, None if the log no longer reaches back."""
        parts = self._parts
        last = parts.log.last
        return changes_since(parts.reader.rows(SELECT_SINCE, (since, limit)), since, last)

    def last_change(self) -> int:
        """Return the sequence number of the latest change."""
        return self._parts.log.last

    def remembered(self, area: str) -> Mapping[str, str]:
        """Return the texts remembered in an area by name."""
        return dict(self._parts.reader.look_up(remembered.SELECT, (area,)))

    def remember(self, area: str, texts: Mapping[str, str | None]) -> None:
        """Keep texts in an area, forget those that are None; together with others' writes."""
        self._parts.writer.run(
            lambda open_one: remembered.remember(open_one.connection, area, texts)
        )

    # -- care

    def backup(self, target: Path) -> None:
        """Copy the database, as it is at one moment, to a new file; writes go on meanwhile."""
        self._parts.copy(lambda raw: copy_database(raw, target))

    def check(self) -> list[str]:
        """Return what is wrong with the database file, [] for nothing; takes long on large ones."""
        return self._parts.reader.in_thread(partial(findings_of, self._file, "integrity_check"))
