"""Response: answers the request with the parameters that have arrived so far."""

from dataclasses import dataclass, field
from functools import partial

from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, Input, NodeType, signal, value
from noodl_runtime.workflow.run import Outcome


@dataclass(slots=True)
class _State:
    status: Value = UNDEFINED
    error: Value = UNDEFINED
    connected: bool = False
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
    """Answer at once: parameters later in the node's input order are not in it."""
    state, run = node.state, node.run
    if not state.connected:
        raise ScriptError("this Response node is inside a task: it has no request to answer")
    if run.response is not None:
        return
    if state.status is UNDEFINED or state.status == "success":
        text = run.world.json(state.parameters)
        run.respond(Outcome(200, f'{{"result":{text}}}'))
    else:
        run.respond(Outcome(400, run.world.json({"error": state.error})))


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
    any_input=_input,
    state=_State,
    created=_created,
)
