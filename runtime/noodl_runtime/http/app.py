"""The table of routes as a WSGI application, for tests, embedding and any WSGI host.

It opens no port: the caller serves it. The routes are looked up by our own router, because a path
has to be cut at its slashes before it is decoded; bottle carries requests and responses.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes

import bottle

from noodl_runtime.errors import BadRequest, CannotStream
from noodl_runtime.http.content import too_large
from noodl_runtime.http.dispatch import Dispatcher, Incoming
from noodl_runtime.http.route import Response
from noodl_runtime.http.strict_json import write_json

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

PIECE = 64 * 1024

Environ = dict[str, Any]


def make_app(backend: "Backend") -> bottle.Bottle:
    """Return the WSGI application over one backend."""
    dispatcher = Dispatcher(backend)
    app = bottle.Bottle()

    def answer(path: str) -> bottle.HTTPResponse:
        response = dispatcher.answer(incoming(bottle.request.environ))
        if response.conversation is not None:
            response = dispatcher.refusal(CannotStream("realtime needs the server of its own"))
        body = response.body if response.stream is None else response.stream
        headers = {**response.headers, **_length(response)}
        return bottle.HTTPResponse(body, response.status, headers)

    app.route("<path:re:.*>", "ANY", answer)
    app.default_error_handler = _error_page
    return app


def incoming(environ: Environ) -> Incoming:
    """Return the request that a WSGI environment describes."""
    return Incoming(
        method=environ["REQUEST_METHOD"],
        path=_raw_path(environ),
        query=environ.get("QUERY_STRING", ""),
        headers=_headers(environ),
        read_body=lambda limit: _read_body(environ, limit),
        pieces=lambda limit: _pieces(environ, limit),
        scheme=environ["wsgi.url_scheme"],
        address=environ.get("REMOTE_ADDR", ""),
    )


def _raw_path(environ: Environ) -> str:
    # Some hosts keep the target as it came; without it an encoded slash looks like a plain one.
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if target.startswith("/") and not environ.get("SCRIPT_NAME"):
        return str(target.partition("?")[0])
    path: str = environ.get("bottle.raw_path") or environ.get("PATH_INFO", "")
    return quote_from_bytes(path.encode("latin-1"))


def _headers(environ: Environ) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return headers


def _read_body(environ: Environ, limit: int) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    source = environ["wsgi.input"]
    if not length:
        if "chunked" not in environ.get("HTTP_TRANSFER_ENCODING", ""):
            return b""
        body: bytes = source.read(limit + 1)  # the host has taken the chunks apart
        if len(body) > limit:
            raise too_large(limit)
        return body
    if not (length.isascii() and length.isdigit()):
        raise BadRequest("Content-Length must be a number")
    if int(length) > limit:
        raise too_large(limit)
    body = source.read(int(length))
    if len(body) < int(length):
        raise BadRequest("the body is shorter than its Content-Length")
    return body


def _pieces(environ: Environ, limit: int) -> Iterator[bytes]:
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdigit()):
        yield _read_body(environ, limit)
        return
    left = int(length)
    if left > limit:
        raise too_large(limit, "max_file")
    while left:
        piece: bytes = environ["wsgi.input"].read(min(PIECE, left))
        if not piece:
            raise BadRequest("the body is shorter than its Content-Length")
        left -= len(piece)
        yield piece


def _length(response: Response) -> dict[str, str]:
    length = response.length if response.stream is not None else len(response.body)
    return (
        {} if length is None or response.status in (204, 304) else {"Content-Length": str(length)}
    )


def _error_page(error: bottle.HTTPError) -> bytes:
    """Answer in JSON what bottle itself refuses, such as a path that is not UTF-8."""
    bottle.response.content_type = "application/json"
    return write_json({"error": error.status_line})
