"""Class-level permissions: what a collection lets whom do, whatever the record. Pure.

  {"find": {"*": true}, "create": {"requiresAuthentication": true}, "get": {"role:Staff": true},
   "update": {"pointerFields": ["owner"]}, "delete": {},
   "readUserFields": ["owner"], "writeUserFields": ["owner"],
   "protectedFields": {"*": ["phone"], "role:Staff": []}}

No permissions at all leave everything open; where there are some, what they do not mention is
closed. A collection may also let in by record: the user whom a field of the record points to.
"""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.access.caller import Caller
from noodl_runtime.errors import NoSuchRecord, NotAllowed
from noodl_runtime.schema.model import Collection
from noodl_runtime.values import Included, Pointer, Record

USER = "_User"
PEOPLE = (USER, "_Role", "_Session")  # system collections that callers without full rights know
READING = ("find", "get", "count")

# Fields of users that none but themselves and full rights see, whatever the permissions say.
PRIVATE: Mapping[str, frozenset[str]] = {USER: frozenset({"authData", "password"})}
# Fields that are protected unless permissions say more.
PROTECTED: Mapping[str, Mapping[str, tuple[str, ...]]] = {USER: {"*": ("email",)}}


def check_action(collection: Collection, action: str, caller: Caller) -> None:
    """Accept what a caller wants to do with a collection.

    action: "find", "get", "count", "create", "update", "delete" or "addField"
    raises: NotAllowed; NoSuchRecord (as Parse has it) where it takes a session
    """
    permissions = collection.permissions
    if caller.master:
        return
    if collection.name.startswith("_") and collection.name not in PEOPLE:
        raise NotAllowed(f"the collection {collection.name!r} is only for the master key")
    if not permissions or _named(permissions, action, caller):
        return
    given = permissions.get(action, {})
    if given.get("requiresAuthentication") is True:
        if caller.user_id is None:
            raise NoSuchRecord("Permission denied, user needs to be authenticated.")
        return
    if action != "create" and user_fields(collection, action):
        return
    raise NotAllowed(f"Permission denied for action {action} on class {collection.name}.")


def owner_fields(collection: Collection, action: str, caller: Caller) -> tuple[str, ...] | None:
    """Return the fields of which one must point to the caller; None where none needs to."""
    permissions = collection.permissions
    if caller.master or not permissions or _named(permissions, action, caller):
        return None
    return user_fields(collection, action) or None


def user_fields(collection: Collection, action: str) -> tuple[str, ...]:
    """Return the fields whose users may do something with a record."""
    permissions = collection.permissions
    more = "readUserFields" if action in READING else "writeUserFields"
    own = permissions.get(action, {}).get("pointerFields", ())
    return tuple(dict.fromkeys([*own, *permissions.get(more, ())]))


def owns(record: Record, fields: tuple[str, ...], caller: Caller) -> bool:
    """Say whether one of the fields points to the caller, or lists such a pointer."""
    return any(_is_caller(record.get(name), caller) for name in fields)


def protected_fields(
    collection: Collection, caller: Caller, record: Record | None = None
) -> frozenset[str]:
    """Return the fields a caller may not see, in one record or (None) whatever the record."""
    own = collection.name == USER and record is not None and _is_self(record, caller)
    if caller.master or own:
        return frozenset()
    groups = _protected_groups(collection)
    lists = [set(names) for group, names in groups.items() if _is_in(group, caller, record)]
    hidden = set.intersection(*lists) if lists else set()
    return PRIVATE.get(collection.name, frozenset()) | hidden


def _protected_groups(collection: Collection) -> dict[str, list[str]]:
    given = collection.permissions.get("protectedFields", {})
    groups = {group: list(names) for group, names in given.items()}
    for group, names in PROTECTED.get(collection.name, {}).items():
        groups[group] = [*groups.get(group, ()), *names]
    return groups


def _is_in(group: str, caller: Caller, record: Record | None) -> bool:
    kind, colon, name = group.partition(":")
    if kind == "userField" and colon:
        return record is not None and _is_caller(record.get(name), caller)
    if group == "authenticated":
        return caller.user_id is not None
    return group in (caller.principals or ())


def _named(permissions: Mapping[str, Any], action: str, caller: Caller) -> bool:
    given = permissions.get(action, {})
    return any(given.get(principal) is True for principal in caller.principals or ())


def _is_self(record: Record, caller: Caller) -> bool:
    return caller.user_id is not None and record.get("objectId") == caller.user_id


def _is_caller(value: Any, caller: Caller) -> bool:
    if caller.user_id is None:
        return False
    if isinstance(value, list):
        return any(_is_caller(each, caller) for each in value)
    if isinstance(value, Included):
        return value.collection == USER and value.record.get("objectId") == caller.user_id
    return bool(value == Pointer(USER, caller.user_id))
