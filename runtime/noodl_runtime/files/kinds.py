"""Kinds of files: which content type one has, and which a browser may show in our name."""

import mimetypes
import re
from functools import cache
from posixpath import splitext

from noodl_runtime.errors import FileRefused

UNKNOWN = "application/octet-stream"
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+(; ?charset=[a-z0-9_-]+)?")
_PAGES = re.compile(r"\.(html?|[sx]html?|xht|mht(ml)?)$", re.IGNORECASE)
_PAGE_TYPES = ("text/html", "application/xhtml+xml", "multipart/related")
# Shown in place; all else is a download, for a page of ours could use what belongs to the app.
_SHOWN = (
    "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp",
    "image/x-icon", "image/vnd.microsoft.icon", "audio/", "video/", "text/plain",
    "application/json", "application/pdf", "font/",
)  # fmt: skip
# What a client says that does not know better.
_SAYS_NOTHING = ("", UNKNOWN, "application/x-www-form-urlencoded")


def kind_of(name: str, said: str) -> str:
    """Return the content type of an upload: what the client said, else what the name says."""
    given = said.strip().lower()
    if given not in _SAYS_NOTHING and _TYPE.fullmatch(given):
        return given
    return _known_kinds().guess_type(name)[0] or UNKNOWN


def with_ending(name: str, said: str) -> str:
    """Return the name of an upload with the ending of its content type, where it has none.

    ("photo", "image/png") -> "photo.png"
    """
    kind = said.partition(";")[0].strip().lower()
    if kind in _SAYS_NOTHING or splitext(name)[1]:
        return name
    return name + (_known_kinds().guess_extension(kind) or "")


@cache
def _known_kinds() -> mimetypes.MimeTypes:
    return mimetypes.MimeTypes()


def refuse_pages(name: str, kind: str) -> None:
    """Accept what is no web page. raises: FileRefused."""
    if _PAGES.search(name) or kind.partition(";")[0] in _PAGE_TYPES:
        raise FileRefused("web pages cannot be uploaded; the master key may")


def headers_for(kind: str) -> dict[str, str]:
    """Return the headers that go with a kind; what could run is a download in a sandbox."""
    if kind.startswith(_SHOWN):
        return {"Content-Type": kind}
    return {
        "Content-Type": kind,
        "Content-Disposition": "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
