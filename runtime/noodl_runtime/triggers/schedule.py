"""When a schedule fires: a cron expression on a wall clock. Pure; moments are arguments.

Whether a minute matches is for pycron to say, of the expression as `workflow/cron.py` has written
it anew. An hour that the wall clock skips never matches, one that it shows twice only the first
time.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import pycron

from noodl_runtime.dataclass import dataclass
from noodl_runtime.triggers.zones import UnknownZone, Zone, zone
from noodl_runtime.workflow.cron import BadCron, normalised

MINUTE_S = 60
HORIZON_DAYS = 21 * 366  # five of the 29 Februaries
MOST_JITTER = 3600.0  # seconds
MISSED = ("skip", "once")
OVERLAP = ("skip", "allow")


class BadSchedule(ValueError):
    """A schedule that cannot be followed; the message says which parameter and why."""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When to fire.

    cron:    as `normalised` returns it
    missed:  "skip": what came while nobody looked is gone; "once": it is made up for, once
    overlap: "skip": not while the run before is active; "allow"
    jitter:  seconds by which a firing is put off at most, by chance
    """

    cron: str
    zone: Zone
    missed: str = "skip"
    overlap: str = "skip"
    jitter: float = 0.0

    def matches(self, minute: int) -> bool:
        """Tell whether a minute, counted since 1970, is one to fire in."""
        local = self.zone.local(minute * MINUTE_S)
        return not local.fold and bool(pycron.is_now(self.cron, local))

    def upcoming(self, moment: float, until: float | None = None) -> Iterator[float]:
        """Yield the moments to fire at, after a moment and up to another."""
        begin = self.zone.local(moment).date()
        for day in (begin + timedelta(days=n) for n in range(HORIZON_DAYS)):
            for local in self._times_of(day):
                found = self.zone.moment(local)
                if self.zone.local(found) != local:
                    continue  # the clock skips it
                if until is not None and found > until:
                    return
                if found > moment:
                    yield found

    def _times_of(self, day: date) -> Iterator[datetime]:
        _, _, days, months, weekdays = self.cron.split()
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock's
        if pycron.is_now(f"* * {days} {months} {weekdays}", midnight):
            for hour, minute in self._clock_times:
                yield midnight.replace(hour=hour, minute=minute)

    @cached_property
    def _clock_times(self) -> list[tuple[int, int]]:
        minutes, hours, *_ = self.cron.split()
        any_day = datetime(2024, 1, 1)  # noqa: DTZ001
        return [
            (hour, minute)
            for hour in range(24)
            if pycron.is_now(f"* {hours} * * *", any_day.replace(hour=hour))
            for minute in range(60)
            if pycron.is_now(f"{minutes} * * * *", any_day.replace(minute=minute))
        ]


def schedule_of(parameters: Mapping[str, Any]) -> Schedule:
    """Return the schedule that the parameters of a Schedule Trigger describe. raises: BadSchedule.

    {"cron": "@daily", "timezone": "Europe/Berlin", "missedRuns": "once", "jitter": 30}
    """
    cron = parameters["cron"]
    if not isinstance(cron, str):
        raise BadSchedule("cron is no text")
    try:
        form, place = normalised(cron), zone(str(parameters.get("timezone") or ""))
    except BadCron as error:
        raise BadSchedule(f"cron {cron[:100]!r}: {error}") from error
    except UnknownZone as error:
        raise BadSchedule(f"timezone: {error}") from error
    return Schedule(
        cron=form,
        zone=place,
        missed=_one_of(parameters, "missedRuns", MISSED),
        overlap=_one_of(parameters, "overlap", OVERLAP),
        jitter=_jitter(parameters.get("jitter") or 0),
    )


def _one_of(parameters: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    given = parameters.get(name) or known[0]
    if given not in known:
        raise BadSchedule(f"{name} is {str(given)[:40]!r}, not one of {', '.join(known)}")
    return str(given)


def _jitter(given: Any) -> float:
    try:
        seconds = float(given)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 <= seconds <= MOST_JITTER:
        raise BadSchedule(f"jitter is {str(given)[:40]!r}, not seconds from 0 to {MOST_JITTER:g}")
    return seconds
