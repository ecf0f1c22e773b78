"""Parse CSV: a text as an Array of Objects, one per row."""

from noodl_runtime.workflow.computing import computed_type
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.outcomes import given, given_text
from noodl_runtime.workflow.separated import records_of, rows_of


def _parse(node: Node) -> dict[str, Value]:
    """Without a header the columns are named by their places: "0", "1"."""
    rows = rows_of(given_text(node, "text"), given_text(node, "delimiter"))
    if rows and not truthy(given(node, "hasHeader")):
        rows = [[str(place) for place in range(max(map(len, rows)))], *rows]
    records = records_of(rows)
    return {"items": node.run.world.array(records), "count": len(records)}


NODE = computed_type(
    "net.noodl.ParseCSV",
    _parse,
    inputs={"text": UNDEFINED, "hasHeader": True, "delimiter": ","},
    outputs=("items", "count", "error"),
    needs=("text",),
)
