"""Bring classes and records of a Parse server into a running backend."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noodl_portable.launcher.machine import Machine
from noodl_portable.launcher.running import Running
from noodl_runtime.errors import BadRequest

BATCH = 200
OURS = ("_User", "_Role")  # the collections of a Parse server's own that have a part to play here
EVERYWHERE = ("objectId", "createdAt", "updatedAt", "ACL")
PATHS = {"_User": "/users", "_Role": "/roles"}


def import_parse_schema(machine: Machine, backend_id: str, schema: Sequence[Any]) -> dict[str, Any]:
    """Add the classes of a Parse server, and to those that are there the fields they lack.

    schema:  [{"className": "Todo", "fields": {"title": {"type": "String"}}, ...}]
    returns: {"classes": ["Todo"], "skipped": ["_Session"]}
    raises:  BadRequest naming the class that was refused
    """
    running = machine.running(backend_id)
    done, skipped = [], []
    for described in schema:
        name = str(described["className"])
        if name.startswith("_") and name not in OURS:
            skipped.append(name)
            continue
        _import_class(running, name, described)
        done.append(name)
    return {"classes": done, "skipped": skipped}


def import_records(
    machine: Machine, backend_id: str, collection: str, records: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Add records with their ids and times.

    Users come without their passwords, which no Parse server gives away: they choose new ones.
    returns: {"imported": 100}
    raises:  BadRequest that says how many were refused, and why the first one was
    """
    running = machine.running(backend_id)
    refused = [
        (record.get("objectId"), answer["error"]["error"])
        for some in _batches(records)
        for record, answer in zip(some, _written(running, collection, some), strict=True)
        if "error" in answer
    ]
    if refused:
        object_id, why = refused[0]
        raise BadRequest(
            f"{len(refused)} of {len(records)} records of {collection} were refused, the others "
            f"are in; {object_id}: {why}"
        )
    return {"imported": len(records)}


def _import_class(running: Running, name: str, described: Mapping[str, Any]) -> None:
    status, present = running.call("GET", f"/schemas/{name}")
    known = {*EVERYWHERE, *_KNOWN_HERE} | set(present["fields"] if status == 200 else ())
    fields = {n: f for n, f in described.get("fields", {}).items() if n not in known}
    body: dict[str, Any] = {"className": name, "fields": fields}
    if status == 200:
        status, answer = running.call("PUT", f"/schemas/{name}", body)
    else:
        permissions = described.get("classLevelPermissions")
        more = {"classLevelPermissions": permissions} if permissions else {}
        status, answer = running.call("POST", f"/schemas/{name}", {**body, **more})
    if status != 200:
        raise BadRequest(f"the class {name} was refused: {answer['error']}")


_KNOWN_HERE = ("username", "password", "email", "emailVerified", "authData", "sessionToken")


def _written(
    running: Running, collection: str, records: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    path = PATHS.get(collection, f"/classes/{collection}")
    requests = [
        {"method": "POST", "path": path, "body": _body(collection, record)} for record in records
    ]
    status, answers = running.call("POST", "/batch", {"requests": requests})
    if status != 200:
        raise BadRequest(f"the records of {collection} were refused: {answers['error']}")
    return list(answers)


def _body(collection: str, record: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in record.items() if not _is_relation(value)}
    if collection == "_User" and "password" not in values:
        values["password"] = secrets.token_urlsafe(32)
    return values


def _is_relation(value: Any) -> bool:
    # it says only of which class its records are; they are asked for one by one
    return isinstance(value, Mapping) and value.get("__type") == "Relation"


def _batches(records: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    for start in range(0, len(records), BATCH):
        yield records[start : start + BATCH]
