"""Whether a database is as the last clean stop left it, so that a start need not read all of it.

A stop that brought everything into the one file notes the file's size, time and identity; a start
takes the note away. So a start finds a note only after a clean stop, and it fits the file only if
nobody has written, replaced or copied the file since.
"""

import os
import time
from pathlib import Path


def note_of(file: Path) -> str:
    """Return what tells this state of a database file from others, "" where nothing can.

    The file is given a time of its own: the clock of file systems ticks in milliseconds, and a
    write within the tick of the stop would otherwise leave size and time as they were.
    """
    now = time.time_ns()
    try:
        os.utime(file, ns=(now, now))
    except OSError:
        return ""
    return _state(file) if file.stat().st_mtime_ns == now else ""


def is_as_noted(file: Path, note: str) -> bool:
    """Say whether a database file is in the state that a note tells of."""
    return bool(note) and note == _state(file)


def _state(file: Path) -> str:
    if file.with_name(file.name + "-wal").exists():  # it holds what the file lacks
        return ""
    try:
        found = file.stat()
    except OSError:
        return ""
    return f"{file.name} {found.st_size} {found.st_mtime_ns} {found.st_ino}"
