"""What nodes about users and roles share: ids, and the properties a user may be given."""

from typing import Any

from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.names import listed
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import given, required
from noodl_runtime.workflow.reading import write
from noodl_runtime.workflow.records import id_of

_KEPT = ("objectId", "ACL", "password", "sessionToken")


def user_id_of(node: Node, name: str) -> str:
    """Return the id of the user that a node is about. raises: ScriptError if there is none.

    name: of the node, for the message
    """
    state = node.state
    state.inputs["userId"] = id_of(node.run, given(node, "userId"))
    return required(node, "userId", f"{name}: a User Id is required.")


def properties_of(node: Node) -> dict[str, Any]:
    """Return the properties to write, typed values. raises: ScriptError for a name that is kept."""
    names = listed(given(node, "properties"))
    for name in names:
        if name in _KEPT or name.startswith("_"):
            raise ScriptError(f"the property {name!r} cannot be set")
    data: dict[str, Value] = {name: given(node, f"prop-{name}") for name in names}
    world = node.run.world
    copied = {name: world.copy(value) for name, value in data.items() if value is not UNDEFINED}
    return write(node.run, copied, "_User")
