"""How node types reach the script context, and what they say where there is none."""

from typing import Any, Protocol, cast

from noodl_runtime.workflow.js.values import ScriptError, Value
from noodl_runtime.workflow.node import Node

NO_ENGINE = (
    "needs the JavaScript engine, which is not installed here (package quickjs-ng); "
    "the node does nothing"
)


class Scripts(Protocol):
    """The part of a script world that node types with scripts use."""

    def post(self, *operation: Any) -> None:
        """Do something in the script context with the next call."""
        ...

    def call(self, *operation: Any) -> Any:
        """Do something in the script context now and return its coded answer."""
        ...

    def value(self, *operation: Any) -> Value:
        """Do something in the script context now and return the value it answers."""
        ...

    def decode(self, coded: Any) -> Value:
        """Return a coded value."""
        ...

    def code(self, value: Value) -> Any:
        """Return a value coded for an operation."""
        ...

    def number_of(self, node: Node) -> int:
        """Return the number by which the script context knows a node."""
        ...


def scripts_of(node: Node) -> Scripts:
    """Return the script world of a node's run. raises: ScriptError naming what is missing."""
    if not node.run.world.has_scripts:
        raise ScriptError(NO_ENGINE)
    return cast("Scripts", node.run.world)
