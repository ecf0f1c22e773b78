"""What operations answer: successes by the names of their bodies, refusals by their status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from noodl_runtime.http.openapi.shapes import MEDIA, SHAPES, ref
from noodl_runtime.http.route import Route

Document = dict[str, Any]

# Of each refusal: what it means, and an example of what is said.
_REFUSED: Mapping[int, tuple[str, Document]] = {
    400: (
        "It cannot be understood or is not allowed; the error names the part.",
        {"error": "limit must be a whole number from 0 up, not 'many'", "code": 102},
    ),
    403: (
        "Not for this caller: a key, the application id, Host or Origin.",
        {"error": "the origin 'https://app.example' is not allowed", "code": 119},
    ),
    404: (
        "There is no such thing, or none that this caller may see.",
        {"error": "Object not found.", "code": 101},
    ),
    405: ("Not possible here; the header Allow lists what is.", {"error": "not possible here"}),
    408: ("The body stopped arriving.", {"error": "the body stopped arriving", "code": 107}),
    413: (
        "Over a limit; the error names it and its setting.",
        {"error": "the body is over 10000000 bytes (setting max_body)", "code": 107},
    ),
    415: (
        "The body has a content encoding other than gzip and deflate.",
        {"error": "content encoding 'br' is not supported", "code": 107},
    ),
    426: (
        "Neither a WebSocket nor the header `Accept: text/event-stream`.",
        {"error": "open a WebSocket, or accept text/event-stream", "code": 107},
    ),
    429: (
        "Too often; the header and `retryAfter` say how many seconds to wait.",
        {"error": "too many wrong passwords; try again in 12 seconds", "retryAfter": 12},
    ),
    500: (
        "The time limit of the function was met, or a fault of the backend.",
        {"error": "timeout"},
    ),
}
_FOUND: Mapping[str, str] = {"Record": "The record.", "Found": "The records that were found."}
_ALWAYS = (400, 403)
_WITH_BODY = (408, 413, 415)
_WAIT: Document = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}


def responses(route: Route, shapes: Mapping[int, str]) -> Document:
    """Return the responses of an operation.

    shapes: the answers of the route with the names of their bodies in the document
    """
    refused = {
        *_ALWAYS,
        *(_WITH_BODY if route.takes else ()),
        *((404,) if ":" in route.pattern else ()),
        *route.fails,
    }
    told = {str(status): _told(status, shape) for status, shape in shapes.items()}
    return told | {
        str(status): {"$ref": _address(status)} for status in sorted(refused - {*shapes})
    }


def shared_responses() -> Document:
    """Return the refusals that operations refer to."""
    return {_name(status): _refusal(status) for status in _REFUSED}


def content(shape: str, schema: Document) -> Document:
    """Return the content of a body: JSON unless its shape is of another kind."""
    media = MEDIA.get(shape, "application/json")
    return {media: {} if media == "*/*" else {"schema": schema}}


def _told(status: int, shape: str) -> Document:
    if not shape:
        return {"description": HTTPStatus(status).description or HTTPStatus(status).phrase}
    known = _FOUND.get(shape.rpartition(".")[2])
    text = known or SHAPES[shape]["description"]
    also = content("Error", ref("Error")) if status >= 400 else {}
    return {"description": text, "content": content(shape, ref(shape)) | also}


def _refusal(status: int) -> Document:
    meaning, example = _REFUSED[status]
    more = {"headers": _WAIT} if status == 429 else {}
    said = {"application/json": {"schema": ref("Error"), "example": example}}
    return {"description": meaning, "content": said, **more}


def _name(status: int) -> str:
    return "".join(word.capitalize() for word in HTTPStatus(status).name.split("_"))


def _address(status: int) -> str:
    return f"#/components/responses/{_name(status)}"
