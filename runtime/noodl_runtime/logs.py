"""Logs: one line an event on stderr, UTC time and level first, never in the way of the service.

Lines go through a bounded queue to a thread of their own: a reader that stops reading stderr (a
parent that hangs) costs log lines, never a request. Text from outside is escaped, so that a
request cannot forge a line or send codes to a terminal.
"""

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable
from queue import Full, Queue

QUEUE_LINES = 10_000


class _Lines(logging.Formatter):
    """One line: "2024-05-01T10:01:00.123Z INFO http: GET /health 200"."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, tracebacks indented below it."""
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%S")
        name = record.name.removeprefix("noodl.")
        line = f"{moment}.{int(record.msecs):03d}Z {record.levelname} {name}: "
        line += _escaped(record.getMessage())
        if record.exc_info:
            trace = self.formatException(record.exc_info).splitlines()
            line += "".join(f"\n    {_escaped(part)}" for part in trace)
        return line


class _Queued(logging.Handler):
    """Hands records to a thread that writes them; drops them when that does not keep up.

    The standard QueueHandler does this, too; it brings pickle and sockets to every start.
    """

    def __init__(self, writer: logging.Handler) -> None:
        super().__init__()
        self._writer = writer
        self._waiting: Queue[logging.LogRecord | None] = Queue(QUEUE_LINES)
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        # a full pipe must not stop the service, and there is nowhere left to say so
        with contextlib.suppress(Full):
            self._waiting.put_nowait(record)

    def stop(self) -> None:
        """Write what is waiting, and end."""
        self._waiting.put(None)
        self._thread.join()

    def _write(self) -> None:
        while (record := self._waiting.get()) is not None:
            self._writer.handle(record)


def start_logging(level: str) -> Callable[[], None]:
    """Send the logs of this process to stderr and return what flushes and ends it.

    level: "debug", "info", "warning" or "error"
    """
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(_Lines())
    queued = _Queued(writer)
    root = logging.getLogger()
    root.handlers[:] = [queued]
    root.setLevel(level.upper())
    logging.raiseExceptions = False  # a closed stderr is not worth a traceback, least of all there
    return queued.stop


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
