"""What this backend can do, as an OpenAPI 3.1 document, /_admin/openapi.json."""

from typing import TYPE_CHECKING

from noodl_runtime.http.answers import plain_answer
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def openapi(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the document; it is made anew with each call."""
    from noodl_runtime.http.openapi.document import document
    from noodl_runtime.http.routes import ROUTES

    return plain_answer(backend, request, document(backend, request.base_url, ROUTES))


ROUTES = [
    Route(
        method="GET",
        pattern="/_admin/openapi.json",
        handler=openapi,
        permission="master",
        summary="Read this description of the backend.",
        answers={200: "OpenApi"},
    ),
]
