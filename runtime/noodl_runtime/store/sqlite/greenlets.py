"""Whether the caller can let others run: as a greenlet of the thread the store lives in."""

import threading

import gevent


class Home:
    """The thread in which a store was opened; its hub is the one that waiting goes through."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()

    def can_wait(self) -> bool:
        """Say whether the caller may give way to others: not plain code, nor the hub itself."""
        if threading.get_ident() != self._thread:
            return False
        current = gevent.getcurrent()
        return current.parent is not None and current is not gevent.get_hub()
