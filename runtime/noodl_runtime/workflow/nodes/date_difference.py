"""Date Difference: how much time lies between two dates."""

from noodl_runtime.workflow.calendars import difference, unit_named
from noodl_runtime.workflow.computing import computed_type, given_moment
from noodl_runtime.workflow.js.convert import normal, truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import given, given_text


def _subtract(node: Node) -> dict[str, Value]:
    unit = unit_named(given_text(node, "unit"))
    found = difference(given_moment(node, "from"), given_moment(node, "to"), unit)
    return {"difference": normal(abs(found) if truthy(given(node, "absolute")) else found + 0.0)}


NODE = computed_type(
    "net.noodl.DateDifference",
    _subtract,
    inputs={"from": UNDEFINED, "to": UNDEFINED, "unit": "days", "absolute": False},
    outputs=("difference",),
    needs=("from", "to"),
)
