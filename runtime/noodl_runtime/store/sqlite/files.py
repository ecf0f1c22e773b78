"""The database file: looked at before it is trusted, and readable by its owner alone."""

import os
import sqlite3
from pathlib import Path

from noodl_runtime.errors import SetupError
from noodl_runtime.store.sqlite.failures import damaged

_HEADER = b"SQLite format 3\0"
_MANY = 20  # findings are told up to so many


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, unless it is there. raises: SetupError."""
    if folder.is_dir():
        return
    try:
        if not folder.parent.exists():
            make_private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        flush_folder(folder.parent)
    except OSError as error:
        raise SetupError(f"the folder {folder} cannot be made ({error.strerror})") from error


def make_private_file(file: Path) -> None:
    """Make an empty file that only its owner can read; its journals get the same rights."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        raise SetupError(f"the file {file} cannot be made ({error.strerror})") from error


def flush_folder(folder: Path) -> None:
    """Write the names in a folder to the disk, so that a new file keeps its own after a power cut.

    Windows does that by itself.
    """
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def inspect(file: Path, *, known: bool = False) -> None:
    """Accept a database file without changing a byte of it. raises: StoreDamaged, SetupError.

    known: it is as a clean stop left it; then its beginning is enough
    """
    findings = _beginning(file) if known else findings_of(file, "quick_check")
    if findings:
        raise damaged(file, findings[0])


def findings_of(file: Path, check: str) -> list[str]:
    """Return what is wrong with a database file, [] for nothing; it is opened for reading only.

    check: "quick_check", or "integrity_check", which compares indexes and tables as well
    """
    return _beginning(file) or _checked(file, check)


def _beginning(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            start = stream.read(len(_HEADER))
    except OSError as error:
        raise SetupError(f"the database {file} cannot be read ({error.strerror})") from error
    if start == _HEADER:
        return []
    return ["the file is empty" if not start else "the file is no SQLite database"]


def _checked(file: Path, check: str) -> list[str]:
    # Without a journal there is nothing to take in, and "immutable" leaves no journal behind.
    journal = file.with_name(file.name + "-wal")
    access = "mode=ro" if journal.exists() else "immutable=1"
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?{access}", uri=True)
    try:
        rows = connection.execute(f"PRAGMA {check}({_MANY})").fetchall()
    except sqlite3.DatabaseError as error:
        return [str(error)]
    finally:
        connection.close()
    return [text for (text,) in rows if text != "ok"]
