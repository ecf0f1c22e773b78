"""Work that takes long and needs nothing of ours: done in a thread while the hub goes on."""

import threading
from collections.abc import Callable
from typing import TypeVar

import gevent
from gevent.threadpool import ThreadPool

from noodl_runtime.threads import in_thread

T = TypeVar("T")


class Threads:
    """A few threads, started when first needed. Where there is no hub to go on, work is done here.

    count: at most so many at once, which bounds what parallel requests cost in memory
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._home = threading.get_ident()
        self._pool: ThreadPool | None = None

    def run(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; raises what it raises."""
        if threading.get_ident() != self._home or gevent.getcurrent().parent is None:
            return work()
        if self._pool is None:
            self._pool = ThreadPool(self._count)
        return in_thread(self._pool, work)

    def close(self) -> None:
        """Stop the threads; safe to call twice."""
        if self._pool is not None:
            self._pool.kill()
            self._pool = None
