"""How far each Database Change Trigger has come in the change log, and what is remembered of it."""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore
from noodl_runtime.triggers.line import Line
from noodl_runtime.triggers.registered import Registered
from noodl_runtime.triggers.watch import Watch
from noodl_runtime.values import now_iso

AREA = "positions"
SELDOM = 1000  # changes that pass a trigger by until that is remembered

log = logging.getLogger("noodl.triggers")


class Fed:
    """One trigger and its line.

    gap:  changes it has missed, for a person to see: {"after": 7, "upTo": 90, "at": ...}
    done: whether something has come to its end that is not remembered yet
    """

    def __init__(self, one: Registered, line: Line, gap: dict[str, Any] | None = None) -> None:
        self.one = one
        self.line = line
        self.gap = gap
        self.done = False
        self._kept = line.position

    @property
    def passed(self) -> int:
        """Return how many changes it has passed since it was remembered."""
        return self.line.position - self._kept

    def taken(self) -> str:
        """Return what is to be remembered, and take it as remembered."""
        self.done, self._kept = False, self.line.position
        return json.dumps({**self.line.state(), "gap": self.gap})


class Positions:
    """The triggers that are fed, by id."""

    def __init__(self, store: CloudStore, settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self.fed: dict[str, Fed] = {}

    def follow(self, triggers: Iterable[Registered], *, forget_others: bool) -> None:
        """Feed these triggers from now on; one that is new begins with what is yet to come.

        forget_others: forget the positions of triggers that are not among these. One that is
                       among them and cannot fire, for a filter is mistyped, keeps its own
        """
        remembered = self._store.remembered(AREA)
        named = {one.id: one for one in triggers}
        self.fed = {
            name: self._taken_over(one, remembered.get(name, "{}"))
            for name, one in named.items()
            if isinstance(one.what, Watch)
        }
        texts: dict[str, str | None] = {
            name: fed.taken() for name, fed in self.fed.items() if name not in remembered
        }
        if forget_others:
            texts |= dict.fromkeys(remembered.keys() - named.keys())
        try:
            self._keep(texts)
        except Exception:  # a full disk; it is tried again when a run has ended
            log.exception("positions of database change triggers cannot be remembered")

    def remember(self, *, always: bool = False) -> None:
        """Remember what has come to its end; of changes that pass by only `always`, or seldom."""
        self._keep(
            {
                name: fed.taken()
                for name, fed in self.fed.items()
                if fed.done or fed.passed >= SELDOM or (always and fed.passed)
            }
        )

    def pass_gap(self, fed: Fed) -> None:
        """Go on after what the log no longer holds, and say so."""
        place, last = fed.line.read, self._store.last_change()
        fed.gap = {"after": place, "upTo": last, "at": now_iso()}
        fed.done = True
        log.error(
            "%s has missed changes: the log no longer holds those after %d; it goes on after %d "
            "(settings change_log_age, change_log_size)", fed.one, place, last,
        )  # fmt: skip
        if place < last:
            fed.line.skip_to(last)
        else:  # another database
            fed.line = self._line({})

    def shown(self, trigger_id: str) -> dict[str, Any]:
        """Return how far a trigger has come: {"position": 120, "behind": 3, "waiting": 2, ...}."""
        fed = self.fed.get(trigger_id)
        if fed is None:
            return {}
        position = fed.line.position
        behind = max(self._store.last_change() - position, 0)
        return {"position": position, "behind": behind, "waiting": fed.line.waiting, "gap": fed.gap}

    def forget_gap(self, trigger_id: str) -> None:
        """Show no more that changes were missed."""
        fed = self.fed.get(trigger_id)
        if fed is not None and fed.gap:
            fed.gap, fed.done = None, True

    def _taken_over(self, one: Registered, text: str) -> Fed:
        fed = self.fed.get(one.id)
        if fed is None:
            state = json.loads(text)
            return Fed(one, self._line(state), state.get("gap"))
        fed.one = one
        return fed

    def _line(self, state: Mapping[str, Any]) -> Line:
        return Line(
            state.get("position", self._store.last_change()),
            state.get("ahead", ()),
            tries=self._settings.trigger_tries,
            pause_s=self._settings.trigger_pause,
        )

    def _keep(self, texts: Mapping[str, str | None]) -> None:
        if not texts:
            return
        try:
            self._store.remember(AREA, texts)
        except BaseException:
            for name in texts.keys() & self.fed.keys():
                self.fed[name].done = True
            raise
