"""The changes that one trigger is to be fired for, in line. Pure: the time is an argument.

Changes come in the order of the log. Those of one record run one after the other, those of others
beside each other. One that fails is tried again after a pause, and its record's later changes wait
behind it. `position` and `ahead` say what is done: all up to the one, and single ones beyond it; to
begin anew from them loses nothing and repeats nothing that was noted as done.
"""

import heapq
from collections import deque
from collections.abc import Iterable
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.store.contract import Change

LONGEST_PAUSE_S = 600.0
MOST_WAITING = 200  # changes of one trigger that are in line; the log holds the others


@dataclass
class Waiting:
    """One change in line. tries: how often it has been run, with the run that is under way."""

    change: Change
    tries: int = 0
    due: float = 0.0

    @property
    def record(self) -> tuple[str, str]:
        """Return what its order is kept among."""
        return self.change.collection, self.change.object_id


class Line:
    """The line of one trigger. read: the last change of the log that was offered to it."""

    def __init__(
        self,
        position: int,
        ahead: Iterable[int] = (),
        *,
        tries: int = 1,
        pause_s: float = 1.0,
    ) -> None:
        self.read = position
        self._ahead = {sequence for sequence in ahead if sequence > position}
        self._tries = tries
        self._pause_s = pause_s
        self._waiting: dict[int, Waiting] = {}  # in order of sequence
        self._records: dict[tuple[str, str], deque[Waiting]] = {}
        self._ready: list[int] = []  # heap of sequences: heads of their records' queues
        self._later: list[tuple[float, int]] = []  # heap: heads that pause until then

    @property
    def position(self) -> int:
        """Return the sequence number up to which everything is done."""
        return next(iter(self._waiting), self.read + 1) - 1

    @property
    def waiting(self) -> int:
        """Return how many changes are in line, those that run included."""
        return len(self._waiting)

    @property
    def has_room(self) -> bool:
        """Tell whether more of the log can be offered."""
        return len(self._waiting) < MOST_WAITING

    def state(self) -> dict[str, Any]:
        """Return what a new line needs to go on: {"position": 120, "ahead": [122]}."""
        position = self.position
        self._ahead = {sequence for sequence in self._ahead if sequence > position}
        return {"position": position, "ahead": sorted(self._ahead)}

    def offer(self, change: Change, *, wanted: bool) -> None:
        """Take up the next change of the log; one that is done already, or not wanted, passes."""
        if change.sequence <= self.read:
            return
        self.read = change.sequence
        if not wanted or change.sequence in self._ahead:
            return
        waiting = Waiting(change)
        self._waiting[change.sequence] = waiting
        queue = self._records.setdefault(waiting.record, deque())
        queue.append(waiting)
        if len(queue) == 1:
            heapq.heappush(self._ready, change.sequence)

    def skip_to(self, sequence: int) -> None:
        """Go on after a change, whatever lies between."""
        self.read = max(self.read, sequence)

    def start(self, now: float) -> Waiting | None:
        """Return the next change to run now, None when there is none."""
        while self._later and self._later[0][0] <= now:
            heapq.heappush(self._ready, heapq.heappop(self._later)[1])
        if not self._ready:
            return None
        waiting = self._waiting[heapq.heappop(self._ready)]
        waiting.tries += 1
        return waiting

    def wakes_at(self) -> float | None:
        """Return when the next pause ends, None without one."""
        return self._later[0][0] if self._later else None

    def finish(self, waiting: Waiting) -> None:
        """Note a change as done; the next one of its record may run."""
        del self._waiting[waiting.change.sequence]
        self._ahead.add(waiting.change.sequence)
        queue = self._records[waiting.record]
        queue.popleft()
        if queue:
            heapq.heappush(self._ready, queue[0].change.sequence)
        else:
            del self._records[waiting.record]

    def fail(self, waiting: Waiting, now: float) -> bool:
        """Put a change off after a failed run; False when it has had all its tries."""
        if waiting.tries >= self._tries:
            return False
        self.pause(waiting, now)
        return True

    def pause(self, waiting: Waiting, now: float) -> None:
        """Put a change off; each pause is twice as long as the one before."""
        waiting.due = now + min(self._pause_s * 2 ** min(waiting.tries - 1, 30), LONGEST_PAUSE_S)
        heapq.heappush(self._later, (waiting.due, waiting.change.sequence))
