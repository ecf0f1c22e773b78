"""The format of the store's own tables: made in new databases, brought up to date in older ones."""

from collections.abc import Callable, Mapping
from pathlib import Path

from noodl_runtime.errors import SetupError
from noodl_runtime.store.sqlite import change_log, remembered, schema_table, secrets
from noodl_runtime.store.sqlite.backup import safety_copy
from noodl_runtime.store.sqlite.connection import Connection
from noodl_runtime.store.sqlite.files import (
    flush_folder,
    inspect,
    make_private_file,
    make_private_folder,
)

APPLICATION_ID = 0x4E4F4F44  # "NOOD" in the header tells whose file it is

# Format -> statements that bring a database of the format before it to this one.
UPGRADES: Mapping[int, tuple[str, ...]] = {
    1: (change_log.CREATE, schema_table.CREATE, secrets.CREATE),
    2: (change_log.ADD_CHAIN, remembered.CREATE),
}

_NEW = ".new"


def open_database(
    file: Path, *, durability: str, now: Callable[[], str], known: bool = False
) -> Connection:
    """Return a connection that may write, to a database that is whole and of the present format.

    A new database takes its name when it is complete, so that a file that is empty or half made
    is damage and nothing else.
    known:  the file is as a clean stop left it, and need not be read as a whole
    raises: StoreDamaged, SetupError
    """
    if file.exists():
        inspect(file, known=known)
        return _present(file, durability, now)
    make_private_folder(file.parent)
    unfinished = file.with_name(file.name + _NEW)
    for suffix in ("", "-wal", "-shm"):
        unfinished.with_name(unfinished.name + suffix).unlink(missing_ok=True)
    make_private_file(unfinished)
    connection = Connection(unfinished, writes=True)
    try:
        connection.run(f"PRAGMA application_id = {APPLICATION_ID}")
        _upgrade(connection, 0)
    finally:
        connection.close()
    unfinished.replace(file)
    flush_folder(file.parent)
    return Connection(file, durability=durability, writes=True)


def _present(file: Path, durability: str, now: Callable[[], str]) -> Connection:
    connection = Connection(file, durability=durability, writes=True)
    try:
        found = _format(connection, file)
        if found < max(UPGRADES):
            safety_copy(connection.raw, file, f"format-{found}", now())
            _upgrade(connection, found)
    except Exception:
        connection.close()
        raise
    return connection


def _format(connection: Connection, file: Path) -> int:
    """Return the format of a database. raises: SetupError for a foreign or a newer one."""
    if connection.rows("PRAGMA application_id") != [(APPLICATION_ID,)]:
        raise SetupError(f"{file} is a database of another program; use another data folder")
    found: int = connection.rows("PRAGMA user_version")[0][0]
    if found > max(UPGRADES):
        raise SetupError(
            f"{file} was written by a newer version (format {found}, this one knows up to "
            f"{max(UPGRADES)}); use that version, or restore a backup made by this one"
        )
    return found


def _upgrade(connection: Connection, found: int) -> None:
    connection.run("BEGIN IMMEDIATE")
    try:
        for number in range(found + 1, max(UPGRADES) + 1):
            for text in UPGRADES[number]:
                connection.run(text)
            connection.run(f"PRAGMA user_version = {number}")
        connection.run("COMMIT")
    except Exception:
        connection.run("ROLLBACK")
        raise
