"""Keeps the last runs: noted in memory, written by a thread once the caller has the answer.

Nothing waits for it: runs queue up to a bound, and while it is reached only those are kept that
fail, so that a flood of calls is not slowed down.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import gevent

from noodl_runtime.runs.recording import Recording
from noodl_runtime.settings import Settings
from noodl_runtime.store.sqlite.run_log import RunLog
from noodl_runtime.threads import in_thread
from noodl_runtime.values import now_iso

log = logging.getLogger("noodl.runs")

T = TypeVar("T")
LONGEST_QUEUE = 100  # runs that wait to be written; with GATHER_S, 400 a second
GATHER_S = 0.25  # runs that end within so many seconds are written in one go


class RunHistory:
    """The history of one backend. redacted: takes secrets that functions know out of a text."""

    def __init__(
        self, file: Path, settings: Settings, redacted: Callable[[str], str] = str
    ) -> None:
        self._settings = settings
        self._redacted = redacted
        self._log = RunLog(file, settings.run_history)
        self._ended: deque[Recording] = deque(maxlen=LONGEST_QUEUE)
        self._lock = Lock()  # of threads: a greenlet that is killed leaves its thread at work
        self._writer: gevent.Greenlet | None = None
        self._count = 0

    def begin(
        self,
        name: str,
        trigger: str,
        request: Any,
        *,
        chain: str = "",
        fired_by: Mapping[str, Any] | None = None,
    ) -> Recording:
        """Begin to note a run; see Recording."""
        turn = self._count % self._settings.run_history_sample == 0
        sampled = turn and len(self._ended) < LONGEST_QUEUE
        self._count += 1
        return Recording(
            name=name,
            trigger=trigger,
            started=now_iso(),
            request=request,
            chain=chain,
            fired_by=fired_by or {},
            most_steps=self._settings.run_history_steps if sampled else 0,
            sampled=sampled,
            duration_ms=-time.perf_counter() * 1000,
        )

    def end(self, recording: Recording, status: int, body: bytes) -> None:
        """Keep a run that has answered, if it is one of the sample or has failed."""
        recording.duration_ms += time.perf_counter() * 1000
        if not recording.sampled and status < 400:
            return
        recording.status, recording.response = status, body.decode("utf-8", "replace")
        self._ended.append(recording)
        if self._writer is None or self._writer.dead:
            self._writer = gevent.spawn_later(GATHER_S, self._write)

    def newest(self, limit: int, **narrowed: Any) -> list[dict[str, Any]]:
        """Return runs, the newest first; see RunLog.newest."""
        return self._apply(lambda: self._log.newest(limit, **narrowed))

    def fetch(self, run_id: int) -> dict[str, Any] | None:
        """Return one run with request, response, output and steps; None if it is not kept."""
        return self._apply(lambda: self._log.fetch(run_id))

    def close(self) -> None:
        """Write what is left and close the file."""
        if self._writer is not None:
            self._writer.kill()
        self._write()
        self._apply(self._log.close)

    def _write(self) -> None:
        try:
            self._apply(_nothing)
        except Exception:
            log.exception("a run could not be kept")

    def _apply(self, action: Callable[[], T]) -> T:
        """Write what has ended, then do `action`, both in a thread."""

        def work() -> T:
            with self._lock:
                ended = [run.document(self._redacted) for run in self._taken()]
                if ended:
                    self._log.add(ended)
                return action()

        return in_thread(gevent.get_hub().threadpool, work)

    def _taken(self) -> Iterator[Recording]:
        while self._ended:
            yield self._ended.popleft()


def _nothing() -> None:
    """Only write."""
