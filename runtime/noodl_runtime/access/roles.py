"""Roles: who is in which, by the relations `users` and `roles` of the records of _Role.

A user of a role has every role that holds this one in its `roles`, and so on; circles end. The
answer is kept until any role changes.
"""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.access.caller import Caller
from noodl_runtime.access.rules import Prepared
from noodl_runtime.errors import WrongType
from noodl_runtime.schema.operations import Delete
from noodl_runtime.store.contract import CloudStore, Create, Query, Save, Write
from noodl_runtime.values import Pointer

ROLE = "_Role"
MAX_KEPT = 10_000  # users
_ALL = 1_000_000


class Roles:
    """The roles of a backend."""

    def __init__(self, store: CloudStore) -> None:
        self._store = store
        self._kept: dict[str, tuple[str, ...]] = {}
        self._changes = 0

    def of(self, user_id: str) -> tuple[str, ...]:
        """Return the names of all roles a user has, sorted."""
        if user_id in self._kept:
            return self._kept[user_id]
        began = self._changes
        names = self._found(user_id)
        if began == self._changes:  # else what was read may be of before the change
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[user_id] = names
        return names

    def forget(self) -> None:
        """Find everything out anew; to be called after each change of a role."""
        self._changes += 1
        self._kept.clear()

    def _found(self, user_id: str) -> tuple[str, ...]:
        names: dict[str, str] = {}
        level = self._holding({"users": Pointer("_User", user_id)})
        while level:
            names.update(level)
            inside = [Pointer(ROLE, object_id) for object_id in level]
            around = self._holding({"roles": {"$in": inside}})
            level = {key: name for key, name in around.items() if key not in names}
        return tuple(sorted(names.values()))

    def _holding(self, where: Mapping[str, Any]) -> dict[str, str]:
        query = Query(collection=ROLE, where=where, keys=("name",), limit=_ALL)
        found = self._store.query(query).records
        return {each["objectId"]: each["name"] for each in found if each.get("name")}

    # -- writes of clients

    def prepared(self, _caller: Caller, write: Write) -> Prepared:
        """Return a write to a role as the store may have it. raises: WrongType."""
        if isinstance(write, Create):
            _check_new(write)
        elif isinstance(write, Save):
            _check_changed(write)
        return Prepared(write=write, after=self.forget)


def _check_new(write: Create) -> None:
    _check_name(write.values.get("name"))
    if write.values.get("ACL") is None:
        raise WrongType("ACL is required.")


def _check_changed(write: Save) -> None:
    if "name" in write.values:
        _check_name(write.values["name"])
    if isinstance(write.values.get("ACL"), Delete):
        raise WrongType("ACL is required.")


def _check_name(name: Any) -> None:
    if name in (None, "") or isinstance(name, Delete):
        raise WrongType("name is required.")
