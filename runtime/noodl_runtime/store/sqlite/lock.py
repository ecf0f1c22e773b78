"""One process per data folder: a lock of the operating system, which dies with its process.

The file of the lock also holds the note that one process leaves for the next.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

from noodl_runtime.errors import DataFolderInUse, SetupError

LOCK_NAME = "lock"
_LONGEST_NOTE = 1000  # bytes


class FolderLock:
    """Holds a folder for this process. The file stays; that it is there means nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None

    def take(self) -> None:
        """Take the folder.

        raises: DataFolderInUse when another process, or store, has it; SetupError when it cannot
                be written
        """
        file = self._opened()
        try:
            _lock(file)
        except OSError as error:
            file.close()
            raise DataFolderInUse(
                f"the data folder {self._folder} is in use by another process; "
                "stop that one or choose another folder with --data"
            ) from error
        self._file = file

    def release(self) -> None:
        """Let go of the folder; safe to call twice."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def take_note(self) -> str:
        """Return the note that was left, "" for none, and wipe it out on the disk."""
        assert self._file is not None
        self._file.seek(0)
        note = self._file.read(_LONGEST_NOTE).decode("utf-8", "replace")
        if note:
            self.leave_note("")
        return note

    def leave_note(self, note: str) -> None:
        """Leave a note for the next process, in place of any other."""
        assert self._file is not None
        self._file.seek(0)
        self._file.truncate()
        self._file.write(note.encode())
        os.fsync(self._file.fileno())

    def _opened(self) -> BinaryIO:
        try:
            descriptor = os.open(self._folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SetupError(
                f"the data folder {self._folder} cannot be written ({error.strerror}); "
                "choose another folder with --data"
            ) from error
        return os.fdopen(descriptor, "r+b", buffering=0)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
