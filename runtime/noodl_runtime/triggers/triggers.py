"""The triggers of a backend as a whole: what is registered, started, shown and fired by hand."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import BadRequest, NoSuchTrigger
from noodl_runtime.functions import FunctionResponse, Functions
from noodl_runtime.functions.known_fields import known_fields
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore
from noodl_runtime.triggers.by_hand import firing_of
from noodl_runtime.triggers.feed import Feed
from noodl_runtime.triggers.hooks import Hooks
from noodl_runtime.triggers.parked import Parked
from noodl_runtime.triggers.parking import Parking
from noodl_runtime.triggers.positions import Positions
from noodl_runtime.triggers.registered import Registered, registered
from noodl_runtime.triggers.runs import Runs
from noodl_runtime.triggers.showing import Showing
from noodl_runtime.triggers.timetable import Timetable

log = logging.getLogger("noodl.triggers")

CLOCK = time.time  # what schedules go by, seconds since 1970
RETRY_S = 30.0  # seconds that one call may begin to try parked changes again


class Triggers:
    """The triggers that the workflows declare. In order: `prepare`, `start`, `hold`, `stop`."""

    def __init__(self, functions: Functions, store: CloudStore, settings: Settings) -> None:
        self._functions = functions
        self._store = store
        self._settings = settings
        self._runs = Runs(functions, settings.max_trigger_runs)
        self._parking = Parking(store, settings.max_parked)
        self._positions = Positions(store, settings)
        self._feed = Feed(store, self._positions, self._runs, self._parking, settings)
        self.hooks = Hooks(store, self._runs, functions.secret, settings.max_waiting_hooks)
        self._timetable = Timetable(store, self._runs, clock=CLOCK)
        self._showing = Showing(
            runs=self._runs,
            timetable=self._timetable,
            positions=self._positions,
            parking=self._parking,
            public_url=settings.public_url,
            clock=CLOCK,
        )
        self._all: dict[str, Registered] = {}
        self._stop_at = 0.0
        self._started = False

    # -- life

    def prepare(self) -> None:
        """Take up what was left, before anybody can write: no change from now on is missed."""
        self._parking.load()
        self._timetable.load()
        self._register()
        self._functions.changed.append(self._register)

    def start(self) -> None:
        """Follow clock and change log."""
        self._started = True
        self._timetable.start()
        self._feed.start()
        self.hooks.resume(forget_others=self._whole)

    def hold(self) -> None:
        """Start no further run; those that are under way have the stop_timeout from now on."""
        if self._started:
            self._stop_at = time.monotonic() + self._settings.stop_timeout
            self._feed.hold()
            self._timetable.stop()
            self._timetable.hurry()

    def stop(self) -> None:
        """Wait for what runs, break off what takes too long, remember what is done."""
        self._functions.changed.remove(self._register)
        if self._started:
            self._runs.stop(max(self._stop_at - time.monotonic(), 0))
            self._feed.stop()

    def _register(self) -> None:
        """Take over the triggers of the workflows that are served now."""
        schema = self._store.get_schema()
        fields = known_fields(schema, self._functions.serving.workflows.metadata)
        found = registered(self._functions.triggers(), fields, schema, self._functions.secret)
        self._all = {one.id: one for one in found}
        for one in found:
            if one.trigger.connected:
                names = ", ".join(one.trigger.connected)
                log.warning("%s: what is connected with %s is ignored", one, names)
            if one.problem:
                log.error("%s: %s does not fire: %s", one.trigger.file, one, one.problem)
        self._timetable.follow(found, forget_others=self._whole)
        self._feed.follow(found, forget_others=self._whole)
        self.hooks.follow(found)

    @property
    def _whole(self) -> bool:
        """Tell whether all files could be read; else triggers that are not there are not gone."""
        return all(p.component and not p.fatal for p in self._functions.problems)

    # -- looking

    def problems(self) -> list[str]:
        """Return why triggers do not fire, a sentence each."""
        return [
            f"{one.trigger.file} {one}: {one.problem}" for one in self._all.values() if one.problem
        ]

    def parked(self) -> int:
        """Return how many changes of these triggers wait for a person."""
        return sum(len(self._parking.of(name)) for name in self._all)

    def all(self) -> list[dict[str, Any]]:
        """Return all triggers as they are shown, in load order."""
        return [self.shown(name) for name in self._all]

    def shown(self, trigger_id: str) -> dict[str, Any]:
        """Return all that is known of a trigger. raises: NoSuchTrigger."""
        return self._showing.of(self._one(trigger_id))

    # -- by hand

    def fire(self, trigger_id: str, given: Mapping[str, Any], chain: str) -> FunctionResponse:
        """Fire a trigger now, also one that is switched off, and return its answer.

        given:  see `by_hand.py`
        raises: NoSuchTrigger, BadRequest, NoSuchRecord
        """
        one = self._one(trigger_id)
        firing = firing_of(one, given, self._store, self._runs.file_url)
        depth = 1 if one.trigger.kind == "dbChange" else 0
        return self._runs.fire(one, firing, chain=chain, depth=depth, fired_by={"by": "manual"})

    def retry(self, trigger_id: str, sequence: int | None = None) -> list[dict[str, Any]]:
        """Fire a trigger for its parked changes, or one of them; what goes well is let go.

        returns: [{"sequence": 7, "error": ""}, ...], oldest first, those of the first RETRY_S
        raises:  NoSuchTrigger; BadRequest for a change that is not parked
        """
        one = self._one(trigger_id)
        tried: list[dict[str, Any]] = []
        until = time.monotonic() + RETRY_S
        for parked in self._chosen(one, sequence):
            if tried and time.monotonic() > until:
                break
            error = self._feed.fire(one, parked.change, "manual", parked.tries + 1)
            if not error:
                self._parking.let_go(one.id, parked.change.sequence)
            tried.append({"sequence": parked.change.sequence, "error": error})
        return tried

    def let_go(self, trigger_id: str, sequence: int | None = None) -> int:
        """Forget the parked changes of a trigger, or one of them; return how many.

        raises: NoSuchTrigger; BadRequest for a change that is not parked
        """
        chosen = self._chosen(self._one(trigger_id), sequence)
        for parked in chosen:
            self._parking.let_go(trigger_id, parked.change.sequence)
        if sequence is None:
            self._positions.forget_gap(trigger_id)
        return len(chosen)

    def _chosen(self, one: Registered, sequence: int | None) -> list[Parked]:
        parked = self._parking.of(one.id)
        if sequence is None:
            return parked
        chosen = [each for each in parked if each.change.sequence == sequence]
        if not chosen:
            raise BadRequest(f"no change {sequence} of this trigger is parked")
        return chosen

    def _one(self, trigger_id: str) -> Registered:
        if trigger_id not in self._all:
            raise NoSuchTrigger(
                f"there is no trigger {trigger_id!r}; GET /_admin/triggers lists them"
            )
        return self._all[trigger_id]
