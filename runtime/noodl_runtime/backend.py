"""The assembled backend: the one place where an operation on records happens.

HTTP, functions and triggers all come through here, each with a Caller. Here the caller's rights
become principals, limits are applied, development mode makes room for new fields, and values are
held to their constraints. There is no second way to write, so nothing can bypass any of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from noodl_runtime.access.caller import Caller
from noodl_runtime.errors import NoSuchRecord, NotAllowed, PortableError, Unauthorized
from noodl_runtime.schema.growth import missing_fields, without_unknown
from noodl_runtime.schema.model import Schema
from noodl_runtime.schema.names import check_collection_name
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import (
    CloudStore,
    Create,
    Delete,
    Found,
    Query,
    Save,
    Write,
)
from noodl_runtime.values import Record

if TYPE_CHECKING:
    from noodl_runtime.belongings import Belongings
    from noodl_runtime.functions import Functions


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
    ) -> None:
        self.store = store
        self.settings = settings
        self.name = name
        self.app_id = app_id
        self.master_key = master_key
        self.functions = functions
        self.version = version
        # files, configuration, secrets; None where nothing is kept beside records
        self.belongings: Belongings | None = None
        # who wants to know of changes made through the backend: what writes schema.json
        self.schema_changed: Callable[[Schema], None] = _nobody

    def close(self) -> None:
        """Write everything to its final place and let go of the store."""
        self.store.disconnect()

    # -- reading

    def query(self, caller: Caller, query: Query) -> Found:
        """Return the records that match and that the caller may see. raises: BadQuery, ..."""
        _check_reach(caller, query.collection)
        limit = min(query.limit, self.settings.max_limit)
        return self.store.query(replace(query, limit=limit, principals=caller.principals))

    def stream(self, caller: Caller, query: Query) -> Iterator[Record]:
        """Yield all records that match, in bounded memory; limit and count do not apply."""
        _check_reach(caller, query.collection)
        return self.store.stream(replace(query, principals=caller.principals))

    def fetch(
        self,
        caller: Caller,
        collection: str,
        object_id: str,
        *,
        include: tuple[str, ...] = (),
        keys: tuple[str, ...] | None = None,
    ) -> Record:
        """Return one record. raises: NoSuchRecord, also when the caller may not see it."""
        _check_reach(caller, collection)
        return self.store.fetch(
            collection, object_id, include=include, keys=keys, principals=caller.principals
        )

    def count(self, caller: Caller, collection: str, where: Mapping[str, Any]) -> int:
        """Return how many records match and may be seen."""
        _check_reach(caller, collection)
        return self.store.count(collection, where, principals=caller.principals)

    def distinct(
        self, caller: Caller, collection: str, key: str, where: Mapping[str, Any]
    ) -> list[Any]:
        """Return the distinct values of a field."""
        _check_reach(caller, collection)
        return self.store.distinct(collection, key, where, principals=caller.principals)

    def aggregate(
        self, caller: Caller, collection: str, pipeline: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline."""
        _check_reach(caller, collection)
        return self.store.aggregate(collection, pipeline, principals=caller.principals)

    # -- writing

    def write(self, caller: Caller, write: Write) -> Record:
        """Carry out one write and return the whole record (of a Delete: as it was).

        raises: NoSuchRecord, WrongType, InvalidValue, DuplicateValue, ...
        """
        return self.store.write(self._prepared(caller, write))

    def batch(
        self, caller: Caller, writes: Sequence[Write], *, transaction: bool = False
    ) -> list[Record | PortableError]:
        """Carry out writes in order, in one commit; answer a record or an error each.

        transaction: all or nothing; the first error is raised. Collections and fields that
        development mode added for it stay.
        """
        prepared: list[Write | PortableError] = []
        for write in writes:
            try:
                prepared.append(self._prepared(caller, write))
            except PortableError as error:
                if transaction:
                    raise
                prepared.append(error)
        good = [write for write in prepared if isinstance(write, Write)]
        answers = iter(self.store.batch(good, transaction=transaction))
        return [next(answers) if isinstance(entry, Write) else entry for entry in prepared]

    def _prepared(self, caller: Caller, write: Write) -> Write:
        """Return the write as the store may have it, with room for its fields."""
        if isinstance(write, Save | Delete):
            _check_reach(caller, write.collection)
            if write.collection not in self.store.get_schema().collections:
                raise NoSuchRecord(f"no record {write.object_id!r} in {write.collection!r}")
        else:
            check_collection_name(write.collection, code=107)
            _check_reach(caller, write.collection)
        if isinstance(write, Create | Save):
            self._make_room(caller, write)
            known = self.store.get_schema().collections.get(write.collection)
            write = replace(write, values=without_unknown(write.values, known))
        return replace(write, principals=caller.principals)

    def _make_room(self, caller: Caller, write: Create | Save) -> None:
        collection = self.store.get_schema().collections.get(write.collection)
        missing = missing_fields(write.collection, write.values, collection)
        if collection is not None and not missing:
            return
        if not (caller.master or self.settings.mode == "development"):
            place = f"the collection {write.collection!r}"
            if collection is not None:
                place = f"the field {missing[0].name!r} of {place}"
            raise NotAllowed(
                f"{place} does not exist; in production mode only the master key adds to the schema"
            )
        self.store.add_fields(write.collection, missing)
        self.schema_changed(self.store.get_schema())

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
        self.store.update_schema(schema, allow_destructive=allow_destructive)
        self.schema_changed(self.store.get_schema())

    # -- state

    def health(self, caller: Caller) -> dict[str, Any]:
        """Return what /health answers: {"status": "ok", "backend": "todo", ...}."""
        problems = self.functions.problems if self.functions else ()
        told = {"problems": [str(problem) for problem in problems]} if caller.master else {}
        return {
            "status": "ok",
            "backend": self.name,
            "version": self.version,
            "workflowProblems": len(problems),
            "brokenFiles": sorted({p.file for p in problems if not p.component}),
            **told,
        }


def _nobody(_schema: Schema) -> None:
    """Take a change of the schema that nobody waits for."""


def _check_reach(caller: Caller, collection: str) -> None:
    check_collection_name(collection)
    if collection.startswith("_") and not caller.master:
        raise NotAllowed(f"the collection {collection!r} is only for the master key")


def _check_master(caller: Caller) -> None:
    if not caller.master:
        raise Unauthorized("unauthorized: master key is required")
