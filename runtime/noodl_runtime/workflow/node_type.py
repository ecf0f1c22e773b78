"""What a node type is: its ports as data, its behaviour as functions."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value

if TYPE_CHECKING:
    from noodl_runtime.workflow.graph import NodeSpec
    from noodl_runtime.workflow.node import Node

# Boolean parameters "runOnChange-<input>" say whether a change of an input starts the work.
ON_CHANGE = "runOnChange-"

Setter = Callable[["Node", Value], None]
Getter = Callable[["Node"], Value]
Action = Callable[["Node"], None]


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """An input port: what setting it does. array: a text that arrives is evaluated first."""

    set: Setter
    array: bool = False


def value(setter: Setter) -> Input:
    """Make an input that hands every value it is set to to `setter`."""
    return Input(setter)


def array(setter: Setter) -> Input:
    """Make an input of type array: "[1, 2]" arrives as the list it describes."""
    return Input(setter, array=True)


def signal(action: Action) -> Input:
    """Make an input that acts when it turns from falsy to truthy."""
    edge = object()

    def set_signal(node: "Node", value: Value) -> None:
        if not truthy(value):
            node.edges.discard(edge)
        elif edge not in node.edges:
            node.edges.add(edge)
            action(node)

    return Input(set_signal)


def once(action: Action) -> Input:
    """Make a signal input whose action runs once, after the inputs of the pass."""
    return signal(lambda node: node.after_once(action))


def nothing(_node: "Node") -> Value:
    """Answer for outputs that carry signals or have no value of their own."""
    return UNDEFINED


def shown(port: str) -> Getter:
    """Make the getter of an output that `show` gives its values."""
    return lambda node: node.state.outputs.get(port, UNDEFINED)


def show(node: "Node", values: Mapping[str, Value]) -> None:
    """Show values at outputs, in the order given."""
    for port, shown_value in values.items():
        node.state.outputs[port] = shown_value
        node.flag(port)


def ignored(_node: "Node", _value: Value) -> None:
    """Take a value and do nothing: ports that only the editor looks at."""


IGNORED = Input(ignored)


def no_input(_spec: "NodeSpec", _name: str) -> Input | None:
    """Answer for types that create no inputs on demand."""
    return None


def no_output(_spec: "NodeSpec", _name: str) -> Getter | None:
    """Answer for types that create no outputs on demand."""
    return None


def no_state() -> None:
    """Answer for types that remember nothing."""


def never(_spec: "NodeSpec") -> bool:
    """Answer for types that need no script engine."""
    return False


@dataclass(frozen=True, kw_only=True)
class NodeType:
    """A kind of node.

    inputs:      port -> Input
    outputs:     port -> getter, in the order in which the original creates them
    any_input:   (node, name) -> Input for a port created on demand, None if there is no such port
    any_output:  the same for outputs
    state:       makes what one node of a run remembers
    created:     runs when a node has been made; gone: runs when it is deleted
    first_inputs: inputs whose parameters are queued before all others
    needs_script: whether a node of this type runs JavaScript
    needs_config: whether it reads the configuration
    script_prefix: what the port of an output begins with that its script calls by the rest
    """

    name: str
    inputs: Mapping[str, Input] = field(default_factory=dict)
    outputs: Mapping[str, Getter] = field(default_factory=dict)
    any_input: Callable[["NodeSpec", str], Input | None] = no_input
    any_output: Callable[["NodeSpec", str], Getter | None] = no_output
    state: Callable[[], Any] = no_state
    created: Action | None = None
    gone: Action | None = None
    first_inputs: frozenset[str] = frozenset()
    needs_script: Callable[["NodeSpec"], bool] = never
    needs_config: bool = False
    script_prefix: str = "out-"

    def input(self, spec: "NodeSpec", name: str) -> Input | None:
        """Return the input of this name, created on demand if the type does that."""
        return self.inputs.get(name) or self.any_input(spec, name)

    def output(self, spec: "NodeSpec", name: str) -> Getter | None:
        """Return the getter of the output of this name, None if there is no such output."""
        return self.outputs.get(name) or self.any_output(spec, name)
