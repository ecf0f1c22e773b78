"""Compile a project again whenever the editor has saved it."""

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from noodl_portable.compiling import Compilation, compile_into
from noodl_portable.project import read_project
from noodl_runtime.errors import PortableError

PAUSE_S = 0.25  # between two looks at the file
Stamp = tuple[int, int] | None


class ProjectWatch:
    """Follows one project.json from a thread of its own, beside the server.

    tell: takes what was compiled, or a sentence about what is wrong
    """

    def __init__(
        self,
        file: Path,
        compiled: Stamp,
        folder: Path,
        tell: Callable[[Compilation | str], None],
    ) -> None:
        """compiled: what the file looked like when it was compiled last"""
        self._file = file
        self._folder = folder
        self._tell = tell
        self._compiled = self._seen = compiled
        self._stop = Event()
        self._thread = Thread(target=self._watch, name="project watch", daemon=True)

    def __enter__(self) -> "ProjectWatch":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> None:
        """Compile if the file is another one than before and has been left alone since then."""
        now = stamp_of(self._file)
        calm, self._seen = now == self._seen, now
        if now is None or not calm or now == self._compiled:
            return
        self._compiled = now
        try:
            self._tell(compile_into(read_project(self._file), self._folder))
        except PortableError as error:
            self._tell(f"{error}; the workflows stay as they were")

    def _watch(self) -> None:
        while not self._stop.wait(PAUSE_S):
            self.look()


def stamp_of(file: Path) -> Stamp:
    """Return what tells whether a file has changed, None while there is none."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size
