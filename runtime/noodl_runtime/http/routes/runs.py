"""The history of runs, /_admin/runs: which functions ran, how, and what they said."""

from typing import TYPE_CHECKING

from noodl_runtime.errors import BadRequest, NoSuchRecord
from noodl_runtime.http.answers import plain_answer
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend
    from noodl_runtime.runs import RunHistory

LIMIT = 100
MOST = 1000


def newest(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [{"id": 7, "name": ..., "status": 200, ...}]}, the newest first.

    ?limit=20&before=<id>&name=<function>&failed=1&chain=<id> narrow them.
    """
    history = _history(backend)
    query = request.query
    found = []
    if history:
        before = _number(query["before"]) if query.get("before") else None
        limit = min(_number(query.get("limit", LIMIT)), MOST)
        name, failed = query.get("name", ""), query.get("failed") in ("1", "true")
        chain = query.get("chain", "")
        found = history.newest(limit, before=before, name=name, failed=failed, chain=chain)
    return plain_answer(backend, request, {"results": found})


def fetch(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one run: request, response, console and steps without secrets."""
    history = _history(backend)
    found = history.fetch(_number(request.params["id"])) if history else None
    if found is None:
        raise NoSuchRecord(f"no run {request.params['id']} is kept; see the setting run_history")
    return plain_answer(backend, request, found)


def _history(backend: "Backend") -> "RunHistory | None":
    return backend.functions.history if backend.functions else None


def _number(text: object) -> int:
    try:
        number = int(str(text))
    except ValueError:
        number = -1
    if not 0 <= number < 2**63:
        raise BadRequest(f"{text!r} is no number of a run or limit")
    return number


ROUTES = [
    Route(
        method="GET",
        pattern="/_admin/runs",
        handler=newest,
        permission="master",
        summary="List the last runs of functions and triggers.",
    ),
    Route(
        method="GET",
        pattern="/_admin/runs/:id",
        handler=fetch,
        permission="master",
        summary="Read one run: request, response, console output, steps.",
    ),
]
