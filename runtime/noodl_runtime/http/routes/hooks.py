"""Webhooks, /hooks/<path>: calls from other servers, which start workflows."""

from typing import TYPE_CHECKING, Any, get_args

from noodl_runtime.errors import NoSuchRoute
from noodl_runtime.http.address import repeated_parameters
from noodl_runtime.http.route import Method, Request, Response, Route
from noodl_runtime.http.strict_json import read_json

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

METHODS: tuple[Method, ...] = get_args(Method)


def call(backend: "Backend", request: Request) -> Response:
    """Answer what the run answers, as a function does: 200 {"result": {...}}, 400 {"error": ...}.

    A webhook that answers at once: 202 {"accepted": true}.
    """
    if backend.triggers is None:
        raise NoSuchRoute("no webhook has this path")
    answer = backend.triggers.hooks.call(
        method="GET" if request.method == "HEAD" else request.method,
        path=request.params["path"],
        headers=request.headers,
        query=repeated_parameters(request.query_text),
        body=request.body,
        document=_document(request, backend.settings.max_nesting),
        chain=request.id,
    )
    return Response(status=answer.status, body=answer.body)


def _document(request: Request, max_nesting: int) -> Any:
    """Return what the body says where its type is JSON, else None. raises: BadJson."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not request.body or not (kind == "application/json" or kind.endswith("+json")):
        return None
    return read_json(request.body, "the body", max_nesting=max_nesting)


ROUTES = [
    Route(
        method=method,
        pattern="/hooks/:path*",
        handler=call,
        permission="public",
        summary="Call the webhook that a workflow has declared for this path and method.",
        wire="hooks",
        takes="Bytes" if method in ("POST", "PUT") else "",
        answers={200: "Object", 202: "Object"},
        fails=(500,),
    )
    for method in METHODS
]
