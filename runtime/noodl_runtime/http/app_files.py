"""The deployed front end that travels with a backend: its files, and the one correction they need.

An exported app has the address of its backend baked into its metadata. A bundle is started at an
address nobody knew then, so the address is corrected as the file is sent. Also, a page opened on
localhost calls functions at port 8577 whatever its metadata says; there the port is corrected, too.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from noodl_runtime.dataclass import dataclass
from noodl_runtime.http.guard import is_loopback

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

START_PAGE = "index.html"
MAX_KEPT = 32_000_000  # bytes of files kept in memory
KINDS = {
    "avif": "image/avif", "css": "text/css; charset=utf-8", "gif": "image/gif",
    "htm": "text/html; charset=utf-8", "html": "text/html; charset=utf-8", "ico": "image/x-icon",
    "jpeg": "image/jpeg", "jpg": "image/jpeg", "js": "text/javascript; charset=utf-8",
    "json": "application/json", "map": "application/json", "md": "text/markdown; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8", "mp3": "audio/mpeg", "mp4": "video/mp4",
    "ogg": "audio/ogg", "otf": "font/otf", "pdf": "application/pdf", "png": "image/png",
    "svg": "image/svg+xml", "ttf": "font/ttf", "txt": "text/plain; charset=utf-8",
    "wasm": "application/wasm", "wav": "audio/wav", "webm": "video/webm",
    "webmanifest": "application/manifest+json", "webp": "image/webp", "woff": "font/woff",
    "woff2": "font/woff2", "xml": "application/xml",
}  # fmt: skip
CORRECTED = (".html", ".htm", ".js", ".mjs", ".json")
NAMED_BY_CONTENT = re.compile(r"[.-][0-9a-f]{8,}\.\w+$")

# "cloudservices": {"endpoint": ..., "appId": ...}, as JSON, as JSON inside a text of a script
# (quotes escaped), and as a minifier writes it (no quotes around names).
_SERVICES = re.compile(rb"cloudservices(?:\\?[\"'])?\s*:\s*\{[^{}]{0,2000}\}")
_MEMBER = rb"((?:\\?[\"'])?\b%s(?:\\?[\"'])?\s*:\s*)(\\?[\"'])([^\"'\\]*)\2"
_ENDPOINT, _APP_ID = (re.compile(_MEMBER % name) for name in (b"endpoint", b"appId"))
_FIXED_PORT = re.compile(rb":8577(?=[\"'`/\\])")


@dataclass(frozen=True)
class AppFile:
    """A file as it is sent. tag: its ETag; lasting: its name changes when its content does."""

    body: bytes
    kind: str
    tag: str
    lasting: bool


class AppFiles:
    """The files of one front end. app_id: what its pages have to send to this backend."""

    def __init__(self, root: "Traversable", app_id: str) -> None:
        self._files = dict(_files_below(root, ""))
        self._app_id = app_id
        self._kept: dict[str, bytes] = {}
        self._kept_size = 0

    def name_for(self, path: str) -> str | None:
        """Return the file behind a path: itself, or the start page of a folder; else None."""
        for name in (path, f"{path}/{START_PAGE}".lstrip("/")):
            if name in self._files:
                return name
        return None

    def file(self, name: str, base_url: str) -> AppFile:
        """Return a file as a client of this address needs it."""
        plain = self._read(name)
        body = plain
        if name.lower().endswith(CORRECTED):
            body = corrected(plain, base_url, self._app_id)
        return AppFile(
            body=body,
            kind=KINDS.get(name.rpartition(".")[2].lower(), "application/octet-stream"),
            tag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
            lasting=body is plain and bool(NAMED_BY_CONTENT.search(name)),
        )

    def _read(self, name: str) -> bytes:
        if name in self._kept:
            return self._kept[name]
        body = self._files[name].read_bytes()
        if self._kept_size + len(body) <= MAX_KEPT:
            self._kept[name] = body
            self._kept_size += len(body)
        return body


def corrected(text: bytes, base_url: str, app_id: str) -> bytes:
    """Return a file with the address and application id of this backend; itself if it has none."""
    address = urlsplit(base_url)
    changed = text
    if b"cloudservices" in text:
        url, own = base_url.encode(), app_id.encode()

        def services(match: re.Match[bytes]) -> bytes:
            fixed = _ENDPOINT.sub(lambda m: m[1] + m[2] + url + m[2], match[0])
            return _APP_ID.sub(lambda m: m[1] + m[2] + own + m[2], fixed) if own else fixed

        changed = _SERVICES.sub(services, text)
    if b":8577" in changed and is_loopback(address.netloc.lower()):
        changed = _FIXED_PORT.sub(b":%d" % (address.port or 80), changed)
    return text if changed == text else changed


def _files_below(folder: "Traversable", prefix: str) -> Iterator[tuple[str, "Traversable"]]:
    for item in folder.iterdir():
        if item.is_dir():
            yield from _files_below(item, f"{prefix}{item.name}/")
        else:
            yield prefix + item.name, item
