"""Hot reload: workflow files that are saved are served a moment later, without a restart.

The new set is built beside the running one and swapped in at once; requests under way end on the
set they began with. While a file is broken, the set that runs goes on, and the log and /health say
which file it is and what is wrong there.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import gevent

from noodl_runtime.definition import WORKFLOW_SUFFIX, fingerprint, read_workflows
from noodl_runtime.functions import Functions, prepared
from noodl_runtime.threads import in_thread
from noodl_runtime.workflow.graph import Graph, Problem

log = logging.getLogger("noodl.reload")

Stamps = dict[str, tuple[int, int]]  # file -> modification time and size

LOOKS_PER_DELAY = 4  # how often a folder is looked at while its delay passes
LONGEST_PAUSE = 1.0  # seconds between two looks


class Reloader:
    """Watches workflows/ below a folder and keeps `functions` up to date with it.

    delay_s: how long the files must have been left alone before they are read
    """

    def __init__(self, folder: Path, functions: Functions, delay_s: float) -> None:
        self._folder = folder
        self._functions = functions
        self._delay_s = delay_s
        self._served = self._seen = stamps_of(folder)
        self._calm_s = 0.0
        self._greenlet: gevent.Greenlet | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._greenlet = gevent.spawn(self._watch)

    def stop(self) -> None:
        """Watch no more."""
        if self._greenlet is not None:
            self._greenlet.kill()

    def due(self, stamps: Stamps, passed_s: float) -> bool:
        """Tell whether the files are to be read, given what they look like now.

        passed_s: time since this was asked last
        """
        if stamps != self._seen:
            self._seen, self._calm_s = stamps, 0.0
            return False
        self._calm_s += passed_s
        return stamps != self._served and self._calm_s >= self._delay_s

    def reload(self) -> bool:
        """Read the files and serve what is in them, unless one is broken; tell which it was."""
        return self._swap(self._candidate())

    def _watch(self) -> None:
        pause = min(self._delay_s / LOOKS_PER_DELAY, LONGEST_PAUSE)
        pool = gevent.get_hub().threadpool  # a slow disk or a large set stops nobody
        while True:
            gevent.sleep(pause)
            try:
                if self.due(in_thread(pool, lambda: stamps_of(self._folder)), pause):
                    self._swap(in_thread(pool, self._candidate))
            except Exception:
                log.exception("while looking for changed workflows")

    def _candidate(self) -> Graph:
        self._served = self._seen
        files, problems = read_workflows(self._folder)
        broken = [Problem(p.file, "", "", p.message, fatal=True) for p in problems]
        documents = [(f"workflows/{file.name}", file.document) for file in files]
        return prepared(documents, broken, fingerprint(files))

    def _swap(self, graph: Graph) -> bool:
        swapped = self._functions.swap(graph)
        if swapped:
            log.info("workflows changed: %d functions are served", len(graph.functions()))
        else:
            log.error("the workflows as they were before are still served")
        return swapped


def stamps_of(folder: Path) -> Stamps:
    """Return what tells whether a workflow file below a folder has changed."""
    return dict(_stamps(folder / "workflows", ""))


def _stamps(folder: Path, prefix: str) -> Iterator[tuple[str, tuple[int, int]]]:
    try:
        entries = list(folder.iterdir())
    except OSError:
        return  # it is being replaced, or there is none
    for entry in entries:
        if entry.name.endswith(WORKFLOW_SUFFIX):
            try:
                stat = entry.stat()
            except OSError:
                continue
            yield prefix + entry.name, (stat.st_mtime_ns, stat.st_size)
        elif entry.is_dir():
            yield from _stamps(entry, f"{prefix}{entry.name}/")
