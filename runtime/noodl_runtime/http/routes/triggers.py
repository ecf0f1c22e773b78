"""The triggers, /_admin/triggers: what they wait for, how they fare, and firing them by hand."""

from typing import TYPE_CHECKING, Any

from noodl_runtime.errors import BadRequest, NoSuchTrigger
from noodl_runtime.http.answers import plain_answer, plain_document
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend
    from noodl_runtime.triggers.triggers import Triggers


def listed(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [{"id": ..., "kind": "schedule", "next": [...], ...}]}."""
    found = backend.triggers.all() if backend.triggers else []
    return plain_answer(backend, request, {"results": found})


def fetch(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one trigger."""
    return plain_answer(backend, request, _triggers(backend).shown(request.params["id"]))


def fire(backend: "Backend", request: Request) -> Response:
    """Fire a trigger now and answer what its run answers.

    body: {} for a schedule; {"objectId": ...} or {"record": {...}} for a database change, with
    {"event": "save"} for another event than create
    """
    given = _document(backend, request)
    answer = _triggers(backend).fire(request.params["id"], given, request.id)
    return Response(status=answer.status, body=answer.body)


def retry(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [{"sequence": 7, "error": ""}]}: parked changes, fired again."""
    tried = _triggers(backend).retry(request.params["id"], _sequence(backend, request))
    return plain_answer(backend, request, {"results": tried})


def let_go(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"count": 3}: so many parked changes are forgotten."""
    count = _triggers(backend).let_go(request.params["id"], _sequence(backend, request))
    return plain_answer(backend, request, {"count": count})


def _triggers(backend: "Backend") -> "Triggers":
    if backend.triggers is None:
        raise NoSuchTrigger("this backend has no triggers")
    return backend.triggers


def _document(backend: "Backend", request: Request) -> dict[str, Any]:
    return plain_document(backend, request) if request.body else {}


def _sequence(backend: "Backend", request: Request) -> int | None:
    """Return which change the body names, None for all."""
    sequence = _document(backend, request).get("sequence")
    if sequence is None:
        return None
    if not isinstance(sequence, int) or isinstance(sequence, bool):
        raise BadRequest("sequence must be the number of a parked change")
    return sequence


ROUTES = [
    Route(
        method="GET",
        pattern="/_admin/triggers",
        handler=listed,
        permission="master",
        summary="List the triggers: what they wait for, next and last runs, parked changes.",
        answers={200: "Rows"},
    ),
    Route(
        method="GET",
        pattern="/_admin/triggers/:id",
        handler=fetch,
        permission="master",
        summary="Read one trigger.",
    ),
    Route(
        method="POST",
        pattern="/_admin/triggers/:id/fire",
        handler=fire,
        permission="master",
        summary="Fire a trigger now and answer what its run answers.",
        takes="Object",
        fails=(500,),
    ),
    Route(
        method="POST",
        pattern="/_admin/triggers/:id/retry",
        handler=retry,
        permission="master",
        summary="Fire a trigger again for its parked changes, or for one `sequence`.",
        takes="Object",
        answers={200: "Rows"},
    ),
    Route(
        method="POST",
        pattern="/_admin/triggers/:id/forget",
        handler=let_go,
        permission="master",
        summary="Forget the parked changes of a trigger, or one `sequence`.",
        takes="Object",
    ),
]
