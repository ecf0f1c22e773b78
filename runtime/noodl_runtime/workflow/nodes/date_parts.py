"""Date Parts: year, month, day and so on of a date, in the time zone of the process."""

from noodl_runtime.workflow.computing import computed_type, given_moment
from noodl_runtime.workflow.js.convert import normal
from noodl_runtime.workflow.js.dates import local
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def _parts(node: Node) -> dict[str, Value]:
    ms = given_moment(node, "input")
    at = local(ms)
    day = at.isoweekday() % 7
    return {
        "year": at.year,
        "month": at.month,
        "date": at.day,
        "hours": at.hour,
        "minutes": at.minute,
        "seconds": at.second,
        "milliseconds": at.microsecond // 1000,
        "dayOfWeek": day,
        "dayName": _DAYS[day],
        "isoWeek": at.isocalendar().week,
        "timestamp": normal(ms),
    }


NODE = computed_type(
    "net.noodl.DateParts",
    _parts,
    inputs={"input": UNDEFINED},
    outputs=(
        "year", "month", "date", "hours", "minutes", "seconds", "milliseconds",
        "dayOfWeek", "dayName", "isoWeek", "timestamp",
    ),
    needs=("input",),
)  # fmt: skip
