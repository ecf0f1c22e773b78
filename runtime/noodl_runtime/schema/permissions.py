"""What the class-level permissions of a collection must look like; `access` says what they mean."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import BadRequest
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.schema.model import Collection

ACTIONS = ("find", "get", "count", "create", "update", "delete", "addField")
USER_FIELDS = ("readUserFields", "writeUserFields")
PROTECTED = "protectedFields"


def check_permissions(collection: Collection) -> None:
    """Accept the permissions of a collection. raises: BadRequest naming what is odd."""
    for name, given in collection.permissions.items():
        if name in ACTIONS:
            _check_action(collection, name, given)
        elif name in USER_FIELDS:
            _check_user_fields(collection, name, given)
        elif name == PROTECTED:
            _check_protected(collection, given)
        else:
            raise BadRequest(f"{name} is not a valid operation for class level permissions")


def _check_action(collection: Collection, name: str, given: Any) -> None:
    if not isinstance(given, Mapping):
        raise _odd(collection, name, given, "must be an object")
    for who, value in given.items():
        if who == "pointerFields":
            _check_user_fields(collection, f"{name}.pointerFields", value)
        elif value is not True:
            raise _odd(collection, f"{name}.{who}", value, "can only be true")


def _check_user_fields(collection: Collection, name: str, given: Any) -> None:
    if not isinstance(given, list | tuple):
        raise _odd(collection, name, given, "must be a list of fields")
    for each in given:
        field = collection.fields.get(each) if isinstance(each, str) else None
        to_user = field and (field.type == "Array" or (field.type, field.target) == _TO_USER)
        if not to_user:
            raise _odd(collection, name, each, "must name pointers to _User, or lists of them")


def _check_protected(collection: Collection, given: Any) -> None:
    if not isinstance(given, Mapping):
        raise _odd(collection, PROTECTED, given, "must be an object")
    for who, names in given.items():
        place = f"{PROTECTED}.{who}"
        if not isinstance(names, list | tuple):
            raise _odd(collection, place, names, "must be a list of fields")
        for name in names:
            if name in SYSTEM_FIELDS:
                raise _odd(collection, place, name, "cannot hide what every record shows")
            if name not in collection.fields:
                raise _odd(collection, place, name, "must name fields of the collection")


def _odd(collection: Collection, place: str, given: Any, rule: str) -> BadRequest:
    return BadRequest(
        f"the permissions of {collection.name}: {place} {rule}; {str(given)[:80]!r} is not valid"
    )


_TO_USER = ("Pointer", "_User")
