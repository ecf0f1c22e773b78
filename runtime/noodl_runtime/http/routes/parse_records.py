"""Records on the Parse wire, /classes/:className."""

from typing import TYPE_CHECKING, Any

from noodl_runtime.http import parameters
from noodl_runtime.http.answers import parse_answer, parse_document
from noodl_runtime.http.dialects.parse_records import check_keys, created_answer, saved_answer
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.writes import read_create, read_save
from noodl_runtime.store.contract import Delete

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

# What SDKs may send to steer a cluster of databases; there is one here.
HINTS = ("hint", "comment", "readPreference", "includeReadPreference", "subqueryReadPreference")


def find(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [record, ...]}, with count=1 also "count"."""
    where = parameters.document(request.query, "where", backend.settings.max_nesting)
    query = parameters.read_query(
        request.params["className"], request.query, where, order="order", ignored=HINTS
    )
    found = backend.query(request.caller, query)
    counted = {} if found.count is None else {"count": found.count}
    return parse_answer(backend, request, {"results": found.records, **counted})


def get(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one record."""
    record = backend.fetch(
        request.caller,
        request.params["className"],
        request.params["objectId"],
        include=parameters.include(request.query),
        keys=parameters.names(request.query, "keys") or None,
    )
    return parse_answer(backend, request, record)


def create(backend: "Backend", request: Request) -> Response:
    """Answer 201 {"objectId", "createdAt"} and what the client cannot know."""
    members = _members(backend, request)
    write = read_create(request.params["className"], members)
    record = backend.write(request.caller, write)
    return parse_answer(backend, request, created_answer(write.values, record), 201)


def update(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"updatedAt"} and what operations made."""
    members = _members(backend, request)
    write = read_save(request.params["className"], request.params["objectId"], members)
    record = backend.write(request.caller, write)
    return parse_answer(backend, request, saved_answer(write.values, record))


def delete(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} when the record is gone."""
    write = Delete(collection=request.params["className"], object_id=request.params["objectId"])
    backend.write(request.caller, write)
    return parse_answer(backend, request, {})


def _members(backend: "Backend", request: Request) -> dict[str, Any]:
    members = parse_document(backend, request)
    check_keys(members, request.body)
    return members


ROUTES = [
    Route(
        method="GET",
        pattern="/classes/:className",
        handler=find,
        permission="public",
        summary="Find records.",
        wire="parse",
    ),
    Route(
        method="POST",
        pattern="/classes/:className",
        handler=create,
        permission="public",
        summary="Make a record.",
        wire="parse",
    ),
    Route(
        method="GET",
        pattern="/classes/:className/:objectId",
        handler=get,
        permission="public",
        summary="Read one record.",
        wire="parse",
    ),
    Route(
        method="PUT",
        pattern="/classes/:className/:objectId",
        handler=update,
        permission="public",
        summary="Change the given fields of a record.",
        wire="parse",
    ),
    Route(
        method="DELETE",
        pattern="/classes/:className/:objectId",
        handler=delete,
        permission="public",
        summary="Remove a record.",
        wire="parse",
    ),
]
