"""The triggers of the workflows that are served, each checked and under an id of its own. Pure."""

import hashlib
from collections.abc import Iterable

from noodl_runtime.dataclass import dataclass
from noodl_runtime.schema.model import Schema
from noodl_runtime.triggers.schedule import BadSchedule, Schedule, schedule_of
from noodl_runtime.triggers.watch import BadWatch, Fields, Watch
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.triggering import Trigger


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One trigger. what: when it fires by itself, None for one that cannot; problem says why."""

    id: str
    trigger: Trigger
    what: Schedule | Watch | None = None
    problem: str = ""

    @property
    def enabled(self) -> bool:
        """Tell whether it fires by itself."""
        return self.what is not None and truthy(self.trigger.parameters.get("enabled", True))

    def __str__(self) -> str:
        return f"{self.trigger.component} ({self.trigger.kind} {self.trigger.node})"


def id_of(trigger: Trigger) -> str:
    """Return an id that stays the same as long as component and node do: "5f0c9a1b2d"."""
    return hashlib.sha256(f"{trigger.component}\0{trigger.node}".encode()).hexdigest()[:10]


def registered(triggers: Iterable[Trigger], fields: Fields, schema: Schema) -> list[Registered]:
    """Return triggers in load order, each with what it waits for or what is wrong with it."""
    return [_registered(trigger, fields, schema) for trigger in triggers]


def _registered(trigger: Trigger, fields: Fields, schema: Schema) -> Registered:
    own = id_of(trigger)
    try:
        if trigger.kind == "schedule":
            return Registered(id=own, trigger=trigger, what=schedule_of(trigger.parameters))
        if trigger.kind == "dbChange":
            watch = Watch(trigger.parameters, fields, schema)
            return Registered(id=own, trigger=trigger, what=watch)
    except (BadSchedule, BadWatch) as error:
        return Registered(id=own, trigger=trigger, problem=str(error))
    return Registered(id=own, trigger=trigger)
