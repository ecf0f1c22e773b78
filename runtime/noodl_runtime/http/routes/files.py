"""Stored files: upload, download, removal, /files.

  POST /files/photo.png                    201 {"name": "4f..._photo.png", "url": "http://..."}
  GET /files/<application id>/4f..._photo.png
  DELETE /files/4f..._photo.png            with the master key

The body of an upload is the file as it is, or {"base64": "...", "_ContentType": "image/png"}.
With ?private=1 the file is to be had through links with an expiry only, which stand where a
record that holds it is answered.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from noodl_runtime.access.caller import check_may_write
from noodl_runtime.errors import (
    BadFileName,
    BadJson,
    BadRequest,
    FileNotRemoved,
    NoSuchFile,
    NotAllowed,
)
from noodl_runtime.files.kinds import headers_for, kind_of, refuse_pages, with_ending
from noodl_runtime.files.names import read_name
from noodl_runtime.files.store import FileStore, StoredFile
from noodl_runtime.http import parameters
from noodl_runtime.http.answers import file_urls, parse_answer
from noodl_runtime.http.ranges import wanted_range
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.strict_json import read_object

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

# An upload said to be JSON is looked into up to this size: SDKs wrap files in it.
_LOOKED_INTO = 1024
_WRAPPING = ("base64", "_ContentType", "fileData")


def upload(backend: "Backend", request: Request) -> Response:
    """Answer 201 {"name", "url"} once the file is on the disk."""
    files = _files(backend)
    _check_uploader(backend, request)
    kind, pieces = _content(request)
    given = with_ending(request.params["name"], kind)
    kind = kind_of(given, kind)
    if not request.caller.master:
        refuse_pages(given, kind)
    private = parameters.flag(request.query, "private")
    name = str(files.save(given, kind, pieces, private=private))
    url = file_urls(backend, request)(name)
    headers = {"Location": url}
    answer = parse_answer(backend, request, {"name": name, "url": url}, 201)
    return Response(status=201, body=answer.body, headers=headers)


def nameless(backend: "Backend", request: Request) -> Response:
    """Refuse an upload without a name."""
    raise BadFileName("the file needs a name: POST /files/photo.png")


def download(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the bytes, 206 with a part of them, 304 when the client has them.

    404 is told in plain text: whoever looks for a file is no client of the API.
    """
    try:
        return _downloaded(backend, request)
    except NoSuchFile:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        return Response(status=404, headers=headers, body=b"File not found.")


def _downloaded(backend: "Backend", request: Request) -> Response:
    files, stored = _files(backend), request.params["name"]
    if request.params["appId"] != backend.app_id:
        raise NoSuchFile("there is no such file")
    if read_name(stored).private and not request.caller.master:
        files.check_link(stored, dict(request.query))
    file = files.find(stored)
    headers = {
        **headers_for(file.kind),
        "ETag": file.tag,
        "Cache-Control": "no-cache",  # asked again each time, for files can be removed
        "Accept-Ranges": "bytes",
    }
    if _has(request.headers.get("if-none-match", ""), file.tag):
        return Response(status=304, headers=headers)
    return _bytes(file, request.headers, headers)


def delete(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} when the file is gone."""
    name = request.params["name"]
    try:
        _files(backend).delete(name)
    except NoSuchFile as error:
        raise FileNotRemoved(f"there is no file {name[:200]!r} to remove") from error
    return parse_answer(backend, request, {})


def _bytes(file: StoredFile, asked: Mapping[str, str], headers: dict[str, str]) -> Response:
    current = asked.get("if-range", file.tag) == file.tag
    try:
        part = wanted_range(asked.get("range", ""), file.size) if current else None
    except ValueError:
        return Response(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    start, end = part or (0, file.size)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    return Response(
        status=206 if part else 200,
        headers=headers,
        stream=file.pieces(start, end),
        length=end - start,
    )


def _has(tags: str, tag: str) -> bool:
    return tags.strip() == "*" or tag in [t.strip().removeprefix("W/") for t in tags.split(",")]


def _files(backend: "Backend") -> FileStore:
    if backend.belongings is None:
        raise NoSuchFile("this backend keeps no files")
    return backend.belongings.files


def _check_uploader(backend: "Backend", request: Request) -> None:
    allowed, caller = backend.settings.file_uploads, request.caller
    check_may_write(caller)
    if allowed == "anyone" or caller.master or (allowed == "users" and caller.user_id):
        return
    raise NotAllowed(f"uploads are for {allowed} only (setting file_uploads)", code=130)


def _content(request: Request) -> tuple[str, Iterable[bytes]]:
    """Return what an upload says it is, and its bytes."""
    if request.document is not None:
        return _unwrapped(request.document)
    assert request.pieces is not None
    kind = request.headers.get("content-type", "")
    pieces = request.pieces()
    if not kind.startswith("application/json"):
        return kind, pieces
    start = next(pieces, b"")
    if b'"base64"' not in start[:_LOOKED_INTO]:
        return kind, _again(start, pieces)
    body = b"".join(_again(start, pieces))
    try:
        document = read_object(body, "the body")
    except BadJson:
        return kind, [body]
    return _unwrapped(document) if document.keys() <= {*_WRAPPING} else (kind, [body])


def _again(start: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield start
    yield from rest


def _unwrapped(document: Mapping[str, Any]) -> tuple[str, Iterable[bytes]]:
    text, kind = document.get("base64"), document.get("_ContentType", "")
    if not isinstance(text, str) or not isinstance(kind, str):
        raise BadRequest('an upload in JSON is {"base64": "...", "_ContentType": "image/png"}')
    try:
        return kind, [base64.b64decode(text, validate=True)]
    except binascii.Error as error:
        raise BadRequest(f"base64 is not base64: {error}") from error


ROUTES = [
    Route(
        method="POST",
        pattern="/files",
        handler=nameless,
        permission="public",
        summary="Refuse an upload without a name.",
        wire="files",
        uploads=True,
        takes="Bytes",
        answers={},
    ),
    Route(
        method="POST",
        pattern="/files/:name",
        handler=upload,
        permission="public",
        summary="Store a file; with private=1 one that only signed links lead to.",
        wire="files",
        uploads=True,
        takes="Bytes",
        parameters=("private",),
        answers={201: "StoredFile"},
    ),
    Route(
        method="DELETE",
        pattern="/files/:name",
        handler=delete,
        permission="master",
        summary="Remove a stored file.",
        wire="files",
        answers={200: "Empty"},
    ),
    Route(
        method="GET",
        pattern="/files/:appId/:name",
        handler=download,
        permission="public",
        summary="Read a stored file, or a part of it.",
        parameters=("expires", "signature"),
        answers={200: "Bytes", 206: "Bytes", 304: "", 404: "NoFile", 416: ""},
    ),
]
