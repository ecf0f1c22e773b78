"""Names of stored files: 32 random hex digits, "_", and what the client called it.

Only the digits ever become a path. A leading "p" marks a private file, whose links are signed; it
stands in the name so that whoever writes a link knows it without a look at the disk.
"""

import re
import secrets
import unicodedata

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadFileName, NoSuchFile

MAX_NAME = 128  # characters of the client's part
_STORED = re.compile(r"(p?)([0-9a-f]{32})_([^/\\\x00-\x1f\x7f]{1,128})")
_REFUSED = re.compile(r"""^\.|[/\\:*?"<>|$%#`\x00-\x1f\x7f]""")  # means something to a system
_KEPT = re.compile(r"[^\w@. ~()-]")


@dataclass(frozen=True, slots=True)
class StoredName:
    """A stored file's name in its parts: StoredName("4f...", "photo.png")."""

    digits: str
    given: str
    private: bool = False

    def __str__(self) -> str:
        return f"{'p' if self.private else ''}{self.digits}_{self.given}"


def new_name(given: str, *, private: bool) -> StoredName:
    """Return a fresh name for an upload; harmless signs that URLs dislike become "_".

    raises: BadFileName for signs that lead elsewhere, and when nothing of it can be kept
    """
    if _REFUSED.search(given):
        raise BadFileName(
            f"the name {given[:MAX_NAME]!r} of a file has signs that mean something to a file "
            "system; use letters, digits, blanks and -_.~@()"
        )
    kept = _KEPT.sub("_", unicodedata.normalize("NFC", given)).strip(" .")
    if not kept.strip("_"):
        raise BadFileName("the file needs a name: POST /files/photo.png")
    if len(kept) > MAX_NAME:
        raise BadFileName(f"the name of a file has at most {MAX_NAME} characters")
    return StoredName(secrets.token_hex(16), kept, private)


def read_name(stored: str) -> StoredName:
    """Return the parts of a stored name. raises: NoSuchFile for what cannot be one."""
    match = _STORED.fullmatch(stored)
    if match is None:
        raise NoSuchFile("there is no such file")
    return StoredName(match[2], match[3], private=bool(match[1]))
