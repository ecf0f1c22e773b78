"""Request: the entry of a function."""

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import SessionUser
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import is_primitive, length, ordered, truthy
from noodl_runtime.workflow.js.text import parse, stringify
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import IGNORED, Getter, Input, NodeType, nothing, value
from noodl_runtime.workflow.reading import record_data
from noodl_runtime.workflow.request_contract import CONTRACT, ContractBroken, kept
from noodl_runtime.workflow.run import Outcome, Run

TOKEN = "x-parse-session-token"  # noqa: S105 - the name of a header
REFUSED = "Unauthenticated requests not accepted."


@dataclass(slots=True)
class _State:
    allow_anyone: Value = False
    authenticated: bool = False
    user_id: Value = UNDEFINED
    origin: Value = UNDEFINED
    parameters: dict[str, Value] = field(default_factory=dict)


def begin(run: Run, body: str, headers: Mapping[str, str]) -> None:
    """Hand a request to the component's first Request node: who asks, then its parameters."""
    spec = run.component.first(NODE.name)
    if run.root is None or run.root.deleted or spec is None:
        return
    node = run.root.scope[spec.number]
    token = headers.get(TOKEN, "")

    def deliver() -> None:
        with_config(run, lambda: _deliver(node, body, headers))

    def anonymous(_error: Exception | None = None) -> None:
        if truthy(node.state.allow_anyone):
            deliver()
        else:
            run.respond(failure(REFUSED))

    def authenticated(user: Mapping[str, Any]) -> None:
        _authenticate(node, user)
        deliver()

    if token:
        run.ask(SessionUser(token=token), authenticated, anonymous)
    else:
        anonymous()


def failure(message: str) -> Outcome:
    """Return the answer of a function that failed before or beside its graph."""
    return Outcome(400, f'{{"error":{_quoted(message)}}}')


def with_config(run: Run, then: Callable[[], None]) -> None:
    """Go on once the configuration is there: always in a later event."""

    if run.component.needs_config:
        run.when_configured(then)
    else:
        run.later(then)


def fill_request_object(
    run: Run, *, user_id: Value, parameters: Value, headers: Mapping[str, str]
) -> None:
    """Set the Object `Request` that scripts and Object nodes look at."""
    run.world.set_all(
        "Request",
        {
            "Authenticated": user_id is not UNDEFINED,
            "UserId": user_id,
            "Parameters": parameters,
            "Headers": dict(headers),
        },
    )


def _authenticate(node: Node, user: Mapping[str, Any]) -> None:
    run, state = node.run, node.state
    record = {k: v for k, v in user.items() if k not in ("ACL", "className", "__type")}
    run.user = run.world.build(record_data(run, record, "_User"))
    for watcher in run.user_watchers:
        watcher()
    state.authenticated = True
    state.user_id = run.world.object_id(run.user)
    node.flag("userId")


def _deliver(node: Node, body: str, headers: Mapping[str, str]) -> None:
    run, state = node.run, node.state
    try:
        parsed = parse(body)
    except (ValueError, RecursionError):
        parsed = {}
    try:
        parsed = kept(node.spec.parameters, parsed)
    except ContractBroken as broken:
        run.respond(Outcome(400, broken.body))
        return
    parameters = run.world.build(parsed)
    fill_request_object(run, user_id=state.user_id, parameters=parameters, headers=headers)
    state.origin = _origin(headers)
    for output in ("auth", "origin"):
        node.flag(output)
    for name in _keys(parsed):
        given = parsed.get(name) if isinstance(parsed, dict) else None
        known = given is not None and is_primitive(given)
        state.parameters[name] = given if known else run.world.member(parameters, name)
        node.flag(f"pm-{name}")
    node.signal("receive")


def _origin(headers: Mapping[str, str]) -> Value:
    """Return where a request came from, as far as its headers say."""
    origin = headers.get("origin", "")
    if origin.startswith(("http://", "https://")):
        return origin
    host = headers.get("x-forwarded-host") or headers.get("host")
    scheme = headers.get("x-forwarded-proto") or "http"
    return f"{scheme}://{host}" if host else UNDEFINED


def _keys(parsed: Value) -> list[str]:
    if isinstance(parsed, dict):
        return ordered(parsed)
    if isinstance(parsed, str):
        return [str(place) for place in range(length(parsed))]
    return [str(place) for place in range(len(parsed))] if isinstance(parsed, list) else []


def _quoted(text: str) -> str:
    return stringify(text) or '""'


def _allow(node: Node, allowed: Value) -> None:
    node.state.allow_anyone = allowed


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return IGNORED if name.startswith(CONTRACT) else None


def _parameter(name: str, node: Node) -> Value:
    return node.state.parameters.get(name, UNDEFINED)


def _output(_spec: NodeSpec, name: str) -> Getter | None:
    return partial(_parameter, name[3:]) if name.startswith("pm-") else None


NODE = NodeType(
    name="noodl.cloud.request",
    inputs={"allowNoAuth": value(_allow), "params": IGNORED},
    any_input=_input,
    outputs={
        "receive": nothing,
        "auth": lambda node: node.state.authenticated,
        "userId": lambda node: node.state.user_id,
        "origin": lambda node: node.state.origin,
    },
    any_output=_output,
    state=_State,
)
