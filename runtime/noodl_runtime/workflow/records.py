"""What record nodes and the script API share: binding an Object, errors, answers, access rules."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Object, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.run import Run


def error_text(error: Exception, otherwise: str) -> str:
    """Return what a graph sees of a refusal."""
    return str(error) or otherwise


def owner_values(data: Value) -> dict[str, Value]:
    """Return the properties in detached data, of an Object or a plain object alike."""
    if isinstance(data, Object):
        return data.data
    return dict(data) if isinstance(data, Mapping) else {}


def changed_values(record: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return those of a record's fields that an answer to a write carries."""
    return {name: record[name] for name in names if name in record}


def id_of(run: Run, given: Value) -> Value:
    """Reduce an Object to its id; everything else stays."""
    return run.world.object_id(given) if run.world.kind(given) == "object" else given


def adopted_id(run: Run, given: Value) -> Value:
    """Reduce to an id: an Object to its own, a plain object or null to that of a new Object."""
    if given is None or run.world.kind(given) in ("object", "plain"):
        target = run.world.object_of({} if given is None else given)
        return run.world.object_id(target)
    return given


def item_of(node: Node) -> Value:
    """Return the item Object of the nearest enclosing task, UNDEFINED outside tasks."""
    instance = node.parent
    while instance is not None:
        if instance.item is not UNDEFINED:
            return instance.item
        instance = instance.parent
    return UNDEFINED


@dataclass(slots=True)
class RecordState:
    """What a node remembers that works on one record.

    target:     the bound Object, UNDEFINED if there is none
    properties: values of its prop- inputs, in the order they first came
    rules:      acl-<id>-<field> inputs: rule id -> field -> value
    """

    collection: Value = UNDEFINED
    target: Value = UNDEFINED
    error: Value = UNDEFINED
    properties: dict[str, Value] = field(default_factory=dict)
    settings: dict[str, Value] = field(default_factory=dict)
    access: Value = UNDEFINED
    rules: dict[str, dict[str, Value]] = field(default_factory=dict)


def set_collection(node: Node, name: Value) -> None:
    """Remember the collection."""
    node.state.collection = name


def set_record(node: Node, given: Value) -> None:
    """Bind the Object with an id, at once; no fetch, no signal."""
    node.state.target = node.run.world.object(id_of(node.run, given))
    node.flag("id")


def set_id_source(node: Node, source: Value) -> None:
    """Bind the item of the enclosing task, after inputs."""
    if source == "foreach":
        node.after_once(_bind_item)


def _bind_item(node: Node) -> None:
    node.state.target = item_of(node)
    node.flag("id")


def target_id(node: Node) -> Value:
    """Return the id of the bound Object."""
    target = node.state.target
    return UNDEFINED if target is UNDEFINED else node.run.world.object_id(target)


def fail(node: Node, text: str) -> None:
    """Show an error: store the text, flag error, signal failure."""
    node.state.error = text
    node.flag("error")
    node.signal("failure")


def start_store(node: Node, action: Any) -> None:
    """Schedule a store, or fail at once without a collection."""
    if not truthy(node.state.collection):
        fail(node, "No class name specified")
    else:
        node.after_once(action)


def access_list(node: Node) -> dict[str, dict[str, bool]]:
    """Return the ACL that a node's access rules amount to, {} for none."""
    state = node.state
    rules = node.run.world.copy(state.access)
    user = _user_id(node.run)
    found: dict[str, dict[str, bool]] = {}
    for rule in rules if isinstance(rules, list) else ():
        fields = state.rules.get(str(rule.get("id")) if isinstance(rule, Mapping) else "")
        if fields is None:
            if user is not UNDEFINED:
                found[str(user)] = {"read": True, "write": True}
            continue
        key = _principal(node.run, fields, user)
        if key is not None:
            found[key] = {name: truthy(fields.get(name, True)) for name in ("read", "write")}
    return found


def _principal(run: Run, fields: Mapping[str, Value], user: Value) -> str | None:
    target = fields.get("target")
    if target == "everyone":
        return "*"
    if target == "role":
        return f"role:{run.world.text(fields.get('role', UNDEFINED))}"
    if target == "user":
        named = fields.get("userid", UNDEFINED)
        return run.world.text(named if truthy(named) else user)
    return None


def _user_id(run: Run) -> Value:
    return run.world.get(run.world.object("Request"), "UserId")


def set_access(node: Node, rules: Value) -> None:
    """Remember the list of access rules."""
    node.state.access = rules


def set_access_field(rule: str, name: str, node: Node, given: Value) -> None:
    """Remember one field of an access rule."""
    node.state.rules.setdefault(rule, {})[name] = given
