"""User: the current user of the request."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import FetchUser
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Getter, NodeType, nothing, once
from noodl_runtime.workflow.objects import (
    ShownState,
    flag_properties,
    listen,
    property_output,
    unlisten,
)
from noodl_runtime.workflow.reading import read
from noodl_runtime.workflow.records import error_text, fail


@dataclass(slots=True)
class _State(ShownState):
    error: Value = UNDEFINED


def _created(node: Node) -> None:
    run = node.run
    run.user_watchers.append(lambda: _set_user(node, run.user))
    if run.user is not UNDEFINED:
        listen(node, run.user)


def _set_user(node: Node, user: Value) -> None:
    if node.deleted:
        return
    if user is not node.state.target:
        listen(node, user)
    for output in ("id", "authenticated", "email", "username"):
        node.flag(output)
    flag_properties(node)


def _fetch(node: Node) -> None:
    """Reload the user; without one nothing happens, and no signal says so."""
    run = node.run
    if run.user is UNDEFINED:
        return

    def answered(record: Mapping[str, Any]) -> None:
        _set_user(node, read(run, dict(record), "_User"))
        node.signal("fetched")

    ask = FetchUser(object_id=str(run.world.object_id(run.user)))
    node.ask(ask, answered, lambda error: fail(node, error_text(error, "Failed to fetch.")))


def _id(node: Node) -> Value:
    target = node.state.target
    return UNDEFINED if target is UNDEFINED else node.run.world.object_id(target)


def _property(name: str, node: Node) -> Value:
    target = node.state.target
    return UNDEFINED if target is UNDEFINED else node.run.world.get(target, name)


def _output(spec: NodeSpec, name: str) -> Getter | None:
    if name in ("loggedIn", "loggedOut", "sessionLost"):
        return nothing
    return property_output(spec, name)


NODE = NodeType(
    name="net.noodl.user.User",
    inputs={"fetch": once(_fetch)},
    outputs={
        "id": _id,
        "fetched": nothing,
        "changed": nothing,
        "failure": nothing,
        "error": lambda node: node.state.error,
        "username": partial(_property, "username"),
        "email": partial(_property, "email"),
        "authenticated": lambda node: node.state.target is not UNDEFINED,
    },
    any_output=_output,
    state=_State,
    created=_created,
    gone=unlisten,
)
