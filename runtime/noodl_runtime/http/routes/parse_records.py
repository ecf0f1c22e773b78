"""Records on the Parse wire, /classes/:className."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from noodl_runtime.http import parameters
from noodl_runtime.http.answers import parse_answer, parse_document
from noodl_runtime.http.dialects.parse_records import check_keys, created_answer, saved_answer
from noodl_runtime.http.route import Handler, Method, Request, Response, Route
from noodl_runtime.http.writes import read_create, read_save
from noodl_runtime.store.contract import Delete

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

_FINDING = (*parameters.QUERY_PARAMETERS, "order")
# What SDKs may send to steer a cluster of databases; there is one here.
HINTS = ("hint", "comment", "readPreference", "includeReadPreference", "subqueryReadPreference")


def find(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [record, ...]}, with count=1 also "count"."""
    where = parameters.document(request.query, "where", backend.settings.max_nesting)
    query = parameters.read_query(
        request.params["className"], request.query, where, order="order", ignored=HINTS
    )
    keys = _with_relations(backend, query.collection, query.keys)
    found = backend.query(request.caller, replace(query, keys=keys))
    counted = {} if found.count is None else {"count": found.count}
    return parse_answer(backend, request, {"results": found.records, **counted})


def get(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one record."""
    collection = request.params["className"]
    parameters.check_known(request.query, (*parameters.ONE_RECORD, *HINTS))
    keys = parameters.fields(request.query, "keys") or None
    record = backend.fetch(
        request.caller,
        collection,
        request.params["objectId"],
        include=parameters.include(request.query),
        keys=_with_relations(backend, collection, keys),
        exclude_keys=parameters.fields(request.query, "excludeKeys"),
    )
    return parse_answer(backend, request, record)


def create(backend: "Backend", request: Request) -> Response:
    """Answer 201 {"objectId", "createdAt"} and what the client cannot know."""
    members = members_of(backend, request)
    write = read_create(request.params["className"], members)
    record = backend.write(request.caller, write)
    return parse_answer(backend, request, created_answer(write.values, record), 201)


def update(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"updatedAt"} and what operations made."""
    members = members_of(backend, request)
    write = read_save(request.params["className"], request.params["objectId"], members)
    record = backend.write(request.caller, write)
    return parse_answer(backend, request, saved_answer(write.values, record))


def delete(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} when the record is gone."""
    write = Delete(collection=request.params["className"], object_id=request.params["objectId"])
    backend.write(request.caller, write)
    return parse_answer(backend, request, {})


def _with_relations(
    backend: "Backend", collection: str, keys: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """Return the fields to answer; clients of this wire get relations whatever they ask for."""
    known = backend.store.get_schema().collections.get(collection)
    if keys is None or known is None:
        return keys
    relations = (name for name, field in known.fields.items() if field.type == "Relation")
    return tuple(dict.fromkeys([*keys, *relations]))


def members_of(backend: "Backend", request: Request) -> dict[str, Any]:
    """Return the members of a body that describes a record. raises: BadJson, BadName, ..."""
    members = parse_document(backend, request)
    check_keys(members, request.body)
    return members


def record_routes(path: str, what: str, collection: str | None = None) -> list[Route]:
    """Return the five routes of a family of records.

    path:       "/classes/:className" or "/roles"
    what:       how the reference calls a record: "a role"
    collection: the one that `path` stands for, where it does not name it
    """
    one = f"{path}/:objectId"
    rows: list[tuple[Method, str, Handler, str, str, dict[int, str], tuple[str, ...]]] = [
        ("GET", path, find, f"Find {what.removeprefix('a ')}s.", "", {200: "Found"}, _FINDING),
        ("POST", path, create, f"Make {what}.", "Fields", {201: "Created"}, ()),
        ("GET", one, get, f"Read {what}.", "", {200: "Record"}, parameters.ONE_RECORD),
        ("PUT", one, update, f"Change fields of {what}.", "Changes", {200: "Saved"}, ()),
        ("DELETE", one, delete, f"Remove {what}.", "", {200: "Empty"}, ()),
    ]
    return [
        Route(
            method=method,
            pattern=pattern,
            handler=within(collection, handler) if collection else handler,
            permission="public",
            summary=summary,
            wire="parse",
            takes=takes,
            answers=answers,
            parameters=given,
            collection=collection or "",
        )
        for method, pattern, handler, summary, takes, answers, given in rows
    ]


def within(collection: str, handler: Handler) -> Handler:
    """Return a handler for paths that do not name the collection they stand for."""

    def handle(backend: "Backend", request: Request) -> Response:
        params = {**request.params, "className": collection}
        return handler(backend, replace(request, params=params))

    return handle


ROUTES = record_routes("/classes/:className", "a record")
