"""To CSV: an Array as a text, a row for each item."""

from noodl_runtime.workflow.computing import computed_type
from noodl_runtime.workflow.js.convert import ordered, to_text, truthy
from noodl_runtime.workflow.js.text import stringify
from noodl_runtime.workflow.js.values import UNDEFINED, CloudFile, Moment, Object, Value
from noodl_runtime.workflow.names import listed
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import given, given_text
from noodl_runtime.workflow.records import owner_values
from noodl_runtime.workflow.separated import text_of


def _write(node: Node) -> dict[str, Value]:
    world = node.run.world
    items = [world.copy(item) for item in world.items(given(node, "items"))]
    records = [_values(item) for item in items]
    columns = _columns(node, records)
    rows = [[_cell(record.get(column, UNDEFINED)) for column in columns] for record in records]
    head = [columns] if truthy(given(node, "includeHeader")) else []
    return {"text": text_of([*head, *rows], given_text(node, "delimiter")), "count": len(rows)}


def _values(item: Value) -> dict[str, Value]:
    return {**owner_values(item), "id": item.id} if isinstance(item, Object) else owner_values(item)


def _columns(node: Node, records: list[dict[str, Value]]) -> list[str]:
    """Return the columns that are asked for, or all names that occur; ids must be asked for."""
    asked = node.run.world.copy(given(node, "columns"))
    wanted = [str(name) for name in asked] if isinstance(asked, list) else listed(asked)
    names = dict.fromkeys(name for record in records for name in ordered(record) if name != "id")
    return wanted or list(names)


def _cell(value: Value) -> str:
    if value is None or value is UNDEFINED:
        return ""
    if isinstance(value, str | bool | int | float | CloudFile):
        return to_text(value)
    text = stringify(value) or ""
    return text.strip('"') if isinstance(value, Moment) else text


NODE = computed_type(
    "net.noodl.ToCSV",
    _write,
    inputs={"items": UNDEFINED, "columns": UNDEFINED, "delimiter": ",", "includeHeader": True},
    outputs=("text", "count"),
    needs=("items",),
    arrays=frozenset({"items"}),
    signals=("changed",),
)
