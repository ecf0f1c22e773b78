"""One process per data folder: a lock of the operating system, which dies with its process."""

import os
import sys
from pathlib import Path
from typing import BinaryIO

from noodl_runtime.errors import DataFolderInUse, SetupError

LOCK_NAME = "lock"


class FolderLock:
    """Holds a folder for this process. The file stays; only the lock on it means anything."""

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
