"""What the history of runs is told while a run works."""

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any

from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node

if TYPE_CHECKING:
    from noodl_runtime.runs import Recording

LONGEST_VALUE = 1000  # characters of a text that are kept


def tracer(recording: "Recording | None") -> Callable[[Node, str, Value], None] | None:
    """Return what notes the values that reach inputs; None where no step is wanted."""
    if recording is None or not recording.most_steps:
        return None

    def trace(node: Node, port: str, value: Value) -> None:
        if len(recording.steps) < recording.most_steps:
            component = node.parent.spec.id if node.parent else ""
            shown = _shown(node, value)
            recording.step(component, node.spec.id, node.spec.type.name, port, shown)

    return trace


def _shown(node: Node, value: Value) -> Any:
    """Return a plain value, and of any other only what kind it is: looking in could take long."""
    if isinstance(value, str):
        return value[:LONGEST_VALUE]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    return "(undefined)" if value is UNDEFINED else f"({node.run.world.kind(value)})"
