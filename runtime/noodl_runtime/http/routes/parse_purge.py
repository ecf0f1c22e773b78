"""Emptying a class on the Parse wire, DELETE /purge/:className; its schema stays."""

from typing import TYPE_CHECKING

from noodl_runtime.errors import PortableError
from noodl_runtime.http.answers import parse_answer
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.schema.names import check_collection_name
from noodl_runtime.store.contract import Delete, Query

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

AT_ONCE = 500  # records removed in one commit


def purge(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} when no record is left of those that were there, also for an unknown class.

    Each record is removed as by itself, so change log, events and triggers know of it. An error
    stops it; what is gone by then stays gone.
    """
    name = request.params["className"]
    check_collection_name(name)
    query = Query(collection=name, keys=("objectId",), limit=AT_ONCE)
    while found := backend.query(request.caller, query).records:
        deletes = [Delete(collection=name, object_id=record["objectId"]) for record in found]
        for answer in backend.batch(request.caller, deletes):
            if isinstance(answer, PortableError):
                raise answer
    return parse_answer(backend, request, {})


ROUTES = [
    Route(
        method="DELETE",
        pattern="/purge/:className",
        handler=purge,
        permission="master",
        summary="Remove every record of a class.",
        wire="parse",
        answers={200: "Empty"},
    ),
]
