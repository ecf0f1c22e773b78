"""Many writes in one request on the Parse wire, /batch.

  {"requests": [{"method": "POST", "path": "/parse/classes/Todo", "body": {...}}, ...],
   "transaction": true}

answers [{"success": {...}} or {"error": {"code", "error"}}, ...], in order. Paths begin at the
mount point or below it, and lead to records, users, roles, sessions or /login. With transaction
true it is all or nothing, and the first error is the answer.
"""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from noodl_runtime.access.roles import ROLE
from noodl_runtime.access.sessions import SESSION, USER
from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadRequest, PortableError
from noodl_runtime.http.address import path_parts
from noodl_runtime.http.answers import parse_answer, parse_document
from noodl_runtime.http.dialects.parse_records import check_keys, created_answer, saved_answer
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.routes.batch import read_list
from noodl_runtime.http.writes import read_create, read_save
from noodl_runtime.store.contract import Create, Delete, Save, Write
from noodl_runtime.values import Record

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

MOUNT = "parse"


def batch(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one entry for each request."""
    document = parse_document(backend, request)
    check_keys(document, request.body)
    entries = read_list(document, "requests", backend.settings.max_batch)
    prepared = [_read(entry) for entry in entries]
    if document.get("transaction") is True:
        return parse_answer(backend, request, _all_or_nothing(backend, request, prepared))
    results: list[dict[str, Any]] = []
    for logs_in, stretch in groupby(prepared, lambda entry: isinstance(entry, _LogIn)):
        answer: Callable[..., list[dict[str, Any]]] = _logged_in if logs_in else _written
        results += answer(backend, request, list(stretch))
    return parse_answer(backend, request, results)


@dataclass(frozen=True)
class _LogIn:
    """A log-in among the requests of a batch."""

    given: Mapping[str, Any]


_Entry = Write | _LogIn | PortableError


def _all_or_nothing(
    backend: "Backend", request: Request, entries: list[_Entry]
) -> list[dict[str, Any]]:
    for entry in entries:
        if isinstance(entry, PortableError):
            raise entry
        if isinstance(entry, _LogIn):
            raise BadRequest("a transaction holds writes, no log-in")
    return _written(backend, request, entries, transaction=True)


def _written(
    backend: "Backend", request: Request, entries: list[Any], *, transaction: bool = False
) -> list[dict[str, Any]]:
    """Carry out writes that follow each other; answer what is wrong with what is none."""
    writes = [entry for entry in entries if isinstance(entry, Write)]
    answers = iter(backend.batch(request.caller, writes, transaction=transaction))
    return [
        _entry(entry, next(answers)) if isinstance(entry, Write) else _refused(entry)
        for entry in entries
    ]


def _logged_in(backend: "Backend", request: Request, entries: list[_LogIn]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for entry in entries:
        name, password, email = (entry.given.get(n) for n in ("username", "password", "email"))
        try:
            user = backend.access.accounts.log_in(
                name, password, email=email, caller=request.caller
            )
            results.append({"success": user})
        except PortableError as error:
            results.append(_refused(error))
    return results


_FAMILIES: Mapping[str, str] = {"users": USER, "roles": ROLE, "sessions": SESSION}


def _read(entry: dict[str, Any]) -> _Entry:
    """Return the write of one request, or what is wrong with it alone.

    raises: BadRequest for a path that leads nowhere, which refuses the whole batch
    """
    method, path = entry.get("method"), entry.get("path")
    body = entry.get("body") or {}
    if not isinstance(method, str) or not isinstance(path, str) or not isinstance(body, dict):
        raise BadRequest("a request of a batch needs a method, a path and an object as body")
    parts = path_parts(path)
    parts = parts[1:] if parts[:1] == (MOUNT,) else parts
    if parts == ("login",) and method == "POST":
        return _LogIn(body)
    if parts and parts[0] in _FAMILIES:
        parts = ("classes", _FAMILIES[parts[0]], *parts[1:])
    if len(parts) not in (2, 3) or parts[0] != "classes":
        raise BadRequest(f"cannot route batch path {path[:200]}")
    try:
        return _write(method, parts[1:], body)
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
    raise BadRequest(f"a batch holds writes, not {method[:20]} /classes/{'/'.join(parts)[:200]}")


def _entry(write: Write, answer: Record | PortableError) -> dict[str, Any]:
    if isinstance(answer, PortableError):
        return _refused(answer)
    if isinstance(write, Create):
        return {"success": created_answer(write.values, answer)}
    if isinstance(write, Save):
        return {"success": saved_answer(write.values, answer)}
    return {"success": {}}


def _refused(error: PortableError) -> dict[str, Any]:
    return {"error": error.body()}


ROUTES = [
    Route(
        method="POST",
        pattern="/batch",
        handler=batch,
        permission="public",
        summary="Carry out many writes in order, in one commit, or all or nothing.",
        wire="parse",
    ),
]
