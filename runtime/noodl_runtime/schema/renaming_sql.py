"""The SQL of a renaming, for SQLite. Text only.

Tables and columns take their new name with all they hold. Indexes and junction tables carry the
old one in their own names, which later changes go by, so they are renamed or made again.
"""

import json
from collections.abc import Iterator

from noodl_runtime.schema.field_types import FIELD_TYPES
from noodl_runtime.schema.layout import NULLS, junction_table, quote_name, quote_text, table_name
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.schema.renaming import Rename, pointer_start
from noodl_runtime.schema.sql import drop_indexes, indexes_of, junction_index

_SPARE = "~new"  # SQLite does not see that `name` and `Name` are two names


def rename_sql(old: Schema, new: Schema, rename: Rename) -> list[str]:
    """Return the statements of a renaming, to be run in order in one transaction.

    new: as `renamed` returns it
    """
    before = old.collections[rename.collection]
    if rename.field is not None:
        return list(_field(before, new.collections[rename.collection], rename.field, rename.to))
    return [
        *_collection(before, new.collections[rename.to]),
        *(text for each in new.collections.values() for text in _pointers(each, rename)),
    ]


def _collection(before: Collection, after: Collection) -> Iterator[str]:
    old, new = table_name(before), table_name(after)
    yield from drop_indexes(before)
    yield f"ALTER TABLE {quote_name(old)} RENAME TO {quote_name(new)}"
    yield from indexes_of(after)
    for field in before.fields.values():
        if field.type == "Relation":
            yield from _junction(junction_table(old, field.name), junction_table(new, field.name))
    yield (
        f"UPDATE `_secrets` SET `collection` = {quote_text(after.name)} "
        f"WHERE `collection` = {quote_text(before.name)}"
    )


def _junction(old: str, new: str) -> Iterator[str]:
    yield f"DROP INDEX {quote_name(old + ':related')}"
    yield f"ALTER TABLE {quote_name(old)} RENAME TO {quote_name(new)}"
    yield junction_index(new)


def _pointers(collection: Collection, rename: Rename) -> Iterator[str]:
    """Yield what makes pointers inside objects and lists lead to the new name."""
    before, after = (quote_text(pointer_start(name)) for name in (rename.collection, rename.to))
    for field in collection.fields.values():
        if field.type in ("Object", "Array"):
            column = quote_name(field.name)
            yield (
                f"UPDATE {quote_name(table_name(collection))} "
                f"SET {column} = replace({column}, {before}, {after}) "
                f"WHERE instr({column}, {before})"
            )


def _field(before: Collection, after: Collection, name: str, to: str) -> Iterator[str]:
    table, field = table_name(before), before.fields[name]
    if field.type == "Relation":
        yield from _junction_field(table, name, to)
    else:
        yield from _column(before, after, field, to)
    renamed = f"CASE value WHEN {quote_text(name)} THEN {quote_text(to)} ELSE value END"
    yield (
        f"UPDATE {quote_name(table)} "
        f"SET {NULLS} = (SELECT json_group_array({renamed}) FROM json_each({NULLS})) "
        f"WHERE instr({NULLS}, {quote_text(json.dumps(name))})"
    )


def _junction_field(table: str, name: str, to: str) -> Iterator[str]:
    old, new = junction_table(table, name), junction_table(table, to)
    if old.lower() == new.lower():
        yield from _junction(old, new + _SPARE)
        old = new + _SPARE
    yield from _junction(old, new)


def _column(before: Collection, after: Collection, field: Field, to: str) -> Iterator[str]:
    assert FIELD_TYPES[field.type].sql is not None
    rename = f"ALTER TABLE {quote_name(table_name(before))} RENAME COLUMN"
    yield from drop_indexes(before, field.name)
    spare = quote_name(to + _SPARE)
    yield f"{rename} {quote_name(field.name)} TO {spare}"
    yield f"{rename} {spare} TO {quote_name(to)}"
    yield from indexes_of(after, to)
