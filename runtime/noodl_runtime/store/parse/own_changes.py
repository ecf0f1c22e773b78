"""The changes this process made: what is heard of a Parse Server, for it tells no one else's.

They are kept in memory. Sequence numbers begin with the milliseconds of the clock at the start, so
that one from before the last start is known to be older than everything here.
"""

import time
from collections import deque
from collections.abc import Sequence

from noodl_runtime.store.contract import Action, Change, Handler, Write
from noodl_runtime.store.events import Events
from noodl_runtime.values import Clock, Record

KEPT = 10_000

Done = tuple[Write, Action, Record | None, Record | None]  # write, action, before, after


class OwnChanges:
    """Numbers changes, remembers the last ones, tells the handlers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events = Events()
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._last = int(time.time() * 1000)
        self._forgotten = self._last  # the newest sequence number that is not kept

    def on(self, event: Action, handler: Handler) -> None:
        """Call handler for each such change."""
        self._events.on(event, handler)

    def off(self, event: Action, handler: Handler) -> None:
        """Stop calling handler."""
        self._events.off(event, handler)

    @property
    def last(self) -> int:
        """Return the number of the latest change."""
        return self._last

    def since(self, sequence: int, limit: int) -> list[Change] | None:
        """Return the changes after a number, None if they are not all kept."""
        if sequence < self._forgotten or sequence > self._last:
            return None
        return [change for change in self._kept if change.sequence > sequence][:limit]

    def add(self, done: Sequence[Done]) -> None:
        """Note writes that were carried out, in order, and tell of them."""
        changes = [self._change(*each) for each in done]
        self._events.append(changes)
        self._events.deliver()

    def _change(
        self, write: Write, action: Action, before: Record | None, after: Record | None
    ) -> Change:
        self._last += 1
        record = after or before or {}
        change = Change(
            sequence=self._last,
            time=self._clock(),
            collection=write.collection,
            action=action,
            object_id=str(record.get("objectId", "")),
            before=before,
            after=after,
            origin=write.origin,
        )
        if len(self._kept) == KEPT:
            self._forgotten = self._kept[0].sequence
        self._kept.append(change)
        return change
