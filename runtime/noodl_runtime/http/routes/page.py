"""The page of a running backend, /_admin: what starts by itself and what has run.

The files are the same for everyone and hold nothing of the backend; what the page shows it asks
for with the master key that is typed into it.
"""

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from noodl_runtime.errors import NoSuchRoute
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

START = "index.html"
KINDS = {START: "text/html", "page.js": "text/javascript", "page.css": "text/css"}
# Nothing but its own files and its own backend, and in nobody's frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def start(_backend: "Backend", _request: Request) -> Response:
    """Answer 200 with the page."""
    return _file(START)


def part(_backend: "Backend", request: Request) -> Response:
    """Answer 200 with a file that the page consists of."""
    return _file(request.params["file"])


def _file(name: str) -> Response:
    if name not in KINDS:
        raise NoSuchRoute("no such path")
    headers = {
        "Content-Type": f"{KINDS[name]}; charset=utf-8",
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
    }
    return Response(headers=headers, body=_bytes(name))


@cache
def _bytes(name: str) -> bytes:
    return (resources.files("noodl_runtime.http") / "page" / name).read_bytes()


ROUTES = [
    Route(
        method="GET",
        pattern="/_admin",
        handler=start,
        permission="public",
        summary="Show the page of the backend: triggers, runs, firing by hand.",
        answers={200: "Page"},
    ),
    Route(
        method="GET",
        pattern="/_admin/page/:file",
        handler=part,
        permission="public",
        summary="Read a file that the page consists of.",
        answers={200: "PagePart"},
    ),
]
