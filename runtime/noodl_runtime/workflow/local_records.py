"""What the four local record nodes share: settings, properties, records as plain objects."""

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import NoSuchRecord
from noodl_runtime.values import Date, File, Included, Pointer, RelationTo
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, show, value
from noodl_runtime.workflow.reading import write
from noodl_runtime.workflow.records import id_of
from noodl_runtime.workflow.wire import to_wire


@dataclass(slots=True)
class LocalState:
    """Inputs and outputs of a local record node by name."""

    settings: dict[str, Value] = field(default_factory=dict)
    properties: dict[str, Value] = field(default_factory=dict)
    parameters: dict[str, Value] = field(default_factory=dict)
    outputs: dict[str, Value] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """Return a setting, UNDEFINED if it was never set."""
        return self.settings.get(name, UNDEFINED)


def settings(*names: str) -> dict[str, Input]:
    """Make inputs whose values are only remembered."""
    return {name: value(partial(_keep, "settings", name)) for name in names}


def prop_input(_spec: NodeSpec, name: str) -> Input | None:
    """Make the inputs prop-<p>."""
    return Input(partial(_keep, "properties", name[5:])) if name.startswith("prop-") else None


def parameter_input(_spec: NodeSpec, name: str) -> Input | None:
    """Make the inputs qp-<x>."""
    return Input(partial(_keep, "parameters", name[3:])) if name.startswith("qp-") else None


def _keep(where: str, name: str, node: Node, given: Value) -> None:
    getattr(node.state, where)[name] = given


def succeed(node: Node, outputs: Mapping[str, Value]) -> None:
    """Show values in the order given, then signal success."""
    show(node, outputs)
    node.signal("success")


def refuse(node: Node, text: str) -> None:
    """Show an error, then signal failure."""
    show(node, {"error": text})
    node.signal("failure")


def refused(node: Node) -> Callable[[Exception], None]:
    """Return what to do with a refusal of the host."""

    def told(error: Exception) -> None:
        refuse(node, "Record not found" if isinstance(error, NoSuchRecord) else str(error))

    return told


def named_record(node: Node) -> tuple[str, str] | None:
    """Return collection and id; refuse and return None when one is missing."""
    if not truthy(node.state.get("collection")):
        refuse(node, "Collection is required")
        return None
    object_id = id_of(node.run, node.state.get("objectId"))
    if not truthy(object_id):
        refuse(node, "Object ID is required")
        return None
    text = node.run.world.text
    return text(node.state.get("collection")), text(object_id)


def values_of(node: Node, collection: str) -> dict[str, Any]:
    """Return the properties to write: those in the list, or all without a list."""
    state, world = node.state, node.run.world
    listed = state.get("properties")
    names = world.text(listed).split(",") if truthy(listed) else list(state.properties)
    data = {n: world.copy(state.properties[n]) for n in names if n in state.properties}
    return write(node.run, data, collection)


def plain(node: Node, record: Mapping[str, Any]) -> Value:
    """Return a record as the data API shows it: a plain object, dates as texts."""
    return node.run.world.build(shown(record, node.run.around.file_url))


def shown(stored: Any, file_url: Callable[[str], str]) -> Any:
    """Return a stored value as the data API shows it: JSON data, without ACL and relations."""
    if isinstance(stored, Mapping):
        members = stored.items()
        return {n: shown(member, file_url) for n, member in members if not _hidden(n, member)}
    if isinstance(stored, list):
        return [shown(item, file_url) for item in stored]
    if isinstance(stored, Included):
        return shown(stored.record, file_url)
    if isinstance(stored, File):
        return {"name": stored.name, "url": stored.url or file_url(stored.name)}
    show = _SHOWN.get(type(stored))
    return show(stored) if show else to_wire(stored)


def _hidden(name: str, member: Any) -> bool:
    return name == "ACL" or isinstance(member, RelationTo)


_SHOWN: dict[type[Any], Callable[[Any], Any]] = {
    Date: lambda stored: stored.iso,
    Pointer: lambda stored: stored.object_id,
}
