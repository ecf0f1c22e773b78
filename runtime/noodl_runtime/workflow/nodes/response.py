"""Response: answers the request with the parameters that have arrived so far."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, Input, NodeType, nothing, signal, value
from noodl_runtime.workflow.run import Outcome


@dataclass(slots=True)
class _State:
    status: Value = UNDEFINED
    error: Value = UNDEFINED
    connected: bool = False
    refusal: Value = UNDEFINED
    parameters: dict[str, Value] = field(default_factory=dict)


def _created(node: Node) -> None:
    """Only nodes that exist when the request starts can answer it, not those inside tasks."""
    node.state.connected = node.run.accepting


def _set_status(node: Node, status: Value) -> None:
    node.state.status = status


def _set_error(node: Node, message: Value) -> None:
    node.state.error = message


def _set_parameter(name: str, node: Node, parameter: Value) -> None:
    node.state.parameters[name] = parameter


def _send(node: Node) -> None:
    """Answer at once: parameters later in the node's input order are not in it.

    What done and completed lead to runs before the answer is delivered.
    """
    state, run = node.state, node.run
    if not state.connected:
        raise ScriptError("this Response node is inside a task: it has no request to answer")
    if run.response is not None or run.answering:
        return
    outcome = _outcome(node)
    if not any(output in node.spec.targets for output in ("done", "completed")):
        run.respond(outcome)
        return
    node.signal("done")
    node.signal("completed")
    run.answering = True
    run.next_job(lambda: run.respond(outcome))


def _outcome(node: Node) -> Outcome:
    """Return what is answered. raises: ScriptError, which is shown where the graph looks at it."""
    state, world = node.state, node.run.world
    try:
        if state.status is UNDEFINED or state.status == "success":
            return Outcome(200, f'{{"result":{world.json(state.parameters)}}}')
        return Outcome(400, world.json({"error": state.error}))
    except ScriptError as error:
        state.refusal = str(error)
        node.flag("error")
        node.signal("failure")
        node.signal("completed")
        raise


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return Input(partial(_set_parameter, name[3:])) if name.startswith("pm-") else None


NODE = NodeType(
    name="noodl.cloud.response",
    inputs={
        "status": value(_set_status),
        "params": IGNORED,
        "errorMessage": value(_set_error),
        "send": signal(_send),
    },
    outputs={
        "error": lambda node: node.state.refusal,
        "done": nothing,
        "failure": nothing,
        "completed": nothing,
    },
    any_input=_input,
    state=_State,
    created=_created,
)
