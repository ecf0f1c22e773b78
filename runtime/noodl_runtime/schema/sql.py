"""The SQL of a schema, for SQLite: schema.sql, and what each step of a plan runs. Text only."""

import json
from collections.abc import Callable, Iterator

from noodl_runtime.schema.field_types import FIELD_TYPES
from noodl_runtime.schema.layout import (
    NULLS,
    READ_PRINCIPALS,
    WRITE_PRINCIPALS,
    junction_table,
    quote_name,
    quote_text,
    table_name,
)
from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.schema.plan import (
    AddCollection,
    AddField,
    AddIndex,
    ChangeRules,
    ChangeType,
    DropCollection,
    DropField,
    DropIndex,
    Step,
)

# How a type change that keeps the values writes them, where they are not taken as they are.
_CONVERSIONS = {
    ("Number", "String"): "CAST({} AS TEXT)",
    ("Boolean", "String"): "CASE {} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
}


def schema_sql(schema: Schema) -> str:
    """Return the text of schema.sql: every table and index, collections in order of name."""
    collections = sorted(schema.collections.values(), key=lambda collection: collection.name)
    blocks = (";\n".join(create_collection(collection)) for collection in collections)
    return "".join(f"{block};\n\n" for block in blocks).removesuffix("\n")


def step_sql(step: Step) -> list[str]:
    """Return the statements that carry out one step, to be run in order in one transaction."""
    return list(_STEPS[type(step)](step))


def create_collection(collection: Collection) -> list[str]:
    """Return the statements that make a collection's tables and indexes."""
    columns = [
        "`objectId` TEXT NOT NULL PRIMARY KEY",
        "`createdAt` TEXT NOT NULL",
        "`updatedAt` TEXT NOT NULL",
        *(_column(field) for field in columns_of(collection)),
        *(f"{quote_name(name)} TEXT" for name in (READ_PRINCIPALS, WRITE_PRINCIPALS, NULLS)),
    ]
    table = quote_name(table_name(collection))
    return [
        f"CREATE TABLE {table} (\n  " + ",\n  ".join(columns) + "\n)",
        *(text for field in collection.fields.values() for text in _junction(collection, field)),
        *indexes_of(collection),
    ]


def indexes_of(collection: Collection, field: str | None = None) -> list[str]:
    """Return the statements that make a collection's indexes, or only those that name a field."""
    return [
        *(_automatic_index(collection, name) for name in _automatics(collection, field)),
        *(_create_index(collection, index) for index in _declared(collection, field)),
    ]


def drop_indexes(collection: Collection, field: str | None = None) -> list[str]:
    """Return the statements that remove what `indexes_of` makes."""
    table = table_name(collection)
    return [
        *(f"DROP INDEX {quote_name(_automatic(table, n))}" for n in _automatics(collection, field)),
        *(
            f"DROP INDEX {quote_name(_index(collection, index))}"
            for index in _declared(collection, field)
        ),
    ]


def junction_index(junction: str) -> str:
    """Return the statement that makes the index of a junction table, for its other direction."""
    return (
        f"CREATE INDEX {quote_name(junction + ':related')} "
        f"ON {quote_name(junction)} (`relatedId`, `owningId`)"
    )


def _automatics(collection: Collection, field: str | None) -> list[str]:
    pointers = [each.name for each in collection.fields.values() if each.type == "Pointer"]
    names = ["createdAt", "updatedAt", *pointers]
    return [name for name in names if field in (None, name)]


def _declared(collection: Collection, field: str | None) -> list[Index]:
    return [
        index
        for index in collection.indexes
        if field is None or field in (name.removeprefix("-") for name in index.fields)
    ]


def columns_of(collection: Collection) -> list[Field]:
    """Return the fields that have a column, which relations have not."""
    return [
        field for field in collection.fields.values() if FIELD_TYPES[field.type].sql is not None
    ]


def _column(field: Field) -> str:
    return f"{quote_name(field.name)} {FIELD_TYPES[field.type].sql}".rstrip()


def _beside(collection: Collection, field: Field) -> Iterator[str]:
    """Yield what a field needs beside its column: a pointer its index, a relation its table."""
    if field.type == "Pointer":
        yield _automatic_index(collection, field.name)
    yield from _junction(collection, field)


def _junction(collection: Collection, field: Field) -> Iterator[str]:
    if field.type == "Relation":
        name = junction_table(table_name(collection), field.name)
        yield (
            f"CREATE TABLE {quote_name(name)} (\n  `owningId` TEXT NOT NULL,\n"
            "  `relatedId` TEXT NOT NULL,\n  PRIMARY KEY (`owningId`, `relatedId`)\n) WITHOUT ROWID"
        )
        yield junction_index(name)


