"""What query nodes share: their settings, and the filter they amount to."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.filters import order_of, sent, where_of
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.text import parse
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Action, Input
from noodl_runtime.workflow.pointing import resolve_pointers
from noodl_runtime.workflow.run import FieldType
from noodl_runtime.workflow.scripts import scripts_of
from noodl_runtime.workflow.wire import from_wire

SCRIPT_INPUT = "storageFilterValue-"


@dataclass(slots=True)
class QueryState:
    """Settings of a query node as they were set; parameters of its filters without prefix."""

    settings: dict[str, Value] = field(default_factory=dict)
    parameters: dict[str, Value] = field(default_factory=dict)
    script_inputs: dict[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """Return a setting, UNDEFINED if it was never set."""
        return self.settings.get(name, UNDEFINED)


def setting(name: str, prefix: str, changed: Action) -> Input:
    """Make the input for one setting of a query node; `changed` runs after it is kept."""

    def keep(node: Node, given: Value) -> None:
        state = node.state
        if name.startswith(prefix):
            state.parameters[name[len(prefix) :]] = given
        elif name.startswith(SCRIPT_INPUT):
            state.script_inputs[name[len(SCRIPT_INPUT) :]] = given
        else:
            state.settings[name] = given
        changed(node)

    return Input(keep)


def fields_of(node: Node, collection: Value) -> Mapping[str, FieldType]:
    """Return the schema of a collection as far as it is known."""
    return node.run.around.fields(collection) if isinstance(collection, str) else {}


def visual_where(node: Node) -> Any:
    """Return the where document of a node's visual filter, None for none."""
    state = node.state
    document = node.run.world.copy(state.get("visualFilter"))
    inputs = {name: node.run.world.copy(value) for name, value in state.parameters.items()}
    return sent(where_of(document, inputs, fields_of(node, state.get("collectionName"))))


def scripted_filter(node: Node, *, sorts: bool) -> tuple[Any, list[str] | None]:
    """Run the JavaScript filter of a node; return its where document and its sort list.

    raises: ScriptError where there is none, or one that does not compile: nothing is asked then
    """
    state, scripts = node.state, scripts_of(node)
    if "storageJSONFilter" not in state.settings:
        raise ScriptError("the filter is to be JavaScript, but there is no script")
    text = node.run.world.text(state.get("storageJSONFilter"))
    inputs = [[name, scripts.code(value)] for name, value in state.script_inputs.items()]
    number = scripts.number_of(node)
    found = scripts.call("queryFilter", number, text, sorts, [], inputs)
    where = parse(found["where"]) if found["where"] is not None else None
    fields = fields_of(node, state.get("collectionName"))
    return from_wire(resolve_pointers(where, fields)), found["sort"]


def is_scripted(node: Node) -> bool:
    """Tell whether a node's filter is JavaScript."""
    return bool(node.state.get("storageFilterType") == "json")


def needs_script(spec: NodeSpec) -> bool:
    """Tell whether a query node may run a JavaScript filter."""
    is_json = spec.parameters.get("storageFilterType") == "json"
    return is_json or "storageFilterType" in spec.sources


def page(node: Node, enable: str, limit: str, skip: str) -> tuple[Any, Any]:
    """Return limit and skip of a node, UNDEFINED where limits are off; falsy means the default."""
    state = node.state
    if not truthy(state.get(enable)):
        return UNDEFINED, UNDEFINED
    wanted, skipped = state.get(limit), state.get(skip)
    return (wanted if truthy(wanted) else 10), (skipped if truthy(skipped) else 0)


def sorting(node: Node, name: str) -> list[str]:
    """Return the keys of a node's visual sorting."""
    return order_of(node.run.world.copy(node.state.get(name)))
