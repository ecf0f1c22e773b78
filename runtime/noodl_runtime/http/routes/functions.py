"""Calls of functions, POST /functions/:name; slashes of the name may be encoded or not."""

from typing import TYPE_CHECKING

from noodl_runtime.access.keys import credentials_of
from noodl_runtime.errors import FunctionFailed
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.strict_json import read_object, write_json

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend
    from noodl_runtime.functions import FunctionResponse


def call(backend: "Backend", request: Request) -> Response:
    """Answer what the function answers: 200 {"result": {...}} or 400 {"error": ...}."""
    answer = called(backend, request, request.params["name"], request.body)
    return Response(status=answer.status, body=_with_code(request, answer))


def called(backend: "Backend", request: Request, name: str, body: bytes) -> "FunctionResponse":
    """Return what a function answers to a request, if the caller may call it.

    body: its parameters, JSON
    raises: NotAllowed, InvalidSession; FunctionFailed where there are no functions
    """
    if backend.functions is None:
        raise FunctionFailed(f"there is no function {name!r}; none is loaded")
    from noodl_runtime.functions import FunctionRequest

    access = backend.access
    access.functions.check(
        name, request.caller, lambda: access.callers.caller(credentials_of(request.headers))
    )
    return backend.functions.call(
        name,
        FunctionRequest(
            body=body,
            headers=request.headers,
            caller=request.caller,
            chain=request.id,
            base_url=request.base_url,
        ),
    )


def _with_code(request: Request, answer: "FunctionResponse") -> bytes:
    """Return the body; SDKs, which use the mount, switch on a code that graphs do not have."""
    if answer.status != FunctionFailed.status or not request.path.startswith("/parse/"):
        return answer.body
    return write_json({"code": FunctionFailed.code, **read_object(answer.body, "the answer")})


ROUTES = [
    Route(
        method="POST",
        pattern="/functions/:name*",
        handler=call,
        permission="public",
        summary="Call a function with the body as parameters.",
        wire="functions",
        takes="Object",
        fails=(500,),
    ),
]