def _automatic_index(collection: Collection, name: str) -> str:
    table = table_name(collection)
    index = quote_name(_automatic(table, name))
    return f"CREATE INDEX {index} ON {quote_name(table)} ({quote_name(name)})"


def _automatic(table: str, name: str) -> str:
    return f"_auto:{table}:{name}"


def _index(collection: Collection, index: Index) -> str:
    return f"_index:{table_name(collection)}:{index.name}"


def _create_index(collection: Collection, index: Index) -> str:
    unique = "UNIQUE " if index.unique else ""
    compared = " COLLATE NOCASE" if index.ignore_case else ""
    keys = ", ".join(
        quote_name(name.removeprefix("-")) + compared + (" DESC" if name.startswith("-") else "")
        for name in index.fields
    )
    name, table = quote_name(_index(collection, index)), quote_name(table_name(collection))
    return f"CREATE {unique}INDEX {name} ON {table} ({keys})"


def _add_collection(step: AddCollection) -> Iterator[str]:
    yield from create_collection(step.collection)


def _drop_collection(step: DropCollection) -> Iterator[str]:
    table = table_name(step.collection)
    for field in step.collection.fields.values():
        if field.type == "Relation":
            yield f"DROP TABLE {quote_name(junction_table(table, field.name))}"
    yield f"DROP TABLE {quote_name(table)}"


def _add_field(step: AddField) -> Iterator[str]:
    if FIELD_TYPES[step.field.type].sql is not None:
        table = quote_name(table_name(step.collection))
        yield f"ALTER TABLE {table} ADD COLUMN {_column(step.field)}"
    yield from _beside(step.collection, step.field)


def _drop_field(step: DropField) -> Iterator[str]:
    yield from _remove(step.collection, step.field)
    yield _forget_nulls(step.collection, step.field)


def _remove(collection: Collection, field: Field) -> Iterator[str]:
    table = table_name(collection)
    if field.type == "Relation":
        yield f"DROP TABLE {quote_name(junction_table(table, field.name))}"
        return
    if field.type == "Pointer":
        yield f"DROP INDEX {quote_name(_automatic(table, field.name))}"
    yield f"ALTER TABLE {quote_name(table)} DROP COLUMN {quote_name(field.name)}"


def _forget_nulls(collection: Collection, field: Field) -> str:
    """A field that comes back under this name must not be null in records that never had it."""
    name = quote_text(field.name)
    rest = f"SELECT json_group_array(value) FROM json_each({NULLS}) WHERE value <> {name}"
    return (
        f"UPDATE {quote_name(table_name(collection))} SET {NULLS} = nullif(({rest}), '[]') "
        f"WHERE instr({NULLS}, {quote_text(json.dumps(field.name))})"
    )


def _change_type(step: ChangeType) -> Iterator[str]:
    if not step.keeps:
        yield from _drop_field(DropField(step.collection, step.before))
        yield from _add_field(AddField(step.collection, step.field))
        return
    # A new column beside the old one: the old one's affinity would change what is put into it.
    table, old, spare = (
        quote_name(name)
        for name in (table_name(step.collection), step.field.name, f"{step.field.name}~new")
    )
    conversion = _CONVERSIONS.get((step.before.type, step.field.type), "{}")
    yield f"ALTER TABLE {table} ADD COLUMN {spare} {FIELD_TYPES[step.field.type].sql}".rstrip()
    yield f"UPDATE {table} SET {spare} = {conversion.format(old)}"
    yield from _remove(step.collection, step.before)
    yield f"ALTER TABLE {table} RENAME COLUMN {spare} TO {old}"
    yield from _beside(step.collection, step.field)


def _nothing(_step: ChangeRules) -> Iterator[str]:
    yield from ()


def _add_index(step: AddIndex) -> Iterator[str]:
    yield _create_index(step.collection, step.index)


def _drop_index(step: DropIndex) -> Iterator[str]:
    yield f"DROP INDEX {quote_name(_index(step.collection, step.index))}"


_STEPS: dict[type[Step], Callable[..., Iterator[str]]] = {
    AddCollection: _add_collection,
    DropCollection: _drop_collection,
    AddField: _add_field,
    DropField: _drop_field,
    ChangeType: _change_type,
    ChangeRules: _nothing,
    AddIndex: _add_index,
    DropIndex: _drop_index,
}
