"""Record: shows a record, as this request knows it or freshly fetched."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import FetchRecord
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import (
    IGNORED,
    Input,
    NodeType,
    nothing,
    once,
    value,
)
from noodl_runtime.workflow.objects import (
    ShownState,
    listen,
    property_output,
    show,
    shown_id,
    unlisten,
)
from noodl_runtime.workflow.reading import read
from noodl_runtime.workflow.records import (
    adopted_id,
    error_text,
    fail,
    item_of,
    set_collection,
)


@dataclass(slots=True)
class _State(ShownState):
    collection: Value = UNDEFINED
    error: Value = UNDEFINED


def _bind(node: Node, target: Value) -> None:
    show(node, target)
    node.signal("fetched")


def _bind_item(node: Node) -> None:
    item = item_of(node)
    if item is UNDEFINED:
        raise ScriptError("this node takes its id from a repeater, but is in no task")
    node.state.given_id = node.run.world.object_id(item)
    _bind(node, item)


def _set_source(node: Node, source: Value) -> None:
    if source == "foreach":
        node.after_inputs(_bind_item)


def _set_id(node: Node, given: Value) -> None:
    node.state.given_id = adopted_id(node.run, given)
    if node.starts_by_itself("fetch"):
        _bind(node, node.run.world.object(node.state.given_id))
    else:
        node.flag("id")


def _fetch(node: Node) -> None:
    state, run = node.state, node.run
    object_id = shown_id(node) if state.given_id is UNDEFINED else state.given_id
    if object_id is UNDEFINED or object_id == "":
        fail(node, "Missing Id.")
        return
    collection = state.collection

    def answered(record: Mapping[str, Any]) -> None:
        target = read(run, dict(record), collection)
        if target is not state.target:
            listen(node, target)
        node.flag("id")
        for name in record:
            if name != "objectId":
                node.flag(f"prop-{name}")
        node.signal("fetched")

    ask = FetchRecord(collection=collection, object_id=run.world.text(object_id))
    node.ask(ask, answered, lambda error: fail(node, error_text(error, "Failed to fetch.")))


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return IGNORED if name.startswith("prop-") else None


NODE = NodeType(
    name="DbModel2",
    inputs={
        "collectionName": value(set_collection),
        "idSource": value(_set_source),
        "modelId": value(_set_id),
        "properties": IGNORED,
        "fetch": once(_fetch),
    },
    outputs={
        "id": shown_id,
        "fetched": nothing,
        "changed": nothing,
        "failure": nothing,
        "error": lambda node: node.state.error,
    },
    any_input=_input,
    any_output=property_output,
    state=_State,
    gone=unlisten,
)
