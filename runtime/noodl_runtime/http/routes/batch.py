"""Many writes in one request and one commit, /api/_batch.

  {"operations": [{"method": "POST", "path": "/api/Todo", "body": {"title": "milk"}},
                  {"op": "save", "collection": "Todo", "id": "aZ3k9QwXy1", "data": {"done": true}},
                  {"op": "delete", "collection": "Todo", "id": "bY4k9QwXy2"}],
   "transaction": true}

An operation is a request as it would be sent alone, or the same said with op, collection, id and
data. The answer has one entry each, in order: {"status": 201, "record": {...}} or
{"status": 404, "error": "...", "code": 101}. With transaction true it is all or nothing, and the
first error is the answer. Listed under "requests", as clients of other backends know it, they are
answered {"success": {...}} or {"error": {"code": 101, "error": "..."}}.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from noodl_runtime.errors import BadRequest, PortableError, RequestTooLarge
from noodl_runtime.http.address import path_parts
from noodl_runtime.http.answers import plain_answer, plain_document
from noodl_runtime.http.dialects import plain
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.routes.records import collection_of
from noodl_runtime.http.writes import read_create, read_save
from noodl_runtime.store.contract import Create, Delete, Write
from noodl_runtime.values import Record

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


class Operation(NamedTuple):
    """One operation of a batch, in either spelling."""

    op: str
    collection: str
    id: str
    data: dict[str, Any]


def batch(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [{"status": 201, "record": {...}}, ...]}."""
    document = plain_document(backend, request)
    name = "requests" if "requests" in document else "operations"
    listed = read_list(document, name, backend.settings.max_batch)
    writes = [_write(backend, operation) for operation in listed]
    transaction = document.get("transaction", False)
    if not isinstance(transaction, bool):
        raise BadRequest("transaction must be true or false")
    answers = backend.batch(request.caller, writes, transaction=transaction)
    entry = _ENTRIES[name]
    results = [entry(*pair) for pair in zip(writes, answers, strict=True)]
    return plain_answer(backend, request, {"results": results})


def read_list(document: dict[str, Any], name: str, most: int) -> list[dict[str, Any]]:
    """Return the objects that a batch lists. raises: BadRequest, RequestTooLarge."""
    entries = document.get(name)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadRequest(f"a batch needs {name}, a list of objects")
    if len(entries) > most:
        raise RequestTooLarge(
            f"a batch of {len(entries)} is over the limit of {most} (setting max_batch)"
        )
    return entries


def _write(backend: "Backend", entry: dict[str, Any]) -> Write:
    operation = _from_words(entry) if "op" in entry else _from_request(entry)
    collection = collection_of(backend, operation.collection)
    members = plain.typed_by_schema(operation.data, collection)
    return _WRITES[operation.op](operation, members)


def _from_words(entry: dict[str, Any]) -> Operation:
    op, data = entry.get("op"), entry.get("data", {})
    collection, object_id = entry.get("collection"), entry.get("id", "")
    if not isinstance(op, str) or op not in _WRITES:
        raise BadRequest(f"op must be one of {', '.join(_WRITES)}, not {op!r}")
    if not (isinstance(collection, str) and isinstance(object_id, str) and isinstance(data, dict)):
        raise BadRequest("collection and id must be texts, data must be an object")
    if (op == "create") == bool(object_id):
        raise BadRequest("save and delete need an id; create takes a chosen one as data.objectId")
    return Operation(op, collection, object_id, data)


def _from_request(entry: dict[str, Any]) -> Operation:
    method, path, body = entry.get("method"), entry.get("path"), entry.get("body", {})
    if not isinstance(path, str) or not isinstance(body, dict):
        raise BadRequest("an operation needs a method, a path and, to write, an object as body")
    api, *names = path_parts(path) or ("",)
    op = _METHODS.get((method, len(names))) if isinstance(method, str) else None
    if api != "api" or op is None:
        raise BadRequest(f"no operation of a batch: {method} {path[:200]}")
    return Operation(op, names[0], names[1] if len(names) > 1 else "", body)


def _entry(write: Write, answer: Record | PortableError) -> dict[str, Any]:
    if isinstance(answer, PortableError):
        return {"status": answer.status, **answer.body()}
    if isinstance(write, Delete):
        return {"status": 200}
    return {"status": 201 if isinstance(write, Create) else 200, "record": answer}


def _as_requested(write: Write, answer: Record | PortableError) -> dict[str, Any]:
    if isinstance(answer, PortableError):
        return {"error": answer.body()}
    return {"success": {} if isinstance(write, Delete) else answer}


# What the operations are listed under, and how each is answered then.
_ENTRIES = {"operations": _entry, "requests": _as_requested}

_METHODS: dict[tuple[Any, int], str] = {
    ("POST", 1): "create",
    ("PUT", 2): "save",
    ("DELETE", 2): "delete",
}
_WRITES: dict[str, Callable[[Operation, dict[str, Any]], Write]] = {
    "create": lambda operation, members: read_create(operation.collection, members),
    "save": lambda operation, members: read_save(operation.collection, operation.id, members),
    "delete": lambda operation, _: Delete(collection=operation.collection, object_id=operation.id),
}

ROUTES = [
    Route(
        method="POST",
        pattern="/api/_batch",
        handler=batch,
        permission="public",
        summary="Carry out many writes in order, in one commit, or all or nothing.",
        takes="Batch",
        answers={200: "BatchAnswer"},
    ),
]
