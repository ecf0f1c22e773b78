"""The one way a write goes: rights, rules of system collections, room for fields, store, answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

from noodl_runtime.access.access import Access
from noodl_runtime.access.caller import Caller
from noodl_runtime.access.permissions import check_action
from noodl_runtime.access.rules import Prepared
from noodl_runtime.access.users import explained
from noodl_runtime.errors import DuplicateValue, NoSuchRecord, NotAllowed, PortableError
from noodl_runtime.schema.growth import missing_fields, without_unknown
from noodl_runtime.schema.model import Collection, Field
from noodl_runtime.schema.names import SYSTEM_COLLECTIONS, check_collection_name
from noodl_runtime.schema.operations import Delete as Remove
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore, Create, Delete, Save, Write
from noodl_runtime.values import Record

Answer = Record | PortableError
TRIES = 5  # of a write while sessions it is to end are ending by themselves


def _with_clear_acl(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return changes in which no ACL opens a record by saying nothing.

    null leaves the ACL as it is, Delete leaves nobody in it; source: answers of a Parse server
    """
    if "ACL" not in values:
        return values
    acl = values["ACL"]
    if acl is None:
        return {name: value for name, value in values.items() if name != "ACL"}
    return {**values, "ACL": {} if isinstance(acl, Remove) else acl}


class RecordWrites:
    """Writes of one backend. schema_changed: called when a write has added to the schema."""

    def __init__(
        self,
        store: CloudStore,
        access: Access,
        settings: Settings,
        schema_changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._access = access
        self._settings = settings
        self._schema_changed = schema_changed

    def write(self, caller: Caller, write: Write) -> Record:
        """Carry out one write and return what the caller may see of the record."""
        return self._alone(caller, write, self._prepared(caller, write))

    def all_or_nothing(self, caller: Caller, writes: Sequence[Write]) -> list[Answer]:
        """Carry out writes in order in one transaction; the first error is raised."""
        prepared = [self._prepared(caller, write) for write in writes]
        together = [write for each in prepared for write in (each.write, *each.also)]
        done = self._store_all(together, transaction=True)
        places = accumulate((1 + len(each.also) for each in prepared), initial=0)
        return [
            self._answer(caller, each, done[place])
            for each, place in zip(prepared, places, strict=False)
        ]

    def one_by_one(self, caller: Caller, writes: Sequence[Write]) -> list[Answer]:
        """Carry out writes in order, each for itself; those that stand alone share commits."""
        answers: dict[int, Answer] = {}
        waiting: dict[int, Prepared] = {}
        for place, write in enumerate(writes):
            try:
                if write.collection in SYSTEM_COLLECTIONS:  # prepared by what the store holds then
                    answers |= self._together(caller, waiting)
                    waiting.clear()
                prepared = self._prepared(caller, write)
                if not prepared.also:
                    waiting[place] = prepared
                    continue
                answers[place] = self._alone(caller, write, prepared)
            except PortableError as error:
                answers[place] = error
        answers |= self._together(caller, waiting)
        return [answers[place] for place in range(len(writes))]

    def _together(self, caller: Caller, prepared: dict[int, Prepared]) -> dict[int, Answer]:
        done = self._store_all([each.write for each in prepared.values()], transaction=False)
        return {
            place: self._answer(caller, each, answer)
            for (place, each), answer in zip(prepared.items(), done, strict=True)
        }

    def _alone(self, caller: Caller, write: Write, prepared: Prepared) -> Record:
        """Carry out a write and what belongs to it; anew when a session it ends has just ended."""
        for _ in range(TRIES):
            try:
                return self._carried_out(caller, prepared)
            except NoSuchRecord:
                if not prepared.also:
                    raise
                prepared = self._prepared(caller, write)
        return self._carried_out(caller, prepared)

    def _carried_out(self, caller: Caller, prepared: Prepared) -> Record:
        writes = (prepared.write, *prepared.also)
        answer = self._answer(caller, prepared, self._store_all(writes, transaction=True)[0])
        if isinstance(answer, PortableError):
            raise answer
        return answer

    def _store_all(self, writes: Sequence[Write], *, transaction: bool) -> list[Answer]:
        try:
            if transaction and len(writes) == 1:
                done: list[Answer] = [self._store.write(writes[0])]
            else:
                done = self._store.batch(writes, transaction=transaction)
        except DuplicateValue as error:
            collections = {write.collection for write in writes}
            raise explained(error, collections) from error
        self._access.stored(writes)
        return done

    def _answer(self, caller: Caller, prepared: Prepared, answer: Answer) -> Answer:
        write = prepared.write
        if isinstance(answer, PortableError):
            return explained(answer, {write.collection})
        prepared.after()
        seen = self._access.reading(caller).left_of(write.collection, answer)
        return {**seen, **(prepared.adds or {})}

    # -- before the store

    def _prepared(self, caller: Caller, write: Write) -> Prepared:
        """Return the write as the store may have it, with room for its fields."""
        if isinstance(write, Save | Delete):
            check_collection_name(write.collection)
            if write.collection not in self._store.get_schema().collections:
                raise NoSuchRecord(f"no record {write.object_id!r} in {write.collection!r}")
        else:
            check_collection_name(write.collection, code=107)
        if caller.chain and not write.origin.chain:
            write = replace(write, origin=replace(write.origin, chain=caller.chain))
        prepared = self._access.prepared(caller, write)
        return replace(prepared, write=self._fitting(caller, prepared.write))

    def _fitting(self, caller: Caller, write: Write) -> Write:
        if isinstance(write, Create) and not caller.master:
            write = replace(write, created_at=None, updated_at=None)
        if isinstance(write, Save):
            write = replace(write, values=_with_clear_acl(write.values))
        if isinstance(write, Create | Save):
            self._make_room(caller, write)
            known = self._store.get_schema().collections.get(write.collection)
            write = replace(write, values=without_unknown(write.values, known))
        return replace(write, principals=caller.principals)

    def _make_room(self, caller: Caller, write: Create | Save) -> None:
        collection = self._known(write.collection)
        missing = missing_fields(write.collection, write.values, collection)
        if collection is not None and not missing:
            return
        self._check_growth(caller, write.collection, collection, missing)
        self._store.add_fields(write.collection, missing)
        self._schema_changed()

    def _known(self, name: str) -> Collection | None:
        collection = self._store.get_schema().collections.get(name)
        if collection is None and name in SYSTEM_COLLECTIONS:  # which every backend has
            self._store.add_fields(name)
            collection = self._store.get_schema().collections.get(name)
        return collection

    def _check_growth(
        self, caller: Caller, name: str, collection: Collection | None, missing: list[Field]
    ) -> None:
        if collection is not None:
            check_action(collection, "addField", caller)
        if caller.master or self._settings.mode == "development":
            return
        place = f"the collection {name!r}"
        if collection is not None:
            place = f"the field {missing[0].name!r} of {place}"
        raise NotAllowed(
            f"{place} does not exist; in production mode only the master key adds to the schema"
        )
