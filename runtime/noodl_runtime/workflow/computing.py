"""What newer nodes share that compute their outputs whenever an input changes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.dates import parse_date
from noodl_runtime.workflow.js.values import UNDEFINED, Moment, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import ON_CHANGE, Input, NodeType, nothing, show, shown
from noodl_runtime.workflow.outcomes import given
from noodl_runtime.workflow.run import describe

Compute = Callable[[Node], Mapping[str, Value]]


@dataclass(slots=True)
class ComputedState:
    """Inputs with their defaults, and outputs."""

    inputs: dict[str, Value]
    outputs: dict[str, Value] = field(default_factory=dict)


def computed_type(
    name: str,
    compute: Compute,
    *,
    inputs: Mapping[str, Value],
    outputs: Iterable[str],
    needs: Iterable[str],
    signals: Iterable[str] = ("changed", "failure"),
    fired: Callable[[Mapping[str, Value]], str] = lambda _values: "changed",
    arrays: frozenset[str] = frozenset(),
) -> NodeType:
    """Make the node type of a computation.

    compute: raises ScriptError or ValueError for a failure
    needs:   inputs without which nothing happens
    fired:   which of `signals` tells of some values
    arrays:  inputs of type array
    """
    needed, ports = tuple(needs), tuple(outputs)

    def run(node: Node) -> None:
        if any(given(node, port) is UNDEFINED for port in needed):
            return
        try:
            values = compute(node)
        except (ScriptError, ValueError, OverflowError) as error:
            node.log("debug", describe(error))
            show(node, {"error": describe(error)} if "error" in ports else {})
            node.signal("failure")
            return
        show(node, values)
        node.signal(fired(values))

    def keep(port: str, node: Node, value: Value) -> None:
        node.state.inputs[port] = value
        if truthy(node.spec.parameters.get(f"{ON_CHANGE}{port}", True)):
            node.after_once(run)

    return NodeType(
        name=name,
        inputs={port: Input(partial(keep, port), array=port in arrays) for port in inputs},
        outputs={**{port: shown(port) for port in ports}, **dict.fromkeys(signals, nothing)},
        state=lambda: ComputedState(dict(inputs)),
    )


def given_moment(node: Node, port: str) -> float:
    """Return a date input in milliseconds: a date, a text, or a number. raises: ScriptError."""
    value = given(node, port)
    if isinstance(value, str):
        ms = parse_date(value)
    elif node.run.world.kind(value) == "date":
        moment = node.run.world.copy(value)
        ms = moment.ms if isinstance(moment, Moment) else float("nan")
    else:
        ms = float("nan") if value is None else node.run.world.number(value)
    if ms != ms:
        raise ScriptError(f"{port} is no date")
    return ms
