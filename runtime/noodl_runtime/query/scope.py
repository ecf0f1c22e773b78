"""Where in a statement we are: which table, under which alias, how deep in sub-queries."""

from noodl_runtime.dataclass import dataclass
from noodl_runtime.query.native import Column
from noodl_runtime.schema.layout import quote_name
from noodl_runtime.schema.model import Collection, Field


@dataclass(frozen=True, slots=True)
class Scope:
    """A collection under the alias of its table; depth counts the sub-queries around it."""

    collection: Collection
    alias: str
    depth: int = 0

    def column(self, field: Field) -> Column:
        """Return the column of a field: "t.`price`"."""
        return Column(f"{self.alias}.{quote_name(field.name)}", field)
