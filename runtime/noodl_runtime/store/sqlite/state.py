"""The schema as the store works with it: a Table for each collection; never changed, replaced."""

from collections.abc import Mapping
from dataclasses import field

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import NoSuchCollection
from noodl_runtime.schema.layout import junction_table, table_name
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.store.sqlite.table import Table


@dataclass(frozen=True)
class State:
    """A schema and the tables made for it."""

    schema: Schema = field(default_factory=Schema)
    tables: Mapping[str, Table] = field(default_factory=dict)

    def table(self, collection: str) -> Table:
        """Return the table of a collection. raises: NoSuchCollection."""
        table = self.tables.get(collection)
        if table is None:
            raise NoSuchCollection(f"there is no collection {collection}; add it to the schema")
        return table


def state_of(schema: Schema, before: State) -> State:
    """Return the state of a schema; tables of collections that are as before are taken over."""
    related_by = _related_by(schema)
    tables: dict[str, Table] = {}
    for name, collection in schema.collections.items():
        junctions = related_by.get(name, ())
        known = before.tables.get(name)
        same = known is not None and (known.collection, known.related_by) == (collection, junctions)
        tables[name] = known if known and same else Table(collection, junctions)
    return State(schema, tables)


def _related_by(schema: Schema) -> dict[str, tuple[str, ...]]:
    """Return the junction tables that hold ids of each collection's records as related ones."""
    found: dict[str, tuple[str, ...]] = {}
    for collection in schema.collections.values():
        for name, target in _relations(collection):
            junction = junction_table(table_name(collection), name)
            found[target] = (*found.get(target, ()), junction)
    return found


def _relations(collection: Collection) -> list[tuple[str, str]]:
    fields = collection.fields.values()
    return [(each.name, each.target or "") for each in fields if each.type == "Relation"]
