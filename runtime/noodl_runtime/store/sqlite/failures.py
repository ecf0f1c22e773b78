"""What the errors of SQLite mean here."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from noodl_runtime.errors import (
    BadQuery,
    DuplicateValue,
    PortableError,
    StoreDamaged,
    StoreFull,
)


class Interrupted(Exception):
    """A statement met its deadline."""


class StaleStatement(Exception):
    """A statement names a table or column that a schema change has taken away meanwhile."""


def translated(error: Exception, file: Path) -> Exception:
    """Return what an error of SQLite means here; errors of our own making stay as they are."""
    if isinstance(error, UnicodeEncodeError):
        return BadQuery("a text holds half of a surrogate pair, which is no character")
    if isinstance(error, OverflowError):
        return BadQuery("a whole number is beyond 64 bits")
    code = getattr(error, "sqlite_errorcode", 0) or 0
    if code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
        return _duplicate(str(error))
    make = _BY_CODE.get(code & 0xFF)
    if make is not None:
        return make(error, file)
    if str(error).startswith(("no such column", "no such table", "table ")):
        return StaleStatement(str(error))
    if str(error).startswith(_TOO_COMPLEX):
        return BadQuery("the query is too complex; ask for less at a time")
    return error


_TOO_COMPLEX = ("Expression tree", "parser stack", "too many", "at most")


def _duplicate(message: str) -> DuplicateValue:
    """Make the error behind "UNIQUE constraint failed: Todo.name, Todo.place"."""
    columns = message.partition(": ")[2].split(", ")
    collection = columns[0].rpartition(".")[0].partition("~")[0]
    fields = tuple(column.rpartition(".")[2] for column in columns)
    error = DuplicateValue(
        f"another record of {collection} already has this value of {', '.join(fields)}"
    )
    error.fields = fields
    return error


def _full(error: Exception, file: Path) -> PortableError:
    return StoreFull(
        f"the store cannot write ({error}); nothing of this write was kept; make room on the disk"
    )


def _not_whole(error: Exception, file: Path) -> PortableError:
    return StoreDamaged(f"the database {file.name} is damaged ({error}); see its check")


def damaged(file: Path, found: str) -> StoreDamaged:
    """Return the error for a database that is not whole; found: what was found wrong."""
    return StoreDamaged(
        f"the database {file} is damaged ({found}). It was left as it is: put it aside and "
        "restore the newest backup"
    )


_BY_CODE: dict[int, Callable[[Exception, Path], Exception]] = {
    sqlite3.SQLITE_FULL: _full,
    sqlite3.SQLITE_IOERR: _full,
    sqlite3.SQLITE_READONLY: _full,
    sqlite3.SQLITE_CORRUPT: _not_whole,
    sqlite3.SQLITE_NOTADB: _not_whole,
    sqlite3.SQLITE_INTERRUPT: lambda error, _file: Interrupted(str(error)),
    sqlite3.SQLITE_TOOBIG: lambda error, _file: BadQuery(f"the query is too large ({error})"),
}
