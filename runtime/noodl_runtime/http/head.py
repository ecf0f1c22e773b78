"""The head of a request, from its bytes: strict, so that there is one reading of a byte stream.

What is not exactly as RFC 9112 writes it is refused: folded or doubled framing headers, a length
beside chunks, spaces before a colon, bare line feeds. Pure: bytes in, values out.
"""

import re

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadRequest, RequestTooLarge
from noodl_runtime.settings import Settings

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST_LINE = re.compile(rb"(" + _TOKEN + rb") (/[^\x00-\x20\x7f]*) HTTP/1\.([01])")
_HEADER = re.compile(rb"(" + _TOKEN + rb"):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_ONCE = ("host", "content-length", "transfer-encoding", "origin", "content-encoding")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request. length: bytes of the body, None when it comes in chunks."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    length: int | None
    keep_alive: bool
    http_1_0: bool = False

    @property
    def expects_continue(self) -> bool:
        """Say whether the client waits for leave to send the body."""
        return self.headers.get("expect", "").lower() == "100-continue"


def read_head(block: bytes, settings: Settings) -> Head:
    """Return the head in a block of bytes, without the empty line that ends it.

    raises: BadRequest, RequestTooLarge
    """
    first, *lines = block.split(b"\r\n")
    _check_sizes(len(first), len(block) - len(first), len(lines), settings)
    line = _REQUEST_LINE.fullmatch(first)
    if line is None:
        raise BadRequest("the first line must be: METHOD /path HTTP/1.1")
    method, target, minor = line.groups()
    headers = _headers(lines)
    old = minor == b"0"
    if not old and "host" not in headers:
        raise BadRequest("the header Host is missing")
    if old:
        headers.pop("upgrade", None)  # which means nothing there
    path, _, query = target.decode("latin-1").partition("?")
    return Head(
        method=method.decode("ascii"),
        path=path.partition("#")[0],
        query=query.partition("#")[0],
        headers=headers,
        length=_length(headers, old),
        keep_alive=_keeps_alive(headers, old),
        http_1_0=old,
    )


def _check_sizes(url: int, block: int, headers: int, settings: Settings) -> None:
    if url > settings.max_url:
        raise RequestTooLarge(f"the URL is over {settings.max_url} bytes (setting max_url)")
    if block > settings.max_header_size:
        raise RequestTooLarge(
            f"the headers are over {settings.max_header_size} bytes (setting max_header_size)"
        )
    if headers > settings.max_headers:
        raise RequestTooLarge(
            f"there are over {settings.max_headers} headers (setting max_headers)"
        )


def _headers(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise BadRequest("a header line is malformed")
        name = match[1].decode("ascii").lower()
        value = match[2].decode("latin-1").rstrip(" \t")
        if name in headers:
            if name in _ONCE:
                raise BadRequest(f"the header {name} stands twice")
            value = f"{headers[name]}, {value}"
        headers[name] = value
    return headers


def _length(headers: dict[str, str], old: bool) -> int | None:
    length, coding = headers.get("content-length"), headers.get("transfer-encoding")
    if coding is not None:
        if length is not None or old or coding.lower() != "chunked":
            raise BadRequest("Transfer-Encoding must be chunked, without Content-Length")
        return None
    if length is None:
        return 0
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        raise BadRequest("Content-Length must be one number")
    return int(length)


def _keeps_alive(headers: dict[str, str], old: bool) -> bool:
    wishes = headers.get("connection", "").lower()
    return "keep-alive" in wishes if old else "close" not in wishes
