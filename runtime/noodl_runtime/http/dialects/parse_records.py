"""Records on the Parse wire: keys that are refused, and what writes answer."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import BadName
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.schema.operations import Add, AddUnique, Delete, Increment, Remove, SetOnInsert
from noodl_runtime.schema.rules import is_unset
from noodl_runtime.values import Record, RelationTo

_FORBIDDEN_KEYS = ("constructor", "__proto__")
_TOKEN = "sessionToken"  # noqa: S105 - the name of a field
_UNTOLD = (*SYSTEM_FIELDS, "emailVerified")  # of which a create says nothing


def check_keys(document: Any, body: bytes) -> None:
    """Accept a body without keys that mean something else to JavaScript. raises: BadName."""
    if any(f'"{key}"'.encode() in body for key in _FORBIDDEN_KEYS):
        _check_keys(document)


def _check_keys(value: Any) -> None:
    if isinstance(value, dict):
        for key, member in value.items():
            if key in _FORBIDDEN_KEYS:
                raise BadName(f"a key named {key!r} is not allowed")
            _check_keys(member)
    elif isinstance(value, list):
        for member in value:
            _check_keys(member)


def created_answer(sent: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """Return what a create answers: id, time, and only those fields that the client cannot know.

    That is: defaults, and what operations made. The client lays its own data over the rest.
    """
    unknown = {
        name: value
        for name, value in record.items()
        if not (name in _UNTOLD or _is_sent(name, value, sent) or isinstance(value, RelationTo))
    }
    return {
        "objectId": record["objectId"],
        "createdAt": record["createdAt"],
        **unknown,
        **_made_by_operations(sent, record),
    }


def _is_sent(name: str, value: Any, sent: Mapping[str, Any]) -> bool:
    """Say whether a client knows a value; a default and a session token are not what they sent."""
    if name not in sent:
        return any(path.startswith(f"{name}.") for path in sent)
    if name == _TOKEN and value != sent[name]:
        return False
    return is_unset(value) or not (is_unset(sent[name]) or isinstance(sent[name], Delete))


def saved_answer(sent: Mapping[str, Any], record: Record) -> dict[str, Any]:
    """Return what a save answers: {"updatedAt": ..., "n": 15} where n was incremented.

    A new password ends the session that was, so the answer has the token of the next.
    """
    token = {_TOKEN: record[_TOKEN]} if _TOKEN in record and "password" in sent else {}
    return {"updatedAt": record["updatedAt"], **_made_by_operations(sent, record), **token}


def _made_by_operations(sent: Mapping[str, Any], record: Record) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, operation in sent.items():
        if not isinstance(operation, Increment | Add | AddUnique | Remove | SetOnInsert):
            continue
        *parents, name = path.split(".")
        source: Any = record
        target = made
        for parent in parents:
            source, target = source.get(parent, {}), target.setdefault(parent, {})
        if name in source:
            target[name] = source[name]
    return made
