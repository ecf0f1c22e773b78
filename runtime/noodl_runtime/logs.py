"""Logs: one line an event on stderr, UTC time and level first, never in the way of the service.

Lines go through a bounded queue to a thread of their own: a reader that stops reading stderr (a
parent that hangs) costs log lines, never a request. Text from outside is escaped, so that a
request cannot forge a line or send codes to a terminal.
"""

import contextlib
import logging
import logging.handlers
import queue
import sys
import time
from collections.abc import Callable

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


class _Queue(logging.handlers.QueueHandler):
    """Hands records on as they are; drops them when the reader does not keep up."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record

    def enqueue(self, record: logging.LogRecord) -> None:
        # a full pipe must not stop the service, and there is nowhere left to say so
        with contextlib.suppress(queue.Full):
            self.queue.put_nowait(record)


def start_logging(level: str) -> Callable[[], None]:
    """Send the logs of this process to stderr and return what flushes and ends it.

    level: "debug", "info", "warning" or "error"
    """
    writer = logging.StreamHandler(sys.stderr)
    writer.setFormatter(_Lines())
    lines: queue.Queue[logging.LogRecord] = queue.Queue(QUEUE_LINES)
    listener = logging.handlers.QueueListener(lines, writer)
    root = logging.getLogger()
    root.handlers[:] = [_Queue(lines)]
    root.setLevel(level.upper())
    logging.raiseExceptions = False  # a closed stderr is not worth a traceback, least of all there
    listener.start()
    return listener.stop


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
