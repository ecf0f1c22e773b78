"""Set User Properties: changes the current user, with full rights."""

from dataclasses import field
from functools import partial
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import SaveUser
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType, nothing, once, value
from noodl_runtime.workflow.reading import encode, without_times
from noodl_runtime.workflow.records import error_text, fail
from noodl_runtime.workflow.wire import from_wire


@dataclass(slots=True)
class _State:
    own: dict[str, Value] = field(default_factory=dict)
    properties: dict[str, Value] = field(default_factory=dict)
    error: Value = UNDEFINED


def _store(node: Node) -> None:
    """Save; without a current user nothing happens, and no signal says so."""
    state, run = node.state, node.run
    if run.user is UNDEFINED:
        return
    given = {name: state.own[name] for name in ("email", "username") if name in state.own}
    data = {name: run.world.copy(v) for name, v in {**given, **state.properties}.items()}
    sent = without_times(encode(run, data, "_User"))
    user = run.user

    def answered(_record: Any) -> None:
        for name, encoded in sent.items():
            run.world.set(user, name, run.world.build(encoded), resolve=False)
        node.signal("success")

    values = {name: from_wire(encoded) for name, encoded in sent.items()}
    ask = SaveUser(object_id=str(run.world.object_id(user)), values=values)
    node.ask(ask, answered, lambda error: fail(node, error_text(error, "Failed to save.")))


def _set_own(name: str, node: Node, given: Value) -> None:
    node.state.own[name] = given


def _set_property(name: str, node: Node, given: Value) -> None:
    node.state.properties[name] = given


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return Input(partial(_set_property, name[5:])) if name.startswith("prop-") else None


NODE = NodeType(
    name="net.noodl.user.SetUserProperties",
    inputs={
        "email": value(partial(_set_own, "email")),
        "username": value(partial(_set_own, "username")),
        "store": once(_store),
    },
    outputs={
        "success": nothing,
        "failure": nothing,
        "error": lambda node: node.state.error,
    },
    any_input=_input,
    state=_State,
)
