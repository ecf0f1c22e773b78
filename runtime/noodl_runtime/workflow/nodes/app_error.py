"""On App Error: tells of errors in the nodes of the run.

A node that raised an error, or wrote one to the log, is told of here; failures that a node shows
on its outputs are the graph's own affair. Only so many are told of, or an error that follows from
being told would never end.
"""

from dataclasses import field

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, show, shown, value

MOST = 100  # errors told of in one run


@dataclass(slots=True)
class _State:
    filter: Value = UNDEFINED
    told: int = 0
    outputs: dict[str, Value] = field(default_factory=dict)


def _created(node: Node) -> None:
    node.run.error_watchers.append(lambda message, source: _heard(node, message, source))


def _heard(node: Node, message: str, source: Node) -> None:
    state = node.state
    if node.deleted or source is node or state.told >= MOST:
        return
    found = _described(message, source)
    wanted = "" if state.filter in (UNDEFINED, None) else node.run.world.text(state.filter)
    if wanted and not any(wanted in text for text in found.values()):
        return
    state.told += 1
    show(node, {**found, "errorObject": node.run.world.build(dict(found))})
    node.signal("error")


def _described(message: str, source: Node) -> dict[str, str]:
    return {
        "message": message,
        "code": "node-error",
        "nodeId": source.spec.id,
        "componentName": _component(source),
        "nodeType": source.spec.type.name,
    }


def _component(source: Node) -> str:
    instance = source.parent
    return instance.spec.component.name if instance and instance.spec.component else ""


def _set_filter(node: Node, given: Value) -> None:
    node.state.filter = given


NODE = NodeType(
    name="On App Error",
    inputs={"filter": value(_set_filter)},
    outputs={
        "message": shown("message"),
        "code": shown("code"),
        "nodeId": shown("nodeId"),
        "componentName": shown("componentName"),
        "nodeType": shown("nodeType"),
        "errorObject": shown("errorObject"),
        "error": nothing,
    },
    state=_State,
    created=_created,
)
