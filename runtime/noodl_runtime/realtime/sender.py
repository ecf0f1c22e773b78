"""Sends for all clients what their sockets take at once, in turns with everything else."""

from collections import deque
from itertools import count
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event

if TYPE_CHECKING:
    from noodl_runtime.realtime.end import End

SENT_AT_ONCE = 100  # sends, before requests get their turn


class Sender:
    """One greenlet, and the ends for which something waits."""

    def __init__(self) -> None:
        self._due: deque[End] = deque()
        self._ready = Event()
        self._greenlet = gevent.spawn(self._run)

    def soon(self, end: "End") -> None:
        """Send what waits for a client, when it is its turn."""
        self._due.append(end)
        self._ready.set()

    def close(self) -> None:
        """Send no more."""
        self._greenlet.kill()

    def _run(self) -> None:
        while True:
            self._ready.wait()
            self._ready.clear()
            for number in count(1):
                if not self._due:
                    break
                self._due.popleft().send_now()
                if number % SENT_AT_ONCE == 0:
                    gevent.sleep(0)
