"""Reading without holding up the others: at once if it is short, in a thread if it is long.

Every read begins on the spot with a small allowance of time. One that uses it up is stopped and
begun again in a pool of threads, each with a connection; its text is remembered, and the next
read of that text goes to the pool directly. So look-ups by key or index cost no thread, and a
scan of a large collection never holds up the hub, whatever plan SQLite has for it.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from gevent.threadpool import ThreadPool

from noodl_runtime.errors import QueryTooSlow
from noodl_runtime.store.sqlite.connection import Connection, Row
from noodl_runtime.store.sqlite.failures import Interrupted
from noodl_runtime.store.sqlite.greenlets import Home
from noodl_runtime.threads import in_thread

T = TypeVar("T")

THREADS = 4
_ALLOWANCE_S = 0.003
_WAITING_S = 0.05
_SHAPES_KEPT = 1000


class Reader:
    """Read connections of one database file. query_timeout: seconds until a read is refused."""

    def __init__(self, file: Path, *, query_timeout: float) -> None:
        self._file = file
        self._timeout = query_timeout
        self._home = Home()
        self._inline = Connection(file)
        self._idle: list[Connection] = []
        self._pool: ThreadPool | None = None
        self._long: set[str] = set()
        self._closed = False

    def rows(self, text: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a statement. raises: QueryTooSlow, BadQuery, StaleStatement."""
        return self.read(text, lambda connection: connection.rows(text, parameters))

    def look_up(self, text: str, parameters: Sequence[Any]) -> list[Row]:
        """Return the row behind a key; that is never long, so nothing is weighed."""
        if self._home.can_wait():
            return self._inline.rows(text, parameters)
        return self.borrowed(lambda connection: connection.rows(text, parameters), None)

    def read(self, shape: str, work: Callable[[Connection], T]) -> T:
        """Do some reading; work may be begun twice. shape: what reads of the same cost share."""
        if not self._home.can_wait():
            return self._refusing(lambda: self.borrowed(work, self._timeout))
        if shape not in self._long:
            try:
                return _until(self._inline, work, min(_ALLOWANCE_S, self._timeout))
            except Interrupted:
                self._remember(shape)
        return self.in_thread(lambda: self._timed(shape, work))

    def in_thread(self, work: Callable[[], T]) -> T:
        """Do something long in a thread while the hub goes on; at once where there is no hub."""
        if not self._home.can_wait():
            return self._refusing(work)
        if self._pool is None:
            self._pool = ThreadPool(THREADS)
        pool = self._pool
        return self._refusing(lambda: in_thread(pool, work))

    def borrowed(self, work: Callable[[Connection], T], timeout_s: float | None) -> T:
        """Do some reading with a connection that no other thread has."""
        connection = self.take()
        try:
            return _until(connection, work, timeout_s)
        finally:
            self.give_back(connection)

    def piece(self, connection: Connection, work: Callable[[Connection], T]) -> T:
        """Do a piece of a longer reading with a connection that was taken; each has its timeout."""
        return self.in_thread(lambda: _until(connection, work, self._timeout))

    def take(self) -> Connection:
        """Return a connection for the caller's own use, until it is given back."""
        try:
            return self._idle.pop()
        except IndexError:
            return Connection(self._file)

    def give_back(self, connection: Connection) -> None:
        """Take a connection back for the next one who needs one."""
        if len(self._idle) < THREADS and not self._closed:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Stop the threads and close every connection; safe to call twice."""
        self._closed = True
        if self._pool is not None:
            self._pool.kill()
            self._pool = None
        for connection in (self._inline, *self._idle):
            connection.close()
        self._idle.clear()

    def _timed(self, shape: str, work: Callable[[Connection], T]) -> T:
        """Do a long read in a thread, and see whether its like can be begun on the spot again.

        What counts is its own work: on a busy machine, and among other threads, short reads take
        long, and would never come back. What waits for the disk is long all the same.
        """
        began, worked = time.monotonic(), time.thread_time()
        result = self.borrowed(work, self._timeout)
        if time.thread_time() - worked < _ALLOWANCE_S / 2 and time.monotonic() - began < _WAITING_S:
            self._long.discard(shape)
        return result

    def _refusing(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except Interrupted as error:
            raise QueryTooSlow(
                f"the query took longer than query_timeout ({self._timeout:g} s) and was stopped; "
                "narrow it or add an index"
            ) from error

    def _remember(self, shape: str) -> None:
        if len(self._long) >= _SHAPES_KEPT:
            self._long.clear()
        self._long.add(shape)


def _until(connection: Connection, work: Callable[[Connection], T], timeout_s: float | None) -> T:
    connection.deadline = None if timeout_s is None else time.monotonic() + timeout_s
    try:
        return work(connection)
    finally:
        connection.deadline = None
