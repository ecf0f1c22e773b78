"""Changes that triggers could not be fired for: parked until a person tries again or lets go."""

import logging

from noodl_runtime.store.contract import Change, CloudStore
from noodl_runtime.triggers.parked import Parked, read_parked
from noodl_runtime.triggers.registered import Registered
from noodl_runtime.values import now_iso

AREA = "parked"

log = logging.getLogger("noodl.triggers")


class Parking:
    """The parked changes of one backend, by trigger and sequence. most: of one trigger."""

    def __init__(self, store: CloudStore, most: int) -> None:
        self._store = store
        self._most = most
        self._parked: dict[str, dict[int, Parked]] = {}

    def load(self) -> None:
        """Take up what was remembered."""
        for name, text in self._store.remembered(AREA).items():
            trigger_id, _, sequence = name.partition(" ")
            self._parked.setdefault(trigger_id, {})[int(sequence)] = read_parked(text)

    def park(self, one: Registered, change: Change, error: str, tries: int) -> None:
        """Keep a change; beyond the most the oldest of the trigger is given up, and logged."""
        parked = Parked(change=change, error=error, tries=tries, at=now_iso())
        texts: dict[str, str | None] = {f"{one.id} {change.sequence}": parked.text()}
        own = self._parked.setdefault(one.id, {})
        for oldest in sorted(own)[: max(len(own) + 1 - self._most, 0)]:
            log.error("%s: the parked change %d is given up (setting max_parked)", one, oldest)
            texts[f"{one.id} {oldest}"] = None
            del own[oldest]
        self._store.remember(AREA, texts)
        own[change.sequence] = parked
        log.error(
            "%s: %s of %s %s is parked after %d tries: %s [%s]",
            one, change.action, change.collection, change.object_id, tries, error,
            change.origin.chain,
        )  # fmt: skip

    def of(self, trigger_id: str) -> list[Parked]:
        """Return what is parked of a trigger, oldest first."""
        own = self._parked.get(trigger_id, {})
        return [own[sequence] for sequence in sorted(own)]

    def let_go(self, trigger_id: str, sequence: int) -> None:
        """Forget a parked change."""
        self._store.remember(AREA, {f"{trigger_id} {sequence}": None})
        self._parked.get(trigger_id, {}).pop(sequence, None)
