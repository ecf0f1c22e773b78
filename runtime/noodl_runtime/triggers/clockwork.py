"""Which schedules are due, look by look. Pure: the time is an argument, nothing sleeps here.

Every minute of the wall clock is dealt with once, whatever the clock does between two looks:

  it went on            the minutes since the last look, each for itself: a late look loses none
  it jumped ahead       more than CATCH_UP minutes: the present minute; what lies between is
  or nobody looked      missed, and made up for once by schedules that ask for it
  it was set back       nothing, until it shows a minute it has not shown before
  by more than a day    it had been wrong: begin anew from what it shows now
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import field

from noodl_runtime.dataclass import dataclass
from noodl_runtime.triggers.schedule import MINUTE_S, Schedule

CATCH_UP = 5  # minutes
LONGEST_STEP_BACK = 24 * 60  # minutes

log = logging.getLogger("noodl.triggers")


@dataclass(frozen=True)
class Due:
    """A schedule that is to fire. minute: which one it fires for; missed: it is made up for."""

    id: str
    minute: int
    missed: bool = False


@dataclass
class Clockwork:
    """Schedules by id. fired: the minute each one has fired for last, as it was kept."""

    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    fired: dict[str, int] = field(default_factory=dict)
    _seen: int | None = None

    def look(self, moment: float) -> list[Due]:
        """Return what is due at a moment, and take it as fired."""
        now = int(moment // MINUTE_S)
        seen = now - 1 if self._seen is None else self._seen
        if now < seen - LONGEST_STEP_BACK:
            log.warning("the clock was set back by more than a day; schedules go by it anew")
            seen, self.fired = now - 1, {}
        due = list(self._due(seen, now)) if now > seen else []
        self._seen = max(seen, now)
        for each in due:
            self.fired[each.id] = each.minute
        return due

    def missed(self, since: Mapping[str, float], moment: float) -> list[Due]:
        """Return the schedules that came while nobody looked and are to be made up for.

        since: the moment from which on each may have been missed
        """
        end = (moment // MINUTE_S) * MINUTE_S - MINUTE_S  # the present minute is for `look`
        return [
            Due(name, int(first // MINUTE_S), missed=True)
            for name, begin in since.items()
            if name in self.schedules and self.schedules[name].missed == "once"
            for first in [next(self.schedules[name].upcoming(begin, end), None)]
            if first is not None
        ]

    def _due(self, seen: int, now: int) -> Iterator[Due]:
        if now - seen > CATCH_UP:
            log.warning("%d minutes passed without a look at the schedules", now - seen)
            gap = dict.fromkeys(self.schedules, float(seen * MINUTE_S))
            yield from self.missed(gap, now * MINUTE_S)
            seen = now - 1
        for minute in range(seen + 1, now + 1):
            for name, schedule in self.schedules.items():
                if self._may_fire(name, minute) and schedule.matches(minute):
                    yield Due(name, minute)

    def _may_fire(self, name: str, minute: int) -> bool:
        last = self.fired.get(name)
        return last is None or minute > last or minute < last - LONGEST_STEP_BACK
