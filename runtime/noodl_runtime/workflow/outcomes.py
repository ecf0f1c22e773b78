"""What newer nodes share: an action on a signal, and how it ends.

Each pulse ends as done, unchanged or failure, and then completed, always. Values and error are
flagged before. Several pulses before the action runs make one action and one outcome per pulse.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import partial
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import Ask
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import (
    ON_CHANGE,
    Input,
    NodeType,
    nothing,
    show,
    shown,
    signal,
)
from noodl_runtime.workflow.run import describe

TREAT_AS = "treatUnchangedAs"


@dataclass(frozen=True)
class Ended:
    """How an action ended: done, unchanged or failure, and what its outputs show now."""

    outcome: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Question:
    """An action that the host must carry out; `read` makes an end of the answer.

    refused: the same for a refusal
    """

    ask: Ask
    read: Callable[[Any], Ended]
    refused: Callable[[Exception], Ended] = lambda error: failure(describe(error))


def done(**values: Value) -> Ended:
    """Say that an action did what it was to do."""
    return Ended("done", values)


def unchanged(**values: Value) -> Ended:
    """Say that there was nothing to do."""
    return Ended("unchanged", values)


def failure(error: str, **values: Value) -> Ended:
    """Say why an action failed."""
    return Ended("failure", {**values, "error": error})


Act = Callable[[Node], "Ended | Question"]


@dataclass(slots=True)
class ActionState:
    """Inputs with their defaults, outputs, and how many pulses wait for the action."""

    inputs: dict[str, Value]
    outputs: dict[str, Value] = field(default_factory=dict)
    pulses: int = 0


def action_type(
    name: str,
    act: Act,
    *,
    start: str,
    inputs: Mapping[str, Value],
    outputs: Iterable[str] = (),
    outcomes: Iterable[str] = ("done", "completed", "failure"),
    prefixes: tuple[str, ...] = (),
) -> NodeType:
    """Make the node type of an action.

    act:      looks at the inputs with `given`; a ScriptError or ValueError is a failure
    start:    the signal that starts it
    inputs:   port -> default, UNDEFINED for none
    prefixes: of inputs made on demand
    """

    def run(node: Node) -> None:
        pulses, node.state.pulses = node.state.pulses, 0
        try:
            found = act(node)
        except (ScriptError, ValueError) as error:
            found = failure(describe(error))
        if isinstance(found, Ended):
            _end(node, pulses, found)
            return
        read, refused = found.read, found.refused
        node.ask(
            found.ask,
            lambda answer: _end(node, pulses, read(answer)),
            lambda error: _end(node, pulses, refused(error)),
        )

    def pulse(node: Node) -> None:
        node.state.pulses += 1
        node.after_once(run)

    def keep(port: str, node: Node, value: Value) -> None:
        node.state.inputs[port] = value
        if truthy(node.spec.parameters.get(f"{ON_CHANGE}{port}", False)):
            pulse(node)

    def any_input(_spec: NodeSpec, port: str) -> Input | None:
        return Input(partial(keep, port)) if prefixes and port.startswith(prefixes) else None

    ends = tuple(outcomes)
    values = (*outputs, *(("error",) if "failure" in ends else ()))
    treated = (TREAT_AS,) if "unchanged" in ends else ()
    return NodeType(
        name=name,
        inputs={port: Input(partial(keep, port)) for port in (*inputs, *treated)}
        | {start: signal(pulse)},
        outputs={
            **{port: shown(port) for port in values},
            **dict.fromkeys(ends, nothing),
        },
        any_input=any_input,
        state=lambda: ActionState(dict(inputs)),
    )


def given(node: Node, port: str) -> Value:
    """Return an input's value, its default if none came."""
    return node.state.inputs.get(port, UNDEFINED)


def given_text(node: Node, port: str) -> str:
    """Return an input as text, "" for nothing."""
    value = given(node, port)
    return "" if value is UNDEFINED or value is None else node.run.world.text(value)


def required(node: Node, port: str, otherwise: str) -> str:
    """Return an input as text. raises: ScriptError with the text `otherwise` if it is blank."""
    text = given_text(node, port)
    if not text.strip():
        raise ScriptError(otherwise)
    return text


def content(node: Node, port: str) -> bytes:
    """Return an input as bytes: texts in UTF-8, everything else as JSON. raises: ScriptError."""
    value = given(node, port)
    if value is UNDEFINED:
        raise ScriptError(f"there is no {port}")
    text = value if isinstance(value, str) else node.run.world.json_of(value)
    return (text or "").encode("utf-8", "surrogatepass")


def _end(node: Node, pulses: int, ended: Ended) -> None:
    if node.deleted:
        return
    show(node, ended.values)
    outcome = ended.outcome
    if outcome == "unchanged":
        wanted = given(node, TREAT_AS)
        outcome = wanted if wanted in ("done", "failure") else outcome
    for _ in range(pulses):
        node.signal(outcome)
        node.signal("completed")
