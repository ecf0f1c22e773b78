"""What Add and Remove Record Relation share; they differ in three words."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

from noodl_runtime.workflow.asks import ChangeRelation
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, nothing, once, value
from noodl_runtime.workflow.records import (
    RecordState,
    changed_values,
    error_text,
    fail,
    set_collection,
    set_id_source,
    set_record,
    target_id,
)


def relation_type(name: str, action: Literal["add", "remove"], output: str) -> NodeType:
    """Make the node type. output: the signal of success."""

    def store(node: Node) -> None:
        """Without a record or a target nothing happens, and no signal says so."""
        state, run = node.state, node.run
        related = state.settings.get("targetId")
        if state.target is UNDEFINED or not truthy(related):
            return
        target = state.target

        def answered(record: Mapping[str, Any]) -> None:
            for field, given in changed_values(record, ("updatedAt",)).items():
                run.world.set(target, field, given)
            node.signal(output)

        ask = ChangeRelation(
            collection=state.collection,
            object_id=str(target_id(node)),
            field=str(state.settings.get("relationProperty")),
            action=action,
            target_id=related,
            target_collection=run.world.class_of_id(related) or "",
        )
        failed = f"Failed to {action} relation."
        node.ask(ask, answered, lambda error: fail(node, error_text(error, failed)))

    return NodeType(
        name=name,
        inputs={
            "collectionName": value(set_collection),
            "relationProperty": value(partial(_set, "relationProperty")),
            "idSource": value(set_id_source),
            "modelId": value(set_record),
            "targetId": value(partial(_set, "targetId")),
            "store": once(store),
        },
        outputs={
            output: nothing,
            "failure": nothing,
            "error": lambda node: node.state.error,
            "id": target_id,
        },
        state=RecordState,
    )


def _set(name: str, node: Node, given: Value) -> None:
    node.state.settings[name] = given
