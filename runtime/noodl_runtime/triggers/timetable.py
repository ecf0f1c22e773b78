"""The schedules, as they are kept and followed: a greenlet around `clockwork.py`.

What a schedule has fired for is remembered before its run begins, so that a crash repeats nothing.
"""

import json
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import gevent
from gevent.event import Event

from noodl_runtime.store.contract import CloudStore
from noodl_runtime.triggers.clockwork import Clockwork, Due
from noodl_runtime.triggers.firings import of_schedule
from noodl_runtime.triggers.registered import Registered
from noodl_runtime.triggers.runs import Runs
from noodl_runtime.triggers.schedule import MINUTE_S, Schedule
from noodl_runtime.values import random_id

AREA = "schedules"
LONGEST_SLEEP = 20.0  # seconds; a clock that jumps is noticed then

log = logging.getLogger("noodl.triggers")

Followed = dict[str, tuple[Registered, Schedule]]


class Timetable:
    """Follows the schedules of one backend. clock: seconds since 1970, as the machine shows it."""

    def __init__(
        self, store: CloudStore, runs: Runs, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._runs = runs
        self._clock = clock
        self._works = Clockwork()
        self._followed: Followed = {}
        self._kept: dict[str, dict[str, Any]] = {}
        self._begun: Counter[str] = Counter()  # runs, with those that still wait to begin
        self._hurry = Event()
        self._greenlet: gevent.Greenlet | None = None

    def load(self) -> None:
        """Take up what was remembered."""
        kept = self._store.remembered(AREA)
        self._kept = {name: json.loads(text) for name, text in kept.items()}

    def start(self) -> None:
        """Make up for what was missed, and follow the clock from now on."""
        self.make_up()
        self._greenlet = gevent.spawn(self._follow)

    def follow(self, schedules: Iterable[Registered], *, forget_others: bool) -> None:
        """Follow these schedules from now on; what of others is remembered may be forgotten."""
        given = list(schedules)
        self._followed = {
            one.id: (one, one.what)
            for one in given
            if one.enabled and isinstance(one.what, Schedule)
        }
        self._works.schedules = {name: schedule for name, (_, schedule) in self._followed.items()}
        mistyped = {one.id for one in given if one.problem}
        gone = self._kept.keys() - self._followed.keys() - mistyped
        self._remember_new(gone if forget_others else ())
        self._works.fired = {
            name: entry["minute"] for name, entry in self._kept.items() if "minute" in entry
        }

    def make_up(self) -> None:
        """Fire, once each, the schedules that ask for it and came while nothing ran."""
        since = {
            name: max(entry["since"], entry.get("minute", 0) * MINUTE_S)
            for name, entry in self._kept.items()
        }
        for due in self._works.missed(since, self._clock()):
            self._begin(due)

    def look(self, moment: float) -> None:
        """Start the runs of what is due at a moment."""
        for due in self._works.look(moment):
            self._begin(due)

    def last_run(self, trigger_id: str) -> float | None:
        """Return the moment a schedule has fired at last, None if that is not known."""
        return self._kept.get(trigger_id, {}).get("lastRun")

    def hurry(self) -> None:
        """Begin the runs that are put off; there is no later any more."""
        self._hurry.set()

    def stop(self) -> None:
        """Follow the clock no more."""
        if self._greenlet is not None:
            self._greenlet.kill()

    def _follow(self) -> None:
        while True:
            moment = self._clock()
            try:
                self.look(moment)
            except Exception:  # the edge of the greenlet
                log.exception("while looking at the schedules")
            gevent.sleep(min(MINUTE_S - moment % MINUTE_S, LONGEST_SLEEP) + 0.001)

    def _begin(self, due: Due) -> None:
        one, schedule = self._followed[due.id]
        most = 0 if schedule.overlap == "skip" else self._runs.most - 1
        if self._begun[due.id] > most:
            self._runs.count(due.id, "skipped")
            log.warning("%s is skipped: the run before is still active", one)
            return
        self._begun[due.id] += 1
        self._runs.spawn(lambda: self._run(one, schedule, due))

    def _run(self, one: Registered, schedule: Schedule, due: Due) -> None:
        try:
            # not before it is spawned: a stop that ends the timetable lets runs begin
            self._keep(due.id, {"minute": due.minute, "lastRun": self._clock()})
            if schedule.jitter:
                self._hurry.wait(random.uniform(0, schedule.jitter))  # noqa: S311 - spreads load
            self._runs.take(wait=True)
            try:
                by = {"by": "missed" if due.missed else "schedule", "minute": due.minute}
                chain = random_id()
                self._runs.fire(one, of_schedule(self._clock()), chain=chain, fired_by=by)
            finally:
                self._runs.give()
        except Exception:  # the edge of the greenlet
            log.exception("%s could not be run", one)
        finally:
            self._begun[due.id] -= 1

    def _remember_new(self, gone: Iterable[str]) -> None:
        """Begin to remember schedules that are new, or mean something else than before."""
        changed: dict[str, dict[str, Any] | None] = {}
        for name, (_, schedule) in self._followed.items():
            entry = self._kept.get(name)
            if entry is None or entry["cron"] != schedule.cron:
                changed[name] = {**(entry or {}), "cron": schedule.cron, "since": self._clock()}
        self._write({**changed, **dict.fromkeys(gone)})

    def _keep(self, name: str, more: Mapping[str, Any]) -> None:
        if name in self._kept:  # it can have been taken out meanwhile
            self._write({name: {**self._kept[name], **more}})

    def _write(self, entries: Mapping[str, Mapping[str, Any] | None]) -> None:
        for name, entry in entries.items():
            if entry is None:
                self._kept.pop(name, None)
            else:
                self._kept[name] = dict(entry)
        texts = {n: None if entry is None else json.dumps(entry) for n, entry in entries.items()}
        if texts:
            try:
                self._store.remember(AREA, texts)
            except Exception:  # a full disk does not stop the clock
                log.exception("what schedules have fired cannot be remembered")
