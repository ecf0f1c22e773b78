"""Date Compare: whether a date is before or after another, or the same."""

from collections.abc import Mapping

from noodl_runtime.workflow.calendars import truncated, unit_named
from noodl_runtime.workflow.computing import computed_type, given_moment
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import given_text


def _compare(node: Node) -> dict[str, Value]:
    unit = unit_named(given_text(node, "granularity"))
    a, b = (truncated(given_moment(node, port), unit) for port in ("a", "b"))
    return {"isBefore": a < b, "isAfter": a > b, "isSame": a == b}


def _fired(values: Mapping[str, Value]) -> str:
    return next(name[2:].lower() for name, holds in values.items() if holds)


NODE = computed_type(
    "net.noodl.DateCompare",
    _compare,
    inputs={"a": UNDEFINED, "b": UNDEFINED, "granularity": "milliseconds"},
    outputs=("isBefore", "isAfter", "isSame"),
    needs=("a", "b"),
    signals=("before", "after", "same", "failure"),
    fired=_fired,
)
