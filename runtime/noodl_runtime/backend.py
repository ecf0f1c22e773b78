"""The assembled backend: the one place where an operation on records happens.

HTTP, functions and triggers all come through here, each with a Caller. Here the caller's rights
become principals, limits are applied, development mode makes room for new fields, and values are
held to their constraints. There is no second way to write, so nothing can bypass any of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from noodl_runtime.access.caller import Caller, check_may_write, own_token
from noodl_runtime.access.keys import Keys
from noodl_runtime.errors import NoSuchRecord, PortableError, Unauthorized
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.schema.model import Schema
from noodl_runtime.schema.names import check_collection_name
from noodl_runtime.schema.renaming import Rename
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore, Found, Query, Write
from noodl_runtime.values import Record

if TYPE_CHECKING:
    from noodl_runtime.access.access import Access
    from noodl_runtime.belongings import Belongings
    from noodl_runtime.deployments.deployments import Deployments
    from noodl_runtime.functions import Functions
    from noodl_runtime.http.app_files import AppFiles
    from noodl_runtime.realtime.door import Door
    from noodl_runtime.record_writes import RecordWrites
    from noodl_runtime.triggers.triggers import Triggers


class Backend:
    """Records, schema and functions of one app, over one store."""

    def __init__(
        self,
        *,
        store: CloudStore,
        settings: Settings,
        name: str,
        app_id: str = "",
        master_key: str = "",
        functions: "Functions | None" = None,
        version: str = "",
        access: "Callable[[], Access] | None" = None,
    ) -> None:
        """access: makes what says who may do what; None: from settings and master key."""
        self.store = store
        self.settings = settings
        self.name = name
        self.app_id = app_id
        self.master_key = master_key
        self.functions = functions
        self.version = version
        # files, configuration, secrets; None where nothing is kept beside records
        self.belongings: Belongings | None = None
        self.deployments: Deployments | None = None  # functions that an editor deployed
        self.triggers: Triggers | None = None  # None where workflows only run when called
        self.app_files: AppFiles | None = None  # the front end served at /
        self.realtime: Door | None = None  # where clients come in who want to hear of changes
        # who wants to know of changes made through the backend: what writes schema.json
        self.schema_changed: Callable[[Schema], None] = _nobody
        self._make_access = access

    @cached_property
    def access(self) -> "Access":
        """Who may do what; made when it is first needed."""
        if self._make_access:
            return self._make_access()
        from noodl_runtime.access.access import Access

        return Access(self.store, self.settings, keys=Keys(master=self.master_key))

    @cached_property
    def _writes(self) -> "RecordWrites":
        from noodl_runtime.record_writes import RecordWrites

        def changed() -> None:
            self.schema_changed(self.store.get_schema())

        return RecordWrites(self.store, self.access, self.settings, changed)

    def close(self) -> None:
        """Write everything to its final place and let go of the store."""
        if self.functions:
            self.functions.close()
        if self.realtime:
            self.realtime.close()
        if "access" in vars(self):
            self.access.close()
        self.store.disconnect()

    # -- reading

    def query(self, caller: Caller, query: Query) -> Found:
        """Return the records that match and that the caller may see. raises: BadQuery, ..."""
        check_collection_name(query.collection)
        reading = self.access.reading(caller)
        limit = min(query.limit, self.settings.max_limit)
        found = self.store.query(reading.query(replace(query, limit=limit)))
        return Found(reading.shown_all(query, found.records), found.count)

    def stream(self, caller: Caller, query: Query) -> Iterator[Record]:
        """Yield all records that match, in bounded memory; limit and count do not apply."""
        check_collection_name(query.collection, own=caller.master)
        reading = self.access.reading(caller)
        for record in self.store.stream(reading.query(query)):
            yield reading.shown(query.collection, record, query.keys)

    def fetch(
        self,
        caller: Caller,
        collection: str,
        object_id: str,
        *,
        include: tuple[str, ...] = (),
        keys: tuple[str, ...] | None = None,
        exclude_keys: tuple[str, ...] = (),
    ) -> Record:
        """Return one record, of the caller themselves also the sessionToken.

        raises: NoSuchRecord, also when the caller may not see it; NotAllowed
        """
        check_collection_name(collection)
        reading = self.access.reading(caller)
        reading.check(collection, "get")
        record = self.store.fetch(
            collection,
            object_id,
            include=include,
            keys=reading.keys(collection, keys),
            # of the record itself they go last: whose it is may be said by one of them
            exclude_keys=tuple(key for key in exclude_keys if "." in key),
            principals=caller.principals,
        )
        if not reading.sees(collection, record):
            raise NoSuchRecord("Object not found.")
        shown = {**reading.shown(collection, record, keys), **own_token(caller, collection, record)}
        excluded = {key for key in exclude_keys if key not in SYSTEM_FIELDS}
        return {name: value for name, value in shown.items() if name not in excluded}

    def count(self, caller: Caller, collection: str, where: Mapping[str, Any]) -> int:
        """Return how many records match and may be seen."""
        check_collection_name(collection)
        reading = self.access.reading(caller)
        reading.check(collection, "count")
        narrowed = reading.where(collection, where, "count")
        return self.store.count(collection, narrowed, principals=caller.principals)

    def distinct(
        self, caller: Caller, collection: str, key: str, where: Mapping[str, Any]
    ) -> list[Any]:
        """Return the distinct values of a field."""
        check_collection_name(collection)
        reading = self.access.reading(caller)
        reading.distinct(collection, key)
        narrowed = reading.where(collection, where)
        return self.store.distinct(collection, key, narrowed, principals=caller.principals)

    def aggregate(
        self, caller: Caller, collection: str, pipeline: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline."""
        check_collection_name(collection)
        narrowed = self.access.reading(caller).pipeline(collection, pipeline)
        return self.store.aggregate(collection, narrowed, principals=caller.principals)

    # -- writing

    def write(self, caller: Caller, write: Write) -> Record:
        """Carry out one write and return what the caller may see of the record.

        A Delete returns it as it was; a new user, and one who has changed their own password,
        comes with a sessionToken.
        raises: NoSuchRecord, WrongType, InvalidValue, DuplicateValue, NotAllowed, ...
        """
        return self._writes.write(caller, write)

    def batch(
        self, caller: Caller, writes: Sequence[Write], *, transaction: bool = False
    ) -> list[Record | PortableError]:
        """Carry out writes in order; answer a record or an error each.

        transaction: all or nothing; the first error is raised. Collections and fields that
        development mode added for it stay.
        """
        if transaction:
            return self._writes.all_or_nothing(caller, writes)
        return self._writes.one_by_one(caller, writes)

    # -- schema

    def get_schema(self, caller: Caller) -> Schema:
        """Return the present schema. raises: Unauthorized without the master key."""
        _check_master(caller)
        return self.store.get_schema()

    def update_schema(
        self, caller: Caller, schema: Schema, *, allow_destructive: bool = False
    ) -> None:
        """Bring the store to this schema, or raise and change nothing.

        raises: Unauthorized without the master key; DestructiveChange, SchemaRefused, ...
        """
        _check_master(caller)
        check_may_write(caller)
        self.store.update_schema(schema, allow_destructive=allow_destructive)
        self.schema_changed(self.store.get_schema())

    def rename(self, caller: Caller, rename: Rename) -> None:
        """Give a collection or field another name; its records, indexes and relations come along.

        raises: Unauthorized without the master key; NoSuchCollection, BadName, SchemaRefused
        """
        _check_master(caller)
        self.store.rename(rename)
        self.schema_changed(self.store.get_schema())

    # -- state

    def health(self, caller: Caller) -> dict[str, Any]:
        """Return what /health answers: {"status": "ok", "backend": "todo", ...}."""
        problems = self.functions.problems if self.functions else ()
        named = [str(problem) for problem in problems]
        triggers = {}
        if self.triggers:
            wrong = self.triggers.problems()
            named += wrong
            triggers = {"triggerProblems": len(wrong), "parkedChanges": self.triggers.parked()}
        origin = self.functions.serving.workflows.origin if self.functions else ""
        told = {"problems": named, "workflows": origin} if caller.master else {}
        return {
            "status": "ok",
            "backend": self.name,
            "version": self.version,
            "workflowProblems": len(problems),
            "brokenFiles": sorted({p.file for p in problems if not p.component}),
            **triggers,
            **told,
        }


def _nobody(_schema: Schema) -> None:
    """Take a change of the schema that nobody waits for."""


def _check_master(caller: Caller) -> None:
    if not caller.master:
        raise Unauthorized("unauthorized: master key is required")
