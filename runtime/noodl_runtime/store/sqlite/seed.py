"""Makes the seed database of a bundle: the records of a backend, without people and history."""

import sqlite3
from contextlib import closing
from pathlib import Path

from noodl_runtime.errors import BuildRefused
from noodl_runtime.schema.layout import quote_name

# Of the tables whose names start with "_" these travel with their rows; others are about people,
# sessions or what happened, and travel empty.
KEPT = ("_collections", "_Role")


def write_seed(database: Path, target: Path) -> None:
    """Copy the records of a live database into a new file; the source is only read.

    Accounts, sessions, tokens and the change log are emptied, and nothing of them stays in the
    file: it is written anew, so the same records give the same bytes.
    raises: BuildRefused when it is no database or cannot be read
    """
    try:
        with (
            closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(target.with_suffix(".copy"), isolation_level=None)) as copy,
        ):
            copy.execute("PRAGMA synchronous = OFF")  # of no use if the machine stops half way
            source.backup(copy)
            for table in _private_tables(copy):
                copy.execute(f"DELETE FROM {quote_name(table)}")
            copy.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise BuildRefused(f"{database} cannot be copied: {error}") from error


def _private_tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 1) = '_'"
        " ORDER BY name"
    )
    return [name for (name,) in rows if name not in KEPT and not _joins_public(name)]


def _joins_public(table: str) -> bool:
    """Say if a table joins records of a collection that is packed: "_join:tags:Product"."""
    kind, _, rest = table.partition(":")
    return kind == "_join" and not rest.partition(":")[2].startswith("_")
