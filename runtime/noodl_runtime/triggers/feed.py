"""From the change log to runs of Database Change Triggers: each change at least once.

Every trigger has a line (`line.py`) with a position in the log. A greenlet reads on where there is
room, starts what may run, and remembers positions when runs have come to their end: what was under
way when the process died is read again and run again.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import gevent
from gevent.event import Event

from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import ACTIONS, Change, CloudStore
from noodl_runtime.triggers.firings import of_change
from noodl_runtime.triggers.line import Line, Waiting
from noodl_runtime.triggers.parking import Parking
from noodl_runtime.triggers.positions import Fed, Positions
from noodl_runtime.triggers.registered import Registered
from noodl_runtime.triggers.runs import Runs, error_of
from noodl_runtime.triggers.watch import BadWatch, Watch
from noodl_runtime.values import random_id

PIECE = 100  # changes that are read at a time
FIRST_TROUBLE_S, LONGEST_TROUBLE_S = 1.0, 60.0  # between two tries while the store refuses

log = logging.getLogger("noodl.triggers")


class Feed:
    """Feeds the triggers of one backend. clock: seconds that only go forward."""

    def __init__(
        self,
        store: CloudStore,
        positions: Positions,
        runs: Runs,
        parking: Parking,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._positions = positions
        self._runs = runs
        self._parking = parking
        self._settings = settings
        self._clock = clock
        self._greenlet: gevent.Greenlet | None = None
        self._holding = False
        self._stir: Any = None
        self._stirred = Event()

    def start(self) -> None:
        """Hear of changes, and begin with those that are waiting."""
        # changes are told where they were written, that is also in other threads
        self._stir = gevent.get_hub().loop.async_()
        self._stir.start(self._stirred.set)
        for action in ACTIONS:
            self._store.on(action, self._heard)
        self._runs.freed = self._stirred.set
        self._greenlet = gevent.spawn(self._work)

    def follow(self, triggers: Iterable[Registered], *, forget_others: bool) -> None:
        """Feed these triggers from now on; see Positions."""
        self._positions.follow(triggers, forget_others=forget_others)
        self._stirred.set()

    def hold(self) -> None:
        """Start no further run."""
        self._holding = True

    def stop(self) -> None:
        """Hear of nothing any more, and remember how far each trigger has come."""
        for action in ACTIONS:
            self._store.off(action, self._heard)
        if self._greenlet is not None:
            self._greenlet.kill()
        self._stir.stop()
        self._stir.close()
        self._positions.remember(always=True)

    def fire(self, one: Registered, change: Change, by: str, tries: int = 1) -> str:
        """Run a trigger for a change and return what it failed with, "" for nothing."""
        origin = change.origin
        answer = self._runs.fire(
            one,
            of_change(change, self._runs.file_url),
            depth=origin.depth + 1,
            chain=origin.chain or random_id(),
            fired_by={"by": by, "sequence": change.sequence, "tries": tries},
        )
        return error_of(answer)

    # -- the greenlet

    def _heard(self, _change: Change) -> None:
        if self._positions.fed:
            self._stir.send_ignoring_arg(None)

    def _work(self) -> None:
        trouble_s = FIRST_TROUBLE_S
        while True:
            self._stirred.clear()
            try:
                self._read()
                self._start_runs()
                self._positions.remember()
            except Exception:  # the edge of the greenlet
                log.exception("database change triggers are held up for %g s", trouble_s)
                gevent.sleep(trouble_s)
                trouble_s = min(trouble_s * 2, LONGEST_TROUBLE_S)
                continue
            trouble_s = FIRST_TROUBLE_S
            gevent.sleep(0)  # a long way to catch up with holds up nobody
            self._stirred.wait(self._pause())

    def _pause(self) -> float | None:
        ends = [
            end for fed in self._positions.fed.values() if (end := fed.line.wakes_at()) is not None
        ]
        return max(min(ends) - self._clock(), 0.001) if ends else None

    def _read(self) -> None:
        """Read the log on for the lines that have room, once for all that are at one place."""
        last = self._store.last_change()
        hungry = [
            f for f in self._positions.fed.values() if f.line.has_room and f.line.read != last
        ]
        for place in {fed.line.read for fed in hungry}:
            here = [fed for fed in hungry if fed.line.read == place]
            changes = self._store.changes(place, limit=PIECE)
            if changes is None:
                for fed in here:
                    self._positions.pass_gap(fed)
                continue
            for change in changes:
                for fed in here:
                    fed.line.offer(change, wanted=self._wanted(fed, change))
        if hungry:
            self._stirred.set()  # there may be more

    def _wanted(self, fed: Fed, change: Change) -> bool:
        watch = fed.one.what
        assert isinstance(watch, Watch)
        try:
            wanted = watch.wants(change, self._store.get_schema())
        except BadWatch as error:  # the schema has changed below the filter
            log.error("%s does not fire: %s", fed.one, error)
            return False
        if wanted and change.origin.depth >= self._settings.max_trigger_depth:
            self._runs.count(fed.one.id, "cut")
            log.error(
                "%s is not fired for %s %s: triggers have set off each other %d times (setting "
                "max_trigger_depth) [%s]",
                fed.one, change.collection, change.object_id, change.origin.depth,
                change.origin.chain,
            )  # fmt: skip
            return False
        return wanted

    def _start_runs(self) -> None:
        """Start one run for each trigger in turn, until nothing may run or there is no room."""
        started = True
        while started and not self._holding:
            started = False
            for fed in list(self._positions.fed.values()):
                if not self._runs.take(wait=False):
                    return
                waiting = fed.line.start(self._clock())
                if waiting is None:
                    self._runs.give(used=False)
                    continue
                started = True
                self._runs.spawn(partial(self._run, fed, waiting))

    def _run(self, fed: Fed, waiting: Waiting) -> None:
        line = fed.line
        try:
            try:
                error = self.fire(fed.one, waiting.change, "change", waiting.tries)
            except Exception as failure:  # the edge of the greenlet
                log.exception("%s could not be run", fed.one)
                error = str(failure) or type(failure).__name__
            if not error or not line.fail(waiting, self._clock()):
                self._settle(fed, line, waiting, error)
        finally:
            self._runs.give()

    def _settle(self, fed: Fed, line: Line, waiting: Waiting, error: str) -> None:
        """Be done with a change: it went well, or it is parked."""
        if error:
            try:
                self._parking.park(fed.one, waiting.change, error, waiting.tries)
            except Exception:
                log.exception("a change of %s cannot be parked; it stays in line", fed.one)
                line.pause(waiting, self._clock())
                return
        line.finish(waiting)
        fed.done = True
