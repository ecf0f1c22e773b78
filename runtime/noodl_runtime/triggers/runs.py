"""Carries firings out: at most so many at a time, and it keeps how each trigger's last one went."""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from gevent.lock import BoundedSemaphore
from gevent.pool import Group

from noodl_runtime.functions import FunctionResponse, Functions
from noodl_runtime.triggers.registered import Registered
from noodl_runtime.values import now_iso
from noodl_runtime.workflow.triggering import Firing

log = logging.getLogger("noodl.triggers")


class Runs:
    """The runs of one backend's triggers. freed: called when there is room for another run."""

    def __init__(self, functions: Functions, most: int) -> None:
        self.most = most
        self._functions = functions
        self._slots = BoundedSemaphore(most)
        self._group = Group()
        self.active: Counter[str] = Counter()
        self.counts: dict[str, Counter[str]] = {}
        self.last: dict[str, dict[str, Any]] = {}
        self.file_url = functions.file_url
        self.freed: Callable[[], None] = _nobody

    def spawn(self, work: Callable[[], None]) -> None:
        """Do some work beside everything else; a stop waits for it."""
        self._group.spawn(work)

    def take(self, *, wait: bool) -> bool:
        """Take room for a run; give it back with `give`."""
        return bool(self._slots.acquire(blocking=wait))

    def give(self, *, used: bool = True) -> None:
        """Give back the room for a run. used: whether there was one."""
        self._slots.release()
        if used:
            self.freed()

    def count(self, trigger_id: str, what: str) -> None:
        """Count something that happened to a trigger: "fired", "failed", "skipped", "cut"."""
        self.counts.setdefault(trigger_id, Counter())[what] += 1

    def fire(
        self,
        one: Registered,
        firing: Firing,
        *,
        chain: str,
        fired_by: Mapping[str, Any],
        depth: int = 0,
    ) -> FunctionResponse:
        """Run a trigger's component to its end, whatever that is, and return its answer."""
        self.active[one.id] += 1
        begun, clock = now_iso(), time.perf_counter()
        try:
            answer = self._functions.fire(
                one.trigger,
                firing,
                depth=depth,
                chain=chain,
                fired_by={"trigger": one.id, "node": one.trigger.node, **fired_by},
            )
        finally:
            self.active[one.id] -= 1
        error = error_of(answer)
        self.count(one.id, "failed" if error else "fired")
        self.last[one.id] = {
            "startedAt": begun,
            "duration": round((time.perf_counter() - clock) * 1000, 3),
            "status": answer.status,
            "error": error,
            "chain": chain,
            "by": fired_by["by"],
        }
        if error:
            log.error("%s failed: %s [%s]", one, error, chain)
        return answer

    def stop(self, timeout_s: float) -> None:
        """Wait for what runs, and end what does not come to its end in time."""
        self._group.join(timeout_s)
        if len(self._group):
            log.warning("%d runs of triggers are broken off", len(self._group))
        self._group.kill()


def error_of(answer: FunctionResponse) -> str:
    """Return what a run failed with, "" for one that did not."""
    if answer.status < 400:
        return ""
    try:
        found = json.loads(answer.body).get("error")
    except (ValueError, AttributeError):
        found = None
    return str(found or f"status {answer.status}")[:1000]


def _nobody() -> None:
    """Nobody waits for room."""
