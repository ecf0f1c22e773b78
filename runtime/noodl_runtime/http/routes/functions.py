"""Calls of functions, POST /functions/:name; slashes of the name may be encoded or not."""

from typing import TYPE_CHECKING

from noodl_runtime.errors import FunctionFailed
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def call(backend: "Backend", request: Request) -> Response:
    """Answer what the function answers: 200 {"result": {...}} or 400 {"error": ...}."""
    if backend.functions is None:
        raise FunctionFailed(f"there is no function {request.params['name']!r}; none is loaded")
    from noodl_runtime.functions import FunctionRequest

    answer = backend.functions.call(
        request.params["name"],
        FunctionRequest(body=request.body, headers=request.headers, caller=request.caller),
    )
    return Response(status=answer.status, body=answer.body)


ROUTES = [
    Route(
        method="POST",
        pattern="/functions/:name*",
        handler=call,
        permission="public",
        summary="Call a function with the body as parameters.",
        wire="functions",
    ),
]
