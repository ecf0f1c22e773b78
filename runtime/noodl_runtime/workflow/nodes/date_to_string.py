"""Date To String: a date in a format, in the time zone of the process."""

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import strict_equal
from noodl_runtime.workflow.js.dates import MONTHS, local, parse_date
from noodl_runtime.workflow.js.values import UNDEFINED, Moment, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, value


@dataclass(slots=True)
class _State:
    format: Value = "{year}-{month}-{date}"
    given: Value = UNDEFINED
    moment: Moment | None = None
    text: Value = UNDEFINED


def _format(state: _State) -> None:
    if state.moment is None or not isinstance(state.format, str):
        raise ScriptError("not a date")
    at = local(state.moment.ms)
    text = state.format
    for placeholder, filling in (
        ("{date}", f"{at.day:02d}"),
        ("{month}", f"{at.month:02d}"),
        ("{monthShort}", MONTHS[at.month - 1]),
        ("{year}", str(at.year)),
        ("{yearShort}", f"{at.year % 100:02d}"),
        ("{hours}", f"{at.hour:02d}"),
        ("{minutes}", f"{at.minute:02d}"),
        ("{seconds}", f"{at.second:02d}"),
    ):
        text = text.replace(placeholder, filling)
    state.text = text


def _set_format(node: Node, given: Value) -> None:
    state = node.state
    if strict_equal(state.format, given):
        return
    state.format = given
    if state.given is not UNDEFINED and state.given is not None:
        _format(state)
        node.flag("currentValue")


def _set_date(node: Node, given: Value) -> None:
    state = node.state
    if not isinstance(given, str) and strict_equal(state.given, given):
        return
    state.given = given
    state.moment = _moment(node, given)
    try:
        _format(state)
    except (ScriptError, ValueError, OverflowError):
        if "onError" not in node.spec.targets:
            raise
        state.text = ""
        node.flag("currentValue")
        node.signal("onError")
        return
    node.flag("currentValue")
    node.signal("inputChanged")


def _moment(node: Node, given: Value) -> Moment | None:
    if isinstance(given, str):
        return Moment(parse_date(given))
    if node.run.world.kind(given) == "date":
        moment = node.run.world.copy(given)
        return moment if isinstance(moment, Moment) else None
    return None


NODE = NodeType(
    name="Date To String",
    inputs={"formatString": value(_set_format), "input": value(_set_date)},
    outputs={
        "currentValue": lambda node: node.state.text,
        "inputChanged": nothing,
        "onError": nothing,
    },
    state=_State,
)
