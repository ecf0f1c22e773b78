"""Keeps uploaded files in a folder: two files each, the bytes and a few words about them.

  <data>/files/4f1c...          the bytes
  <data>/files/4f1c....json     {"name": "4f1c..._photo.png", "kind": "image/png", "size": 9}

The words are written last, so that a file without them is one that never arrived whole.
"""

import errno
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import gevent

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import FileRefused, NoSuchFile, RequestTooLarge, StoreFull
from noodl_runtime.files.names import StoredName, new_name, read_name
from noodl_runtime.files.signing import check_signed, signed
from noodl_runtime.threads import in_thread

PIECE = 64 * 1024
_ARRIVING = ".arriving"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A stored file that is there. size in bytes; tag: changes with the bytes."""

    name: StoredName
    kind: str
    size: int
    path: Path

    @property
    def tag(self) -> str:
        """Return the entity tag; the bytes under a name never change."""
        return f'"{self.name.digits}"'

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to but without `end`."""
        with self.path.open("rb") as stream:
            stream.seek(start)
            left = end - start
            while left > 0 and (piece := stream.read(min(PIECE, left))):
                left -= len(piece)
                yield piece


class FileStore:
    """Stored files below one folder.

    key:      signs the links of private files
    link_age: seconds that such a link holds
    """

    def __init__(
        self,
        folder: Path,
        *,
        key: str,
        max_file: int,
        link_age: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._key = key.encode()
        self._max_file = max_file
        self._link_age = link_age
        self._clock = clock
        for left_over in folder.glob(f"*{_ARRIVING}"):
            left_over.unlink()

    def save(
        self, given: str, kind: str, pieces: Iterable[bytes], *, private: bool = False
    ) -> StoredName:
        """Store an upload as it arrives and return its name, once it is on the disk.

        raises: BadFileName, FileRefused for an empty one, RequestTooLarge, StoreFull
        """
        name = new_name(given, private=private)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._path(name)
        arriving = path.with_suffix(_ARRIVING)
        try:
            size = _write(arriving, self._checked(pieces))
            words = {"name": str(name), "kind": kind, "size": size}
            arriving.rename(path)
            _write(arriving, [json.dumps(words).encode()])
            arriving.rename(path.with_suffix(".json"))
        except OSError as error:
            path.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise StoreFull("there is no space for the file") from error
            raise
        finally:
            arriving.unlink(missing_ok=True)
        return name

    def find(self, stored: str) -> StoredFile:
        """Return a stored file by its name. raises: NoSuchFile."""
        name = read_name(stored)
        path = self._path(name)
        try:
            words = json.loads(path.with_suffix(".json").read_bytes())
        except FileNotFoundError as error:
            raise NoSuchFile("there is no such file") from error
        if words["name"] != stored:  # also where somebody left the mark of a private file out
            raise NoSuchFile("there is no such file")
        return StoredFile(name=name, kind=words["kind"], size=words["size"], path=path)

    def delete(self, stored: str) -> None:
        """Remove a stored file. raises: NoSuchFile."""
        path = self.find(stored).path
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def link(self, stored: str) -> str:
        """Return what follows the folder in a file's URL: its name, and for a private one proof."""
        expires = self.link_end(stored)
        if expires is None:
            return quote(stored)
        return f"{quote(stored)}?{signed(stored, self._key, expires)}"

    def link_end(self, stored: str) -> int | None:
        """Return until when a link made now holds, seconds since 1970; None: for ever."""
        if not stored.startswith("p") or not _is_stored(stored):
            return None
        return int(self._clock() + self._link_age)

    def check_link(self, stored: str, query: dict[str, str]) -> None:
        """Accept a look at a private file with the query of its link. raises: NotAllowed."""
        check_signed(stored, self._key, query, self._clock())

    def _path(self, name: StoredName) -> Path:
        return self._folder / name.digits

    def _checked(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > self._max_file:
                raise RequestTooLarge(f"the file is over {self._max_file} bytes (setting max_file)")
            yield piece
        if not size:
            raise FileRefused("the file is empty")


def _write(path: Path, pieces: Iterable[bytes]) -> int:
    """Write a file that only its owner can read, down to the disk; return its size."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        for piece in pieces:
            stream.write(piece)
        stream.flush()
        in_thread(gevent.get_hub().threadpool, lambda: os.fsync(stream.fileno()))
        return stream.tell()


_BINARY = getattr(os, "O_BINARY", 0)


def _is_stored(name: str) -> bool:
    try:
        read_name(name)
    except NoSuchFile:
        return False
    return True
