"""Watching what a store asks of SQLite: work is counted, never timed."""

from collections.abc import Iterator
from contextlib import contextmanager

from noodl_runtime.store.sqlite.connection import Connection
from noodl_runtime.store.sqlite.store import SqliteStore


@contextmanager
def statements(store: SqliteStore) -> Iterator[list[str]]:
    """Collect the statements that the writer and the inline reader run."""
    seen: list[str] = []
    connections = (writing(store), reading(store))
    for connection in connections:
        connection.raw.set_trace_callback(seen.append)
    try:
        yield seen
    finally:
        for connection in connections:
            connection.raw.set_trace_callback(None)


def writing(store: SqliteStore) -> Connection:
    """Return the connection that writes."""
    return store._parts.connection


def reading(store: SqliteStore) -> Connection:
    """Return the connection for short reads of the hub's own thread."""
    return store._parts.reader._inline


def words(seen: list[str]) -> list[str]:
    """Return the first word of each statement."""
    return [text.split(maxsplit=1)[0] for text in seen]


def pragma(connection: Connection, name: str) -> object:
    """Return the value of a setting of SQLite."""
    return connection.rows(f"PRAGMA {name}")[0][0]
