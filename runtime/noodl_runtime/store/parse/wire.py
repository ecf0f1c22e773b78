"""Values and operations as Parse's JSON, and back."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.errors import InvalidValue
from noodl_runtime.schema.json_values import ENVELOPES, to_json
from noodl_runtime.schema.operations import (
    Add,
    AddRelation,
    AddUnique,
    Batch,
    Delete,
    Increment,
    Operation,
    Remove,
    RemoveRelation,
)
from noodl_runtime.values import File, Included, Polygon

# Everything, in the words of an ACL; Parse takes no ACL back once there is one.
_OPEN = {"*": {"read": True, "write": True}}
_EXACT = 2**53


def write_body(value: Any) -> bytes:
    """Return a value as JSON, envelopes in place of typed values. raises: InvalidValue."""
    return to_json(value).encode()


def read_answer(answer: bytes) -> Any:
    """Return the value of an answer, typed values in place of envelopes. raises: ValueError."""
    return json.loads(answer, object_hook=_typed, parse_int=_whole)


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a write as a body for Parse: operations as `__op` documents."""
    body = {
        name: operation(value) if isinstance(value, Operation) else value
        for name, value in values.items()
    }
    if "ACL" in body and (body["ACL"] is None or isinstance(values["ACL"], Delete)):
        body["ACL"] = _OPEN
    return body


def operation(given: Operation) -> dict[str, Any]:
    """Return an operation as Parse writes it: Add((1,)) -> {"__op": "Add", "objects": [1]}."""
    members = _MEMBERS.get(type(given))
    if members is None:
        raise InvalidValue(f"Parse has no operation {given.name}")
    return {"__op": given.name, **members(given)}


def _objects(given: Any) -> dict[str, Any]:
    return {"objects": list(given.objects)}


_MEMBERS: dict[type[Operation], Callable[[Any], dict[str, Any]]] = {
    Increment: lambda given: {"amount": given.amount},
    Add: _objects,
    AddUnique: _objects,
    Remove: _objects,
    AddRelation: _objects,
    RemoveRelation: _objects,
    Delete: lambda _: {},
    Batch: lambda given: {"ops": [operation(each) for each in given.operations]},
}


def _whole(text: str) -> int | float:
    """Read a number as JavaScript made it: beyond 2^53 its last digits are no digits."""
    number = int(text)
    return number if abs(number) <= _EXACT else float(text)


def _polygon(members: dict[str, Any]) -> Polygon:
    *corners, last = members["coordinates"]  # the server repeats the first corner at the end
    pairs = corners if corners and last == corners[0] else [*corners, last]
    return Polygon(tuple((pair[0], pair[1]) for pair in pairs))


def _typed(members: dict[str, Any]) -> Any:
    name = members.get("__type")
    if name == "Object":
        rest = {key: value for key, value in members.items() if key not in ("__type", "className")}
        return Included(members["className"], rest)
    if name == "File":
        return File(members["name"], members.get("url", ""))
    if name == "Polygon":
        return _polygon(members)
    envelope = ENVELOPES.get(name) if isinstance(name, str) else None
    if envelope is None or members.keys() - {"__type"} != envelope.keys:
        return members
    return envelope.unpack(members)
