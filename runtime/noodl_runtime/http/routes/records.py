"""Records in the plain dialect, /api/:table."""

from typing import TYPE_CHECKING

from noodl_runtime.access.caller import Caller
from noodl_runtime.errors import NoSuchCollection
from noodl_runtime.http import parameters
from noodl_runtime.http.answers import plain_answer, plain_document
from noodl_runtime.http.dialects import plain
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.writes import read_create, read_save
from noodl_runtime.schema.model import Collection
from noodl_runtime.schema.names import check_collection_name
from noodl_runtime.store.contract import Delete

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def query(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [record, ...]}, with ?count=1 also "count"."""
    table = request.params["table"]
    where = parameters.document(request.query, "where", backend.settings.max_nesting)
    where = plain.typed_where(where, existing(backend, request.caller, table))
    found = backend.query(
        request.caller, parameters.read_query(table, request.query, where, order="sort")
    )
    counted = {} if found.count is None else {"count": found.count}
    return plain_answer(backend, request, {"results": found.records, **counted})


def fetch(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one record."""
    parameters.check_known(request.query, parameters.ONE_RECORD)
    existing(backend, request.caller, request.params["table"])
    record = backend.fetch(
        request.caller,
        request.params["table"],
        request.params["id"],
        include=parameters.include(request.query),
        keys=parameters.fields(request.query, "keys") or None,
        exclude_keys=parameters.fields(request.query, "excludeKeys"),
    )
    return plain_answer(backend, request, record)


def create(backend: "Backend", request: Request) -> Response:
    """Answer 201 with the whole record; in development mode the first one makes its collection."""
    table = request.params["table"]
    members = plain.typed_by_schema(plain_document(backend, request), collection_of(backend, table))
    if not (request.caller.master or backend.settings.mode == "development"):
        existing(backend, request.caller, table)
    record = backend.write(request.caller, read_create(table, members))
    return plain_answer(backend, request, record, 201)


def save(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the whole record; fields that were not sent stay as they were."""
    table = request.params["table"]
    collection = existing(backend, request.caller, table)
    members = plain.typed_by_schema(plain_document(backend, request), collection)
    record = backend.write(request.caller, read_save(table, request.params["id"], members))
    return plain_answer(backend, request, record)


def delete(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} when the record is gone."""
    existing(backend, request.caller, request.params["table"])
    write = Delete(collection=request.params["table"], object_id=request.params["id"])
    backend.write(request.caller, write)
    return plain_answer(backend, request, {})


def existing(backend: "Backend", caller: Caller, name: str) -> Collection | None:
    """Return a collection of the present schema; None for one the caller cannot reach anyway.

    raises: NoSuchCollection, BadName
    """
    check_collection_name(name)
    collection = collection_of(backend, name)
    if collection is None and (caller.master or not name.startswith("_")):
        raise NoSuchCollection(
            f"there is no collection {name!r}; POST /api/_schema adds one, "
            "in development mode its first record does"
        )
    return collection


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
        parameters=(*parameters.QUERY_PARAMETERS, "sort"),
        answers={200: "Found"},
    ),
    Route(
        method="POST",
        pattern="/api/:table",
        handler=create,
        permission="public",
        summary="Make a record.",
        takes="Fields",
        answers={201: "Record"},
    ),
    Route(
        method="GET",
        pattern="/api/:table/:id",
        handler=fetch,
        permission="public",
        summary="Read one record.",
        parameters=parameters.ONE_RECORD,
        answers={200: "Record"},
    ),
    Route(
        method="PUT",
        pattern="/api/:table/:id",
        handler=save,
        permission="public",
        summary="Change the given fields of a record.",
        takes="Changes",
        answers={200: "Record"},
    ),
    Route(
        method="DELETE",
        pattern="/api/:table/:id",
        handler=delete,
        permission="public",
        summary="Remove a record.",
        answers={200: "Empty"},
    ),
]
