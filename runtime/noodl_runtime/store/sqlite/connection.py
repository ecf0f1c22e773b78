"""The door to SQLite: connections, set up the one way that is safe."""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from noodl_runtime.query.functions import FUNCTIONS
from noodl_runtime.store.sqlite.failures import translated

Row = tuple[Any, ...]

_STATEMENTS_KEPT = 512
_BUSY_S = 10.0
_CACHE_KIB = 16_384
# Steps of SQLite's machine between two looks at the clock: about a millisecond of its own work, or
# of ours where a step can be a call of one of our functions.
_STEPS = 20_000
_STEPS_WITH_CALLS = 500
_CALLS = "noodl_"  # how the names of our functions begin

_SYNCHRONOUS = {"full": "FULL", "normal": "NORMAL"}  # by the setting durability

_FAILURES = (sqlite3.Error, OverflowError, UnicodeEncodeError)


class Connection:
    """One connection; used by one thread at a time. deadline: monotonic seconds, None for none."""

    def __init__(self, file: Path, *, durability: str = "full", writes: bool = False) -> None:
        self.deadline: float | None = None
        self._often = False
        self._raw = sqlite3.connect(
            file,
            timeout=_BUSY_S,
            isolation_level=None,  # transactions begin and end where this package says so
            check_same_thread=False,
            cached_statements=_STATEMENTS_KEPT,
        )
        try:
            self._set_up(durability, writes)
        except sqlite3.Error as error:
            self._raw.close()
            raise translated(error, file) from error
        self._file = file

    @property
    def raw(self) -> sqlite3.Connection:
        """Return the connection of the standard library, for backups and for tests."""
        return self._raw

    @property
    def in_transaction(self) -> bool:
        """Say whether a transaction is open; SQLite ends one by itself when the disk is full."""
        return self._raw.in_transaction

    def rows(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a statement."""
        self._look_often(_CALLS in text)
        try:
            return self._raw.execute(text, parameters).fetchall()
        except _FAILURES as error:
            raise translated(error, self._file) from error

    def cursor(self, text: str, parameters: Sequence[Any] = ()) -> "Rows":
        """Return the rows of a statement to be read piece by piece; close it."""
        self._look_often(_CALLS in text)
        try:
            return Rows(self._raw.execute(text, parameters), self._file)
        except _FAILURES as error:
            raise translated(error, self._file) from error

    def run(self, text: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement and return how many rows it changed."""
        try:
            return self._raw.execute(text, parameters).rowcount
        except _FAILURES as error:
            raise translated(error, self._file) from error

    def run_many(self, text: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each of several parameters."""
        try:
            self._raw.executemany(text, parameters)
        except _FAILURES as error:
            raise translated(error, self._file) from error

    def close(self) -> None:
        """Close; safe to call twice."""
        self._raw.close()

    def _set_up(self, durability: str, writes: bool) -> None:
        run = self._raw.execute
        if writes:
            run("PRAGMA journal_mode = WAL").fetchall()
            run(f"PRAGMA synchronous = {_SYNCHRONOUS[durability]}")
            run(f"PRAGMA fullfsync = {int(durability == 'full')}")  # macOS; nothing elsewhere
            run("PRAGMA journal_size_limit = 67108864")
        else:
            run("PRAGMA query_only = ON")
        run("PRAGMA foreign_keys = OFF")
        run("PRAGMA trusted_schema = OFF")
        run("PRAGMA cell_size_check = ON")
        run("PRAGMA temp_store = MEMORY")  # nothing is written outside the data folder
        run(f"PRAGMA cache_size = -{_CACHE_KIB}")
        for name, function in FUNCTIONS.items():
            self._raw.create_function(
                name, function.arity, function.call, deterministic=function.deterministic
            )
        self._raw.set_progress_handler(self._is_over, _STEPS)

    def _look_often(self, often: bool) -> None:
        if often != self._often:
            self._often = often
            steps = _STEPS_WITH_CALLS if often else _STEPS
            self._raw.set_progress_handler(self._is_over, steps)

    def _is_over(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


class Rows:
    """Rows that come piece by piece."""

    def __init__(self, cursor: sqlite3.Cursor, file: Path) -> None:
        self._cursor = cursor
        self._file = file

    def next_rows(self, size: int) -> list[Row]:
        """Return up to `size` further rows, [] at the end."""
        try:
            return self._cursor.fetchmany(size)
        except sqlite3.Error as error:
            raise translated(error, self._file) from error

    def close(self) -> None:
        """Let go of the statement."""
        self._cursor.close()
