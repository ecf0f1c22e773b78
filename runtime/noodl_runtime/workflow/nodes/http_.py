"""HTTP Request: asks a server, and shows parts of its answer."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import Reply
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.http_request import request_of
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.text import parse
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.json_paths import found_at
from noodl_runtime.workflow.names import listed
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import (
    ON_CHANGE,
    Getter,
    Input,
    NodeType,
    nothing,
    once,
    show,
    shown,
)
from noodl_runtime.workflow.outcomes import given, given_text
from noodl_runtime.workflow.run import describe

_DEFAULTS: dict[str, Value] = {
    "url": UNDEFINED,
    "method": "GET",
    "timeout": 30_000,
    "headers": UNDEFINED,
    "queryParams": UNDEFINED,
    "bodyType": "json",
    "bodyFields": UNDEFINED,
    "authType": "none",
    "responseMapping": UNDEFINED,
}
_PREFIXES = ("path-", "header-", "query-", "body-", "auth-", "mapping-path-")


@dataclass(slots=True)
class _State:
    """current: the number of the request under way, 0 for none."""

    inputs: dict[str, Value] = field(default_factory=lambda: dict(_DEFAULTS))
    outputs: dict[str, Value] = field(default_factory=dict)
    sent: int = 0
    current: int = 0


def _fetch(node: Node) -> None:
    state = node.state
    try:
        request = request_of(node)
    except (ScriptError, ValueError) as error:
        _fail(node, describe(error))
        return
    state.sent += 1
    state.current = state.sent
    node.ask(request, partial(_answered, node, state.sent), partial(_refused, node, state.sent))


def _cancel(node: Node) -> None:
    if node.state.current:
        node.state.current = 0
        node.signal("canceled")


def _answered(node: Node, number: int, reply: Reply) -> None:
    if node.deleted or node.state.current != number:
        return  # canceled, or another request has taken its place
    node.state.current = 0
    content = _content(reply)
    response = node.run.world.build(content)
    headers = node.run.world.build(dict(reply.headers))
    show(node, {"response": response, "statusCode": reply.status, "responseHeaders": headers})
    for name in listed(given(node, "responseMapping")):
        part = found_at(content, given_text(node, f"mapping-path-{name}") or "$")
        show(node, {f"out-{name}": node.run.world.build(part)})
    if 200 <= reply.status < 300:
        node.signal("success")
    else:
        _fail(node, f"HTTP {reply.status}: {reply.reason}")


def _content(reply: Reply) -> Value:
    """Return the answer as JSON data if it is that, else as text."""
    try:
        return parse(reply.body)
    except (ValueError, RecursionError):
        return reply.body


def _refused(node: Node, number: int, error: Exception) -> None:
    if node.deleted or node.state.current != number:
        return
    node.state.current = 0
    if isinstance(error, TimeoutError):
        node.signal("canceled")
    else:
        _fail(node, describe(error))


def _fail(node: Node, text: str) -> None:
    show(node, {"error": text})
    node.signal("failure")


def _keep(name: str, node: Node, value: Value) -> None:
    node.state.inputs[name] = value
    if truthy(node.spec.parameters.get(f"{ON_CHANGE}{name}", False)):
        node.after_once(_fetch)


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return Input(partial(_keep, name)) if name.startswith(_PREFIXES) else None


def _output(_spec: NodeSpec, name: str) -> Getter | None:
    return shown(name) if name.startswith("out-") else None


def _gone(node: Node) -> None:
    node.state.current = 0


NODE = NodeType(
    name="net.noodl.HTTP",
    inputs={
        **{name: Input(partial(_keep, name)) for name in _DEFAULTS},
        "fetch": once(_fetch),
        "cancel": once(_cancel),
    },
    outputs={
        "response": shown("response"),
        "statusCode": shown("statusCode"),
        "responseHeaders": shown("responseHeaders"),
        "success": nothing,
        "failure": nothing,
        "canceled": nothing,
        "error": shown("error"),
    },
    any_input=_input,
    any_output=_output,
    state=_State,
    gone=_gone,
)
