"""Trigger nodes: what a component declares to be started by, and how a firing enters its run."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import Graph, NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node_type import IGNORED, Getter, NodeType, nothing
from noodl_runtime.workflow.nodes.request import fill_request_object, with_config
from noodl_runtime.workflow.run import Run

PREFIX = "noodl.trigger."


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """One trigger node as it is declared; parameters have their defaults applied.

    kind:      "schedule", "dbChange" or "webhook"
    connected: parameters that something is connected with, in vain
    """

    kind: str
    component: str
    node: str
    file: str
    parameters: Mapping[str, Any]
    connected: tuple[str, ...] = ()


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


@dataclass(frozen=True)
class Parameter:
    """One parameter of a trigger node; connections to it are ignored."""

    name: str
    default: Any
    help: str


PARAMETERS: Mapping[str, tuple[Parameter, ...]] = {
    "schedule": (
        Parameter("cron", "0 * * * *", "when: minute hour day-of-month month day-of-week, @daily"),
        Parameter("enabled", True, "false: it does not fire by itself"),
        Parameter(
            "timezone", "", "whose wall clock counts: Europe/Berlin, UTC; empty: this machine's"
        ),
        Parameter("missedRuns", "skip", "once: one run at the start for all that came meanwhile"),
        Parameter("overlap", "skip", "allow: fire also while the run before is active"),
        Parameter("jitter", 0, "seconds by which a firing is put off at most, by chance"),
    ),
    "dbChange": (
        Parameter("collection", None, "whose records; without it the trigger never fires"),
        Parameter(
            "events", "all", "create, save, delete, all, or some of them with commas between"
        ),
        Parameter(
            "where", None, "filter of the editor or where document that the record must meet"
        ),
    ),
    "webhook": (
        Parameter("path", "/webhook", "behind /hooks"),
        Parameter("method", "POST", "GET, POST, PUT, DELETE, or some of them with commas between"),
        Parameter(
            "verify",
            "none",
            "how senders prove themselves: none, token, hmac (SHA-256 of the body), github, "
            "stripe, slack, standard (Standard Webhooks)",
        ),
        Parameter("secret", "", "name of the backend's secret that this goes by"),
        Parameter("signatureHeader", "", "header of signature or token, if not the usual one"),
        Parameter("tolerance", 300, "seconds that a signed time may be away from now"),
        Parameter(
            "respond",
            "response",
            "bare: what the Response node sends without result around it, for senders that want a "
            "challenge back; accepted: 202 at once, and the run afterwards",
        ),
    ),
}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    kind: {parameter.name: parameter.default for parameter in parameters}
    for kind, parameters in PARAMETERS.items()
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
            connected=tuple(spec.sources),
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
