"""Responses with a value in them, in the form of one dialect."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from noodl_runtime.errors import BadJson
from noodl_runtime.http.dialects import parse, plain
from noodl_runtime.http.route import Request, Response

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def plain_answer(backend: "Backend", request: Request, value: Any, status: int = 200) -> Response:
    """Return a response in the plain dialect."""
    return Response(status=status, body=plain.write_answer(value, file_urls(backend, request)))


def parse_answer(backend: "Backend", request: Request, value: Any, status: int = 200) -> Response:
    """Return a response in the form of the Parse wire."""
    return Response(status=status, body=parse.write_answer(value, file_urls(backend, request)))


def plain_document(backend: "Backend", request: Request) -> dict[str, Any]:
    """Return the members of a body in the plain dialect. raises: BadJson, WrongType."""
    return plain.read_document(request.body, max_nesting=backend.settings.max_nesting)


def parse_document(backend: "Backend", request: Request) -> dict[str, Any]:
    """Return the members of a body on the Parse wire. raises: BadJson, WrongType."""
    document = request.document
    if document is None:
        if not request.body:
            raise BadJson("the body must be a JSON object, {...}; it is empty")
        document = parse.read_document(request.body, max_nesting=backend.settings.max_nesting)
    return dict(document)


def file_urls(backend: "Backend", request: Request) -> Callable[[str], str]:
    """Return what makes the URL of a stored file from its name; of a private one it is signed."""
    return file_links(backend, request.base_url)


def file_links(backend: "Backend", base_url: str) -> Callable[[str], str]:
    """Return the same for whoever knows the backend by this address."""
    belongings = backend.belongings
    if belongings is None:
        return lambda name: f"{base_url}/files/{quote(backend.app_id, safe='')}/{quote(name)}"
    return partial(belongings.file_url, base_url)
