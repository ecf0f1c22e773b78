"""Log: writes a line to the log and hands a value on."""

from noodl_runtime.workflow.js.values import UNDEFINED
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import Ended, action_type, done, given, given_text

_LEVELS = {"debug": "debug", "warn": "warning", "warning": "warning", "error": "error"}


def _log(node: Node) -> Ended:
    parts = [given_text(node, "message")]
    data = given(node, "data")
    if data is not UNDEFINED:
        parts.append(node.run.world.json_of(data) or "")
    node.run.note(_LEVELS.get(given_text(node, "level"), "info"), " ".join(parts), node)
    return done(value=given(node, "value"))


NODE = action_type(
    "net.noodl.Log",
    _log,
    start="log",
    inputs={"message": UNDEFINED, "level": "info", "data": UNDEFINED, "value": UNDEFINED},
    outputs=("value",),
    outcomes=("done", "completed"),
)
