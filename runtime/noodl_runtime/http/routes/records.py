"""Records in the plain dialect, /api/:table."""

from typing import TYPE_CHECKING

from noodl_runtime.http import parameters
from noodl_runtime.http.answers import plain_answer, plain_document
from noodl_runtime.http.dialects import plain
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.writes import read_create, read_save
from noodl_runtime.schema.model import Collection
from noodl_runtime.store.contract import Delete

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def query(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [record, ...]}, with ?count=1 also "count"."""
    table = request.params["table"]
    where = parameters.document(request.query, "where", backend.settings.max_nesting)
    where = plain.typed_where(where, collection_of(backend, table))
    found = backend.query(
        request.caller, parameters.read_query(table, request.query, where, order="sort")
    )
    counted = {} if found.count is None else {"count": found.count}
    return plain_answer(backend, request, {"results": found.records, **counted})


def fetch(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one record."""
    record = backend.fetch(
        request.caller,
        request.params["table"],
        request.params["id"],
        include=parameters.include(request.query),
        keys=parameters.names(request.query, "keys") or None,
    )
    return plain_answer(backend, request, record)


def create(backend: "Backend", request: Request) -> Response:
    """Answer 201 with the whole record."""
    table = request.params["table"]
    members = plain.typed_by_schema(plain_document(backend, request), collection_of(backend, table))
    record = backend.write(request.caller, read_create(table, members))
    return plain_answer(backend, request, record, 201)


def save(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the whole record; fields that were not sent stay as they were."""
    table = request.params["table"]
    members = plain.typed_by_schema(plain_document(backend, request), collection_of(backend, table))
    record = backend.write(request.caller, read_save(table, request.params["id"], members))
    return plain_answer(backend, request, record)


def delete(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} when the record is gone."""
    write = Delete(collection=request.params["table"], object_id=request.params["id"])
    backend.write(request.caller, write)
    return plain_answer(backend, request, {})


def collection_of(backend: "Backend", name: str) -> Collection | None:
    """Return a collection of the present schema, None for an unknown one."""
    return backend.store.get_schema().collections.get(name)


ROUTES = [
    Route(
        method="GET",
        pattern="/api/:table",
        handler=query,
        permission="public",
        summary="Find records: where, sort, limit, skip, count, keys, include.",
    ),
    Route(
        method="POST",
        pattern="/api/:table",
        handler=create,
        permission="public",
        summary="Make a record.",
    ),
    Route(
        method="GET",
        pattern="/api/:table/:id",
        handler=fetch,
        permission="public",
        summary="Read one record.",
    ),
    Route(
        method="PUT",
        pattern="/api/:table/:id",
        handler=save,
        permission="public",
        summary="Change the given fields of a record.",
    ),
    Route(
        method="DELETE",
        pattern="/api/:table/:id",
        handler=delete,
        permission="public",
        summary="Remove a record.",
    ),
]
