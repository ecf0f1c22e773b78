"""Hearing of changes: the opening of WebSockets and of streams of server-sent events."""

from typing import TYPE_CHECKING

from noodl_runtime.errors import CannotStream
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def listen(backend: "Backend", request: Request) -> Response:
    """Answer 101 to a WebSocket, 200 to who accepts text/event-stream, 426 to others."""
    if backend.realtime is None:
        raise CannotStream("this backend tells nobody of changes")
    return backend.realtime.open(request)


ROUTES = [
    Route(
        method="GET",
        pattern="/realtime",
        handler=listen,
        permission="public",
        summary="Hear of changes, over WebSocket (at `/` too) or as text/event-stream.",
        parameters=("collection", "where"),
        answers={200: "Events"},
        fails=(426,),
    ),
]
