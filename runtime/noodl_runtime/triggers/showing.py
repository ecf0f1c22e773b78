"""What is shown of a trigger to whoever looks after a backend."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.triggers.hook import Hook
from noodl_runtime.triggers.parking import Parking
from noodl_runtime.triggers.positions import Positions
from noodl_runtime.triggers.registered import Registered
from noodl_runtime.triggers.runs import Runs
from noodl_runtime.triggers.schedule import Schedule
from noodl_runtime.triggers.timetable import Timetable
from noodl_runtime.triggers.words import in_words
from noodl_runtime.values import iso_of

NEXT_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Showing:
    """Where what is shown comes from. clock: seconds since 1970."""

    runs: Runs
    timetable: Timetable
    positions: Positions
    parking: Parking
    public_url: str
    clock: Callable[[], float]

    def of(self, one: Registered) -> dict[str, Any]:
        """Return all that is known of a trigger: {"id": ..., "kind": "schedule", "next": ...}."""
        return {
            "id": one.id,
            "kind": one.trigger.kind,
            "component": one.trigger.component,
            "node": one.trigger.node,
            "file": one.trigger.file,
            "parameters": dict(one.trigger.parameters),
            "enabled": one.enabled,
            "problem": one.problem,
            "running": self.runs.active[one.id],
            "counts": dict(self.runs.counts.get(one.id, {})),
            "last": self.runs.last.get(one.id),
            **self._own(one),
        }

    def _own(self, one: Registered) -> dict[str, Any]:
        if one.trigger.kind == "dbChange":
            parked = [parked.document() for parked in self.parking.of(one.id)]
            return {**self.positions.shown(one.id), "parked": parked}
        if isinstance(one.what, Schedule):
            return self._of_schedule(one, one.what)
        if isinstance(one.what, Hook):
            url = self.public_url.rstrip("/") + one.what.url
            return {"url": url, "methods": sorted(one.what.methods)}
        return {}

    def _of_schedule(self, one: Registered, schedule: Schedule) -> dict[str, Any]:
        upcoming = schedule.upcoming(self.clock()) if one.enabled else iter(())
        last = self.timetable.last_run(one.id)
        return {
            "meaning": in_words(str(one.trigger.parameters["cron"])),
            "lastRun": None if last is None else _iso(last),
            "next": [_iso(moment) for moment in islice(upcoming, NEXT_SHOWN)],
        }


def _iso(moment: float) -> str:
    return iso_of(datetime.fromtimestamp(moment, UTC))
