"""Many requests in one on the Parse wire, /batch.

  {"requests": [{"method": "POST", "path": "/parse/classes/Todo", "body": {...}}, ...],
   "transaction": true}

answers [{"success": {...}} or {"error": {"code", "error"}}, ...], in order. Paths begin at the
mount point or below it. Writes of records that follow each other share a commit; any other request
is answered as it would be alone, what its body says being the query of a GET. With transaction
true there are writes only, it is all or nothing, and the first error is the answer.
"""

import json
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from noodl_runtime.access.roles import ROLE
from noodl_runtime.access.sessions import SESSION, USER
from noodl_runtime.errors import BadRequest, MethodNotAllowed, NoSuchRoute, PortableError
from noodl_runtime.http.address import path_parts
from noodl_runtime.http.answers import parse_answer, parse_document
from noodl_runtime.http.dialects import parse
from noodl_runtime.http.dialects.parse_records import check_keys, created_answer, saved_answer
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.routes.batch import read_list
from noodl_runtime.http.writes import read_create, read_save
from noodl_runtime.store.contract import Create, Delete, Save, Write
from noodl_runtime.values import Record

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

MOUNT = "parse"

Call = Callable[[], Response]
Entry = Write | Call | PortableError


def batch(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one entry for each request."""
    document = parse_document(backend, request)
    check_keys(document, request.body)
    transaction = document.get("transaction", False)
    if not isinstance(transaction, bool):
        raise BadRequest("transaction must be true or false")
    entries = read_list(document, "requests", backend.settings.max_batch)
    prepared = [_read(request, entry) for entry in entries]
    if transaction:
        return parse_answer(backend, request, _all_or_nothing(backend, request, prepared))
    results: list[dict[str, Any]] = []
    for is_write, stretch in groupby(prepared, lambda entry: isinstance(entry, Write)):
        each = list(stretch)
        results += _written(backend, request, each) if is_write else map(_answered, each)
    return parse_answer(backend, request, results)


def _all_or_nothing(
    backend: "Backend", request: Request, entries: list[Entry]
) -> list[dict[str, Any]]:
    for entry in entries:
        if isinstance(entry, PortableError):
            raise entry
        if not isinstance(entry, Write):
            raise BadRequest("a transaction holds writes of records and nothing else")
    return _written(backend, request, entries, transaction=True)


def _written(
    backend: "Backend", request: Request, writes: list[Any], *, transaction: bool = False
) -> list[dict[str, Any]]:
    """Carry out writes that follow each other."""
    answers = backend.batch(request.caller, writes, transaction=transaction)
    return [_entry(*pair) for pair in zip(writes, answers, strict=True)]


def _answered(entry: Entry) -> dict[str, Any]:
    """Answer what is no write, or say what is wrong with it."""
    if isinstance(entry, PortableError):
        return _refused(entry)
    assert not isinstance(entry, Write)
    try:
        return {"success": json.loads(entry().body)}
    except PortableError as error:
        return _refused(error)


# Families of records that are written together, and their collections.
_FAMILIES: Mapping[str, str] = {"users": USER, "roles": ROLE, "sessions": SESSION}
_WRITES = ("POST", "PUT", "DELETE")


def _read(request: Request, entry: dict[str, Any]) -> Entry:
    """Return what is to be done for one request, or what is wrong with it alone.

    raises: BadRequest for a path that leads nowhere, which refuses the whole batch
    """
    method, path = entry.get("method"), entry.get("path")
    body = entry.get("body") or {}
    if not isinstance(method, str) or not isinstance(path, str) or not isinstance(body, dict):
        raise BadRequest("a request of a batch needs a method, a path and an object as body")
    parts = path_parts(path)
    parts = parts[1:] if parts[:1] == (MOUNT,) else parts
    try:
        if method in _WRITES and parts and (parts[0] in _FAMILIES or parts[0] == "classes"):
            family = _FAMILIES.get(parts[0])
            return _write(method, (family, *parts[1:]) if family else parts[1:], body)
        return _call(request, method, path, parts, body)
    except (NoSuchRoute, MethodNotAllowed):
        raise BadRequest(f"cannot route {method[:20]} {path[:200]}") from None
    except PortableError as error:
        return error


def _write(method: str, parts: tuple[str, ...], body: Mapping[str, Any]) -> Write:
    match method, parts:
        case "POST", (collection,):
            return read_create(collection, body)
        case "PUT", (collection, object_id):
            return read_save(collection, object_id, body)
        case "DELETE", (collection, object_id):
            return Delete(collection=collection, object_id=object_id)
    raise NoSuchRoute(f"{method} is not possible there")


def _call(
    request: Request, method: str, path: str, parts: tuple[str, ...], body: dict[str, Any]
) -> Call:
    if request.carried is None or parts == ("batch",):
        raise NoSuchRoute("a batch holds no batch")
    return request.carried(request, method, path, body)


def _entry(write: Write, answer: Record | PortableError) -> dict[str, Any]:
    if isinstance(answer, PortableError):
        return _refused(answer)
    if isinstance(write, Create):
        return {"success": created_answer(write.values, answer)}
    if isinstance(write, Save):
        return {"success": saved_answer(write.values, answer)}
    return {"success": {}}


def _refused(error: PortableError) -> dict[str, Any]:
    return {"error": parse.error_answer(error, "")[1]}


ROUTES = [
    Route(
        method="POST",
        pattern="/batch",
        handler=batch,
        permission="public",
        summary="Carry out many requests in order, writes in one commit, or all or nothing.",
        wire="parse",
        takes="ParseBatch",
        answers={200: "ParseBatchAnswer"},
    ),
]
