"""Copies of a database that is in use, and putting one back in its place.

A copy is one snapshot, whatever is written meanwhile; it is made under another name and takes its
own when it is whole and on the disk.
"""

import os
import sqlite3
from pathlib import Path

from noodl_runtime.errors import SetupError
from noodl_runtime.store.sqlite.failures import translated
from noodl_runtime.store.sqlite.files import (
    flush_folder,
    inspect,
    make_private_file,
    make_private_folder,
)
from noodl_runtime.store.sqlite.lock import FolderLock

BACKUPS = "backups"  # folder beside the database, for copies made by ourselves
KEPT = 5  # so many of them

_UNFINISHED = ".unfinished"
_JOURNALS = ("-wal", "-shm")


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Copy the database behind a connection to a new file, as it is at one moment.

    raises: SetupError when the file is there already, StoreFull, StoreDamaged
    """
    if target.exists():
        raise SetupError(f"{target} is there already; a backup never overwrites a file")
    unfinished = target.with_name(target.name + _UNFINISHED)
    unfinished.unlink(missing_ok=True)
    make_private_file(unfinished)
    try:
        _copy(source, unfinished)
        _settle(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def back_up(database: Path, target: Path) -> None:
    """Copy a database file that another process may be writing to, as it is at one moment.

    raises: SetupError when there is no such file, or the target is there already; StoreDamaged
    """
    if not database.is_file():
        raise SetupError(f"there is no database {database}")
    source = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
    try:
        copy_database(source, target)
    finally:
        source.close()


def safety_copy(source: sqlite3.Connection, database: Path, why: str, moment: str) -> Path:
    """Copy a database into the folder of backups, forget the oldest of them, and say where.

    why: part of the file's name: "before-schema-change"
    """
    folder = database.parent / BACKUPS
    make_private_folder(folder)
    name = f"{moment.replace(':', '').replace('.', '-')}-{why}.db"
    copy_database(source, folder / name)
    forget_old_backups(folder)
    return folder / name


def forget_old_backups(folder: Path) -> None:
    """Remove all but the newest copies in a folder of backups; their names begin with the time."""
    for old in sorted(folder.glob("*.db"))[:-KEPT]:
        old.unlink(missing_ok=True)


def restore(database: Path, backup: Path, moment: str) -> Path | None:
    """Put a backup in the place of a database that nobody uses; say where the old one is now.

    raises: StoreDamaged when the backup is not whole, DataFolderInUse
    """
    if not backup.is_file():
        raise SetupError(f"there is no backup {backup}")
    inspect(backup)
    make_private_folder(database.parent)
    lock = FolderLock(database.parent)
    lock.take()
    try:
        fresh = database.with_name(database.name + ".restored")
        fresh.unlink(missing_ok=True)
        back_up(backup, fresh)
        aside = _put_aside(database, moment)
        fresh.replace(database)
        flush_folder(database.parent)
    finally:
        lock.release()
    return aside


def _put_aside(database: Path, moment: str) -> Path | None:
    """Move a database with its journals into the folder of backups, damaged or not."""
    if not database.exists():
        return None
    folder = database.parent / BACKUPS
    make_private_folder(folder)
    aside = folder / f"{moment.replace(':', '').replace('.', '-')}-before-restore.db"
    for suffix in (*_JOURNALS, ""):
        part = database.with_name(database.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    return aside


def _copy(source: sqlite3.Connection, target: Path) -> None:
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file, without journals
    except sqlite3.Error as error:
        raise translated(error, target) from error
    finally:
        copy.close()


def _settle(file: Path, target: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    file.replace(target)
    flush_folder(target.parent)
