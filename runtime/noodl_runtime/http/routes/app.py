"""The front end at /: its files, and its start page for every address it makes up itself."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from noodl_runtime.errors import NoSuchRoute
from noodl_runtime.http.app_files import START_PAGE, AppFile, AppFiles
from noodl_runtime.http.ranges import wanted_range
from noodl_runtime.http.route import Request, Response, Route

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

A_YEAR_S = 31_536_000


def with_app(backend: "Backend", routes: list[Route]) -> list[Route]:
    """Return the routes of a backend: the given ones, and those of its front end if it has one."""
    if backend.app_files is None:
        return routes
    return [*routes, *app_routes(backend.app_files, routes)]


def app_routes(app: AppFiles, others: Iterable[Route]) -> list[Route]:
    """Return the routes of a front end, to stand behind all others.

    others: the routes before them; a path that begins like one of theirs is no page of the app
    """
    taken = {route.pattern.split("/")[1] for route in others}

    def serve(_backend: "Backend", request: Request) -> Response:
        """Answer with the file, a part of it, 304, or the start page for a page of the app."""
        path = request.params.get("path", "")
        name = app.name_for(path)
        if name is None:
            if not _is_page(path, request.headers, taken):
                raise NoSuchRoute("no such path")
            name = START_PAGE
        return answer(app.file(name, request.base_url), request.headers)

    return [
        Route(method="GET", pattern=pattern, handler=serve, permission="open", summary=summary)
        for pattern, summary in (
            ("/", "Show the start page of the front end."),
            ("/:path*", "Send a file of the front end, its start page for pages of the app."),
        )
    ]


def answer(file: AppFile, asked: Mapping[str, str]) -> Response:
    """Answer 200 with a file, 206 with a part, 304 when the client has it, 416 beyond its end."""
    lasts = f"public, max-age={A_YEAR_S}, immutable" if file.lasting else "no-cache"
    headers = {"ETag": file.tag, "Cache-Control": lasts, "Accept-Ranges": "bytes"}
    if _has(asked.get("if-none-match", ""), file.tag):
        return Response(status=304, headers=headers)
    headers["Content-Type"] = file.kind
    size = len(file.body)
    try:
        current = asked.get("if-range", file.tag) == file.tag
        part = wanted_range(asked.get("range", ""), size) if current else None
    except ValueError:
        return Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if part is None:
        return Response(body=file.body, headers=headers)
    start, end = part
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return Response(status=206, body=file.body[start:end], headers=headers)


def _is_page(path: str, headers: Mapping[str, str], taken: set[str]) -> bool:
    """Say if a browser asks for a page: then it is one the app draws itself."""
    return "text/html" in headers.get("accept", "") and path.split("/")[0] not in taken


def _has(tags: str, tag: str) -> bool:
    return tags.strip() == "*" or tag in [t.strip().removeprefix("W/") for t in tags.split(",")]
