"""Whether the backend lives, for whoever asks: the one family of routes that each start loads."""

from typing import TYPE_CHECKING

from noodl_runtime.http.answers import plain_answer
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


HEALTH = ("health",)


def health(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"status": "ok", "backend": name, "version": ..., "workflowProblems": 0}.

    With the master key also "problems", the list of them, and "workflows", a fingerprint of the
    files in workflows/ that are served.
    """
    return plain_answer(backend, request, backend.health(request.caller))


ROUTES = [
    Route(
        method="GET",
        pattern="/health",
        handler=health,
        permission="open",
        summary="Say that the backend is up, its name and version.",
        answers={200: "Health"},
    ),
]
# SDKs ask with POST, as they ask everything.
MOUNTED = [
    *ROUTES,
    Route(
        method="POST",
        pattern="/health",
        handler=health,
        permission="open",
        summary="Say that the backend is up, as SDKs ask.",
    ),
]
