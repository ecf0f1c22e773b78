"""What is probably wrong with triggers: rows for the table of rules in `workflow/lint`. Pure."""

from collections.abc import Iterator

from noodl_runtime.functions.known_fields import known_fields
from noodl_runtime.triggers.hook import Hook
from noodl_runtime.triggers.registered import Registered, registered
from noodl_runtime.workflow.lint.finding import Hit, Rule, Subject
from noodl_runtime.workflow.triggering import triggers_of


def wrong_trigger(subject: Subject) -> Iterator[Hit]:
    """Find triggers that can never fire, but for their cron expression, which has a rule."""
    for one in _triggers(subject):
        if one.problem and not one.problem.startswith("cron "):
            yield Hit(one.trigger.node, one.problem)


def connected_parameter(subject: Subject) -> Iterator[Hit]:
    """Find connections to parameters of triggers, which only go by what the node itself says."""
    for one in _triggers(subject):
        for name in one.trigger.connected:
            yield Hit(one.trigger.node, f"the connection to {name} is ignored")


def open_webhook(subject: Subject) -> Iterator[Hit]:
    """Find webhooks that anybody may call who knows the address."""
    for one in _triggers(subject):
        if isinstance(one.what, Hook) and one.what.verify == "none":
            yield Hit(one.trigger.node, f"{one.what.url} takes calls from anybody")


def _triggers(subject: Subject) -> list[Registered]:
    fields = known_fields(subject.schema, subject.graph.metadata)
    found = registered(triggers_of(subject.graph), fields, subject.schema, lambda _name: "is set")
    return [one for one in found if one.trigger.component == subject.component.name]


RULES = (
    Rule(
        name="trigger",
        severity="error",
        check=wrong_trigger,
        fix="correct the parameter in the trigger node",
    ),
    Rule(
        name="trigger-connection",
        severity="warning",
        check=connected_parameter,
        fix="set the parameter in the trigger node",
    ),
    Rule(
        name="open-webhook",
        severity="note",
        check=open_webhook,
        fix="have senders prove themselves with the parameter verify unless that is meant",
    ),
)
