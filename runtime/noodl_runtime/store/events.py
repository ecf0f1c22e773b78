"""Who wants to hear of committed changes, and telling them: once each, in commit order.

Stores append while they hold their write lock and deliver after letting go of it. Whoever writes
inside a handler, or beside a handler that waits, only appends: the delivery that runs already
takes it up. Handlers run where the write ran: in the greenlet, or thread, of one who wrote.
"""

import logging
import threading
from collections import deque
from collections.abc import Iterable

from noodl_runtime.store.contract import Action, Change, Handler

log = logging.getLogger(__name__)


class Events:
    """Handlers by action, and the changes they have not heard of yet."""

    def __init__(self) -> None:
        self._handlers: dict[Action, list[Handler]] = {"create": [], "save": [], "delete": []}
        self._waiting: deque[Change] = deque()
        self._delivering = threading.Lock()

    def on(self, event: Action, handler: Handler) -> None:
        """Call handler for each such change from now on."""
        self._handlers[event] = [*self._handlers[event], handler]

    def off(self, event: Action, handler: Handler) -> None:
        """Stop calling handler; unknown handlers are ignored."""
        self._handlers[event] = [each for each in self._handlers[event] if each != handler]

    def append(self, changes: Iterable[Change]) -> None:
        """Note committed changes, in order."""
        self._waiting.extend(changes)

    def deliver(self) -> None:
        """Tell the handlers of everything noted, unless that is under way already."""
        while self._waiting and self._delivering.acquire(blocking=False):
            try:
                while self._waiting:
                    self._tell(self._waiting.popleft())
            finally:
                self._delivering.release()

    def _tell(self, change: Change) -> None:
        for handler in self._handlers[change.action]:
            try:
                handler(change)
            except Exception:  # the write is committed; a broken listener must not undo its answer
                log.exception("a handler of %s in %s failed", change.action, change.collection)
