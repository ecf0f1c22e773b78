"""One collection as SQL: the texts of its statements and how rows become records.

Made once per schema; the texts depend on the schema alone, so SQLite's statement cache holds them.
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from noodl_runtime.query.sql import Sql, compile_order
from noodl_runtime.schema.acl import to_acl
from noodl_runtime.schema.field_types import FIELD_TYPES, decoder
from noodl_runtime.schema.layout import (
    NULLS,
    READ_PRINCIPALS,
    WRITE_PRINCIPALS,
    junction_table,
    quote_name,
    table_name,
)
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.schema.sql import columns_of
from noodl_runtime.store.applying import Form
from noodl_runtime.values import Record, RelationTo

Decode = Callable[[Any], Any]

_SYSTEM = ("objectId", "createdAt", "updatedAt", READ_PRINCIPALS, WRITE_PRINCIPALS, NULLS)
READERS, WRITERS = 3, 4  # places in a row
_SELECTIONS_KEPT = 64


class Selection:
    """Some fields of a collection: the columns to ask for, and the record behind a row of them."""

    def __init__(self, fields: Sequence[Field]) -> None:
        columns = [field for field in fields if FIELD_TYPES[field.type].sql is not None]
        self._decoders: list[tuple[int, str, Decode | None]] = [
            (index, field.name, decoder(field)) for index, field in enumerate(columns, len(_SYSTEM))
        ]
        self._relations = {
            field.name: RelationTo(field.target or "")
            for field in fields
            if field.type == "Relation"
        }
        self._names = {field.name for field in columns}
        self.columns = ", ".join(
            f"t.{quote_name(name)}" for name in (*_SYSTEM, *(field.name for field in columns))
        )

    def record(self, row: Sequence[Any]) -> Record:
        """Return the record behind a row."""
        record: Record = {"objectId": row[0], "createdAt": row[1], "updatedAt": row[2]}
        for index, name, back in self._decoders:
            value = row[index]
            if value is not None:
                record[name] = value if back is None else back(value)
        record.update(self._relations)
        readers, writers, nulls = row[READERS], row[WRITERS], row[5]
        if nulls is not None:
            record.update({name: None for name in json.loads(nulls) if name in self._names})
        if readers is not None or writers is not None:
            record["ACL"] = to_acl(principals_of(readers), principals_of(writers))
        return record


class Table:
    """The table of one collection, with what is needed to write it."""

    def __init__(self, collection: Collection, related_by: tuple[str, ...] = ()) -> None:
        """related_by: junction tables of other collections whose relations lead here."""
        self.collection, self.related_by = collection, related_by
        self.form = Form(collection)
        self.name = quote_name(table_name(collection))
        fields = tuple(collection.fields.values())
        self.columns = tuple(field.name for field in columns_of(collection))
        self.whole = Selection(fields)
        self.select_by_id = self.by_id(self.whole.columns)
        written = (*_SYSTEM, *self.columns)
        self.insert = (
            f"INSERT INTO {self.name} ({', '.join(map(quote_name, written))}) "
            f"VALUES ({', '.join('?' * len(written))})"
        )
        self.delete = f"DELETE FROM {self.name} WHERE `objectId` = ?"
        own = [self.junction(field) for field in fields if field.type == "Relation"]
        self.clean_up = [
            *(f"DELETE FROM {quote_name(name)} WHERE `owningId` = ?" for name in own),
            *(f"DELETE FROM {quote_name(name)} WHERE `relatedId` = ?" for name in related_by),
        ]
        self.selection = lru_cache(maxsize=_SELECTIONS_KEPT)(self._selection)
        self.update = lru_cache(maxsize=_SELECTIONS_KEPT)(self._update)
        self.ordered = lru_cache(maxsize=_SELECTIONS_KEPT)(self._ordered)

    def by_id(self, columns: str) -> str:
        """Return the statement for some columns of one record."""
        return f"SELECT {columns} FROM {self.name} AS t WHERE t.`objectId` = ?"

    def junction(self, field: Field) -> str:
        """Return the name of the junction table of one of the relation fields."""
        return junction_table(table_name(self.collection), field.name)

    def _selection(self, keys: frozenset[str] | None, excluded: frozenset[str]) -> Selection:
        """Return the fields among `keys` (None: all) that are not excluded."""
        fields = [
            field
            for name, field in self.collection.fields.items()
            if (keys is None or name in keys) and name not in excluded
        ]
        return Selection(fields)

    def _ordered(self, order: tuple[str, ...]) -> Sql:
        """Return what stands behind ORDER BY. raises: BadQuery."""
        name = self.collection.name
        return compile_order(order, Schema(collections={name: self.collection}), name)

    def _update(self, columns: tuple[str, ...]) -> str:
        """Return the statement that changes these columns and updatedAt, in this order."""
        texts = ", ".join(f"{quote_name(name)} = ?" for name in (*columns, "updatedAt"))
        return f"UPDATE {self.name} SET {texts} WHERE `objectId` = ?"


def principals_of(text: str | None) -> list[str] | None:
    """Return the list of principals behind a column, None for everyone."""
    return None if text is None else json.loads(text)


def principals_text(names: list[str] | None) -> str | None:
    """Return what the column holds for a list of principals."""
    return None if names is None else json.dumps(names, ensure_ascii=False)


def nulls_text(record: Record) -> str | None:
    """Return what the column of null fields holds for a record, None when no field is null."""
    names = [name for name, value in record.items() if value is None]
    return json.dumps(names) if names else None
