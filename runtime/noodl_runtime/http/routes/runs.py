"""The history of runs, /_admin/runs: which functions ran, how, and what they said."""

from typing import TYPE_CHECKING

from noodl_runtime.errors import NoSuchRecord
from noodl_runtime.http import parameters
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
        before = parameters.whole(query, "before", 0) if query.get("before") else None
        limit = min(parameters.whole(query, "limit", LIMIT), MOST)
        name, failed = query.get("name", ""), parameters.flag(query, "failed")
        chain = query.get("chain", "")
        found = history.newest(limit, before=before, name=name, failed=failed, chain=chain)
    return plain_answer(backend, request, {"results": found})


def fetch(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one run: request, response, console and steps without secrets."""
    history = _history(backend)
    run = parameters.whole(request.params, "run", 0)
    found = history.fetch(run) if history else None
    if found is None:
        raise NoSuchRecord(f"no run {run} is kept; see the setting run_history")
    return plain_answer(backend, request, found)


def _history(backend: "Backend") -> "RunHistory | None":
    return backend.functions.history if backend.functions else None


ROUTES = [
    Route(
        method="GET",
        pattern="/_admin/runs",
        handler=newest,
        permission="master",
        summary="List the last runs of functions and triggers.",
        parameters=("limit", "before", "name", "failed", "chain"),
        answers={200: "Runs"},
    ),
    Route(
        method="GET",
        pattern="/_admin/runs/:run",
        handler=fetch,
        permission="master",
        summary="Read one run: request, response, console output, steps.",
        answers={200: "Run"},
    ),
]
