"""Trigger nodes: what a component declares to be started by, and how a firing enters its run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from noodl_runtime.workflow.graph import Graph, NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node_type import IGNORED, Getter, NodeType, nothing
from noodl_runtime.workflow.nodes.request import fill_request_object, with_config
from noodl_runtime.workflow.run import Run

PREFIX = "noodl.trigger."


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """One trigger node as it is declared; parameters have their defaults applied.

    kind: "schedule", "dbChange" or "webhook"
    """

    kind: str
    component: str
    node: str
    file: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Firing:
    """What a firing brings along.

    outputs:    values of the trigger's outputs in order: {"eventType": "create", ...}
    parameters: what Object Request holds as Parameters
    """

    outputs: Mapping[str, Value]
    parameters: Value
    headers: Mapping[str, str] = field(default_factory=dict)


def trigger_type(kind: str, defaults: Mapping[str, Any], outputs: tuple[str, ...]) -> NodeType:
    """Make a trigger's node type. outputs: its value outputs in the order they are flagged."""
    return NodeType(
        name=PREFIX + kind,
        inputs=dict.fromkeys(defaults, IGNORED),
        outputs={"triggered": nothing, **{name: _output(name) for name in outputs}},
        state=dict,
    )


DEFAULTS: dict[str, Mapping[str, Any]] = {
    "schedule": {"cron": "0 * * * *", "enabled": True},
    "dbChange": {"collection": None, "events": "all"},
    "webhook": {"path": "/webhook", "method": "POST"},
}


def triggers_of(graph: Graph) -> list[Trigger]:
    """Return all triggers that the components of a graph declare, in load order."""
    return [
        Trigger(
            kind=spec.type.name.removeprefix(PREFIX),
            component=component.name,
            node=spec.id,
            file=component.file,
            parameters=_parameters(spec),
        )
        for component in graph.components.values()
        for spec in component.nodes
        if spec.type.name.startswith(PREFIX)
    ]


def _parameters(spec: NodeSpec) -> dict[str, Any]:
    defaults = DEFAULTS[spec.type.name.removeprefix(PREFIX)]
    return {name: spec.parameters.get(name, default) for name, default in defaults.items()}


def fire(run: Run, node_id: str, firing: Firing) -> None:
    """Enter a run at its trigger node, once its first frame and the configuration are there."""

    def enter() -> None:
        root = run.root
        node = next((n for n in root.scope if n.spec.id == node_id), None) if root else None
        if node is None or node.deleted:
            return
        world = run.world
        parameters = world.build(firing.parameters)
        fill_request_object(run, user_id=UNDEFINED, parameters=parameters, headers=firing.headers)
        for name, given in firing.outputs.items():
            node.state[name] = world.build(given)
            node.flag(name)
        node.signal("triggered")

    with_config(run, enter)


def _output(name: str) -> Getter:
    return lambda node: node.state.get(name, UNDEFINED)
