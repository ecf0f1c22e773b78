"""The triggers of the workflows that are served, each checked and under an id of its own. Pure."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from noodl_runtime.dataclass import dataclass
from noodl_runtime.schema.model import Schema
from noodl_runtime.triggers.hook import BadHook, Hook, hook_of
from noodl_runtime.triggers.schedule import BadSchedule, Schedule, schedule_of
from noodl_runtime.triggers.watch import BadWatch, Fields, Watch
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.triggering import Trigger


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One trigger. what: when it fires by itself, None for one that cannot; problem says why."""

    id: str
    trigger: Trigger
    what: Schedule | Watch | Hook | None = None
    problem: str = ""

    @property
    def enabled(self) -> bool:
        """Tell whether it fires by itself."""
        wanted = truthy(self.trigger.parameters.get("enabled", True))
        return wanted and self.what is not None and not self.problem

    def __str__(self) -> str:
        return f"{self.trigger.component} ({self.trigger.kind} {self.trigger.node})"


def id_of(trigger: Trigger) -> str:
    """Return an id that stays the same as long as component and node do: "5f0c9a1b2d"."""
    return hashlib.sha256(f"{trigger.component}\0{trigger.node}".encode()).hexdigest()[:10]


def registered(
    triggers: Iterable[Trigger],
    fields: Fields,
    schema: Schema,
    secret: Callable[[str], str | None],
) -> list[Registered]:
    """Return triggers in load order, each with what it waits for or what is wrong with it.

    fields, schema: see Watch; secret: returns a secret of the backend by name
    """
    makers: Mapping[str, Callable[[Trigger], Schedule | Watch | Hook]] = {
        "schedule": lambda trigger: schedule_of(trigger.parameters),
        "dbChange": lambda trigger: Watch(trigger.parameters, fields, schema),
        "webhook": lambda trigger: hook_of(trigger.parameters),
    }
    found: list[Registered] = []
    for trigger in triggers:
        own = id_of(trigger)
        try:
            what = makers[trigger.kind](trigger)
        except (BadSchedule, BadWatch, BadHook) as error:
            found.append(Registered(id=own, trigger=trigger, problem=str(error)))
            continue
        problem = _hook_problem(what, found, secret) if isinstance(what, Hook) else ""
        found.append(Registered(id=own, trigger=trigger, what=what, problem=problem))
    return found


def _hook_problem(hook: Hook, before: list[Registered], secret: Callable[[str], str | None]) -> str:
    for one in before:
        other = one.what
        if isinstance(other, Hook) and other.path == hook.path and other.methods & hook.methods:
            return f"{'/'.join(sorted(other.methods & hook.methods))} {hook.url} goes to {one}"
    if hook.verify != "none" and not secret(hook.secret):
        return (
            f"the secret {hook.secret} is not set; put it under secrets in secrets.json, or into "
            f"NOODL_SECRET_{hook.secret}"
        )
    return ""
