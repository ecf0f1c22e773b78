"""What the nodes String, Number and Boolean share: a value, assigned at once or on a signal."""

from collections.abc import Callable, Mapping

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import strict_equal
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Getter, NodeType, nothing, signal, value

Cast = Callable[[Node, Value], Value]


@dataclass(slots=True)
class _State:
    current: Value
    latest: Value = 0  # what Set assigns when no value ever came


def variable_type(
    name: str, start: Value, cast: Cast, more_outputs: Mapping[str, Getter] | None = None
) -> NodeType:
    """Make a variable's node type. more_outputs are flagged after the value has changed."""
    more = more_outputs or {}

    def assign(node: Node, given: Value) -> None:
        state, new = node.state, cast(node, given)
        changed = not strict_equal(state.current, new)
        state.current = new
        if changed:
            node.flag("savedValue")
            node.signal("changed")
            for output in more:
                node.flag(output)

    def set_value(node: Node, given: Value) -> None:
        if node.starts_by_itself("saveValue"):
            assign(node, given)
        else:
            node.state.latest = given

    def save(node: Node) -> None:
        assign(node, node.state.latest)
        node.signal("stored")

    return NodeType(
        name=name,
        inputs={
            "value": value(set_value),
            "saveValue": signal(lambda node: node.after_inputs(save)),
        },
        outputs={
            "savedValue": lambda node: node.state.current,
            "changed": nothing,
            "stored": nothing,
            **more,
        },
        state=lambda: _State(start),
    )
