"""Date Add: a date some time later, or earlier."""

from noodl_runtime.workflow.calendars import added, unit_named
from noodl_runtime.workflow.computing import computed_type, given_moment
from noodl_runtime.workflow.js.values import UNDEFINED, Moment, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import given, given_text


def _add(node: Node) -> dict[str, Value]:
    amount = node.run.world.number(given(node, "amount"))
    if amount != amount or abs(amount) == float("inf"):
        raise ScriptError("amount is no number")
    ms = added(given_moment(node, "input"), amount, unit_named(given_text(node, "unit")))
    return {"result": node.run.world.build(Moment(ms))}


NODE = computed_type(
    "net.noodl.DateAdd",
    _add,
    inputs={"input": UNDEFINED, "amount": 0, "unit": "days"},
    outputs=("result",),
    needs=("input",),
)
