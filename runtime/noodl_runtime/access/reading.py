"""What a caller without full rights may read: queries narrowed to it, answers cleaned of the rest.

ACLs are the store's affair, part of each table it looks at. Here is what depends on the
collection: who may find and get, records that only their owner sees, fields that are protected.
A protected field is not in answers, and neither conditions nor orders may name it, for the order
of records would tell its value. Sub-queries and included records are held to the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from noodl_runtime.access.caller import Caller
from noodl_runtime.access.narrowing import Narrowing, Where, root_of
from noodl_runtime.access.permissions import (
    owner_fields,
    owns,
    protected_fields,
)
from noodl_runtime.access.sessions import SESSION, USER
from noodl_runtime.errors import PortableError
from noodl_runtime.query.matcher import readable
from noodl_runtime.query.names import read_path
from noodl_runtime.schema.model import Schema
from noodl_runtime.store.contract import Query
from noodl_runtime.values import Included, Pointer, Record, RelationTo

Pipeline = Sequence[Mapping[str, Any]]


class Reading:
    """The view one caller has of one schema."""

    def __init__(self, schema: Schema, caller: Caller) -> None:
        self._caller = caller
        self._narrowing = Narrowing(schema, caller)

    # -- questions

    def query(self, query: Query) -> Query:
        """Return the query with what keeps it to what the caller may find.

        raises: NotAllowed, NoSuchRecord (where it takes a session), InvalidSession
        """
        if query.limit or not query.count:
            self.check(query.collection, "find")
        if query.count:
            self.check(query.collection, "count")
        self._narrowing.check_names(query.collection, (key.lstrip("-") for key in query.order))
        return replace(
            query,
            where=self.where(query.collection, query.where),
            keys=self.keys(query.collection, query.keys),
            principals=self._caller.principals,
        )

    def check(self, collection: str, action: str) -> None:
        """Accept what the caller wants to do with a collection; raises as `query`."""
        self._narrowing.check(collection, action)

    def where(self, collection: str, where: Where, action: str = "find") -> Where:
        """Return a where document that finds only what the caller may see of a collection."""
        if self._caller.master:
            return where
        return self._narrowing.where(collection, where, action)

    def keys(self, collection: str, keys: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Return the fields to fetch: those asked for, and those that say whose a record is."""
        if keys is None or self._caller.master:
            return keys
        known = self._narrowing.collection(collection)
        groups = known.permissions.get("protectedFields", {})
        owners = [group.partition(":")[2] for group in groups if group.startswith("userField:")]
        own = ("user",) if collection == SESSION else owner_fields(known, "get", self._caller)
        return tuple(dict.fromkeys([*keys, *owners, *(own or ())]))

    def distinct(self, collection: str, key: str) -> None:
        """Accept the field whose values are asked for. raises: NotAllowed, BadQuery."""
        read_path(key)  # before an unknown field finds nothing
        self.check(collection, "find")
        self._narrowing.check_names(collection, [key])

    def pipeline(self, collection: str, pipeline: Pipeline) -> Pipeline:
        """Return a pipeline over what the caller may see; raises as `query`."""
        if self._caller.master:
            return pipeline
        self.check(collection, "find")
        leading: list[Mapping[str, Any]] = []
        for stage in pipeline:
            if [*stage] not in (["match"], ["$match"]):
                break
            leading.append(
                {"match": self._narrowing.checked(collection, next(iter(stage.values())))}
            )
        narrowing = self._narrowing.narrowing(collection, "find")
        first = [{"match": narrowing}] if narrowing else []
        hidden = protected_fields(self._narrowing.collection(collection), self._caller)
        removal = [{"project": dict.fromkeys(sorted(hidden), 0)}] if hidden else []
        return [*first, *leading, *removal, *pipeline[len(leading) :]]

    # -- answers

    def shown_all(self, query: Query, records: list[Record]) -> list[Record]:
        """Return what the caller may see of what a query, as it was sent, has found."""
        plain = not query.include and not _dotted(query.keys)
        if self._caller.master or (plain and self._hides_nothing(query.collection)):
            return records
        return [self.shown(query.collection, record, query.keys) for record in records]

    def shown(self, collection: str, record: Record, keys: tuple[str, ...] | None = None) -> Record:
        """Return what the caller may see of a record that they may read, and what it includes.

        keys:   the fields that were asked for, where more have been fetched
        raises: NotAllowed when a record is included of a collection nobody lets them get
        """
        if self._caller.master:
            return record
        hidden = protected_fields(self._narrowing.collection(collection), self._caller, record)
        extra = set(self.keys(collection, keys) or ()) - {root_of(key) for key in keys or ()}
        left = {n: v for n, v in record.items() if n not in hidden and n not in extra}
        shown = {name: self._included(value) for name, value in left.items()}
        return {name: value for name, value in shown.items() if value is not _NOTHING}

    def left_of(self, collection: str, record: Record) -> Record:
        """Return what the caller may see of a record they have written; at least id and times."""
        try:
            self.check(collection, "get")
        except PortableError:
            return _bare(record)
        visible = readable(record, self._caller.principals) and self.sees(collection, record)
        return self.shown(collection, record) if visible else _bare(record)

    def found(self, collection: str, record: Record) -> Record | None:
        """Return what the caller would find of a record, None if they would not find it at all.

        This is for what is told without being asked for: events of a subscription.
        """
        try:
            self.check(collection, "find")
        except PortableError:
            return None
        visible = readable(record, self._caller.principals) and self.sees(
            collection, record, action="find"
        )
        if not visible or self._hides_nothing(collection):
            return record if visible else None
        return self.shown(collection, record)

    def _hides_nothing(self, collection: str) -> bool:
        """Say whether a record that can be read there is shown with all its fields."""
        return collection != USER and not self._narrowing.collection(collection).permissions

    def sees(self, collection: str, record: Record, *, action: str = "get") -> bool:
        """Say whether a record is among those the collection lets the caller see, ACLs aside."""
        if self._caller.master:
            return True
        if collection == SESSION:
            return record.get("user") == Pointer(USER, self._caller.user_id or "")
        fields = owner_fields(self._narrowing.collection(collection), action, self._caller)
        return fields is None or owns(record, fields, self._caller)

    def _included(self, value: Any) -> Any:
        """Return a value with what may be seen of the records in it, _NOTHING for a hidden one."""
        if isinstance(value, list):
            shown = [self._included(each) for each in value]
            return [each for each in shown if each is not _NOTHING]
        if isinstance(value, dict):
            inside = {name: self._included(each) for name, each in value.items()}
            return {name: each for name, each in inside.items() if each is not _NOTHING}
        if not isinstance(value, Included):
            return value
        self.check(value.collection, "get")
        if not self.sees(value.collection, value.record):
            return _NOTHING
        return Included(value.collection, self.shown(value.collection, value.record))


_NOTHING = RelationTo("")  # stands for an included record that is not shown


def _bare(record: Record) -> Record:
    return {name: record[name] for name in ("objectId", "createdAt", "updatedAt")}


def _dotted(keys: tuple[str, ...] | None) -> bool:
    return any("." in key for key in keys or ())
