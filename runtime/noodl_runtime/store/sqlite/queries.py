"""Answering queries: where documents and orders become statements, rows become records."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from noodl_runtime.errors import BadQuery, NoSuchRecord
from noodl_runtime.query.comparing import key_text
from noodl_runtime.query.leaves import leaves
from noodl_runtime.query.sql import Sql, compile_allowed, compile_order, compile_where
from noodl_runtime.query.where import read_where
from noodl_runtime.schema.field_types import decode
from noodl_runtime.schema.layout import quote_name
from noodl_runtime.schema.model import Field
from noodl_runtime.store.contract import Found, Principals, Query
from noodl_runtime.store.include import include
from noodl_runtime.store.sqlite.connection import StaleStatement
from noodl_runtime.store.sqlite.reader import Reader
from noodl_runtime.store.sqlite.state import State
from noodl_runtime.store.sqlite.table import Selection, Table
from noodl_runtime.store.wanted import Wanted, wanted
from noodl_runtime.values import Record

T = TypeVar("T")

_TRIES = 5  # a statement made for a schema that changes under it is made again
_CHUNK = 500  # rows a stream reads at a time
_PLAIN_SYSTEM_FIELDS = ("objectId", "createdAt", "updatedAt")


class Queries:
    """Reads of one database. state: () -> the present State."""

    def __init__(self, reader: Reader, state: Callable[[], State]) -> None:
        self._reader = reader
        self._state = state

    def query(self, query: Query) -> Found:
        """Return the records that match, and their number if it is asked for."""
        return self._fresh(lambda state: self._query(state, query))

    def fetch(
        self,
        collection: str,
        object_id: str,
        *,
        include: tuple[str, ...],
        keys: tuple[str, ...] | None,
        principals: Principals,
    ) -> Record:
        """Return one record. raises: NoSuchRecord."""
        query = Query(collection=collection, include=include, keys=keys, principals=principals)
        return self._fresh(lambda state: self._fetch(state, query, object_id))

    def count(self, collection: str, where: Mapping[str, Any], principals: Principals) -> int:
        """Return how many records match."""
        query = Query(collection=collection, where=where, principals=principals)
        return self._fresh(lambda state: self._count(_Matching(state, query)))

    def distinct(
        self, collection: str, key: str, where: Mapping[str, Any], principals: Principals
    ) -> list[Any]:
        """Return the distinct values at a field or path, elements in place of their lists."""
        query = Query(collection=collection, where=where, principals=principals)
        return self._fresh(lambda state: self._distinct(_Matching(state, query), key))

    def aggregate(
        self, collection: str, pipeline: Sequence[Mapping[str, Any]], principals: Principals
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline."""
        raise BadQuery("aggregate is not in this version")

    def stream(self, query: Query) -> Iterator[Record]:
        """Yield matching records, all as they are at one moment, in bounded memory."""
        state = self._state()
        matching = _Matching(state, query)
        table = matching.table
        if table is None:
            return
        want = _wanted(table, query)
        selection = table.selection(*want.selection())
        connection = self._reader.take()
        try:
            text, parameters = matching.select(selection.columns, tail="")
            rows = connection.cursor(text, parameters)
            try:
                next_rows = partial(rows.next_rows, _CHUNK)
                while chunk := self._reader.in_thread(next_rows):
                    yield from self._records(state, chunk, selection, want, query.principals)
            finally:
                rows.close()
        finally:
            self._reader.give_back(connection)

    def _query(self, state: State, query: Query) -> Found:
        matching = _Matching(state, query)
        table = matching.table
        count = self._count(matching) if query.count else None
        if table is None or query.limit == 0:
            return Found([], count)
        want = _wanted(table, query)
        selection = table.selection(*want.selection())
        text, parameters = matching.select(selection.columns, tail=" LIMIT ? OFFSET ?")
        rows = self._reader.rows(text, (*parameters, query.limit, query.skip))
        return Found(self._records(state, rows, selection, want, query.principals), count)

    def _fetch(self, state: State, query: Query, object_id: str) -> Record:
        table = state.tables.get(query.collection)
        if table is not None:
            want = _wanted(table, query)
            selection = table.selection(*want.selection())
            rows = self._by_ids(table, selection, "= ?", object_id, query.principals)
            records = self._records(state, rows, selection, want, query.principals)
            if records:
                return records[0]
        raise NoSuchRecord("Object not found.")

    def _count(self, matching: "_Matching") -> int:
        if matching.table is None:
            return 0
        where = matching.where
        text = f"SELECT count(*) FROM {matching.table.name} AS t WHERE {where.text}"
        count: int = self._reader.rows(text, where.parameters)[0][0]
        return count

    def _distinct(self, matching: "_Matching", key: str) -> list[Any]:
        name, *path = key.split(".")
        field = _field(matching.table, name)
        if matching.table is None or field is None:
            return []
        column = f"t.{quote_name(name)}"
        rows = self._reader.rows(
            f"SELECT DISTINCT {column} FROM {matching.table.name} AS t "
            f"WHERE ({matching.where.text}) AND {column} IS NOT NULL ORDER BY {column}",
            matching.where.parameters,
        )
        values = [value for (each,) in rows for value in leaves(decode(field, each), tuple(path))]
        elements = [each for v in values for each in (v if isinstance(v, list) else [v])]
        found: dict[str, Any] = {}
        for each in elements:
            if each is not None:
                found.setdefault(key_text(each), each)
        return list(found.values())

    def _records(
        self,
        state: State,
        rows: list[Any],
        selection: Selection,
        want: Wanted,
        principals: Principals,
    ) -> list[Record]:
        records = [selection.record(row) for row in rows]
        if want.include:
            include(records, want, partial(self._look, state, principals))
        return records

    def _look(
        self,
        state: State,
        principals: Principals,
        collection: str,
        ids: list[str],
        selected: tuple[frozenset[str] | None, frozenset[str]],
    ) -> dict[str, Record]:
        """Return the records of a collection by id, those that may be read."""
        table = state.tables.get(collection)
        if table is None:
            return {}
        selection = table.selection(*selected)
        among = "IN (SELECT value FROM json_each(?))"
        rows = self._by_ids(table, selection, among, json.dumps(ids), principals)
        return {row[0]: selection.record(row) for row in rows}

    def _by_ids(
        self, table: Table, selection: Selection, among: str, ids: str, principals: Principals
    ) -> list[Any]:
        allowed = compile_allowed(principals)
        return self._reader.rows(
            f"SELECT {selection.columns} FROM {table.name} AS t "
            f"WHERE t.`objectId` {among} AND {allowed.text}",
            (ids, *allowed.parameters),
        )

    def _fresh(self, answer: Callable[[State], T]) -> T:
        """Answer by the present schema, again if a schema change has overtaken the answer."""
        for _ in range(_TRIES):
            try:
                return answer(self._state())
            except StaleStatement as error:
                stale = error
        raise stale


class _Matching:
    """The records a query matches, as SQL; table is None when there is no such collection."""

    def __init__(self, state: State, query: Query) -> None:
        self._state = state
        self._query = query
        self._condition = read_where(query.where)
        self.table = state.tables.get(query.collection)
        self.where: Sql = compile_where(
            self._condition, state.schema, query.collection, principals=query.principals
        )

    def select(self, columns: str, tail: str) -> tuple[str, tuple[Any, ...]]:
        """Return the statement for some columns of all matches in order, and its parameters."""
        assert self.table is not None
        order = compile_order(
            self._query.order,
            self._state.schema,
            self._query.collection,
            condition=self._condition,
        )
        text = (
            f"SELECT {columns} FROM {self.table.name} AS t "
            f"WHERE {self.where.text} ORDER BY {order.text}{tail}"
        )
        return text, (*self.where.parameters, *order.parameters)


def _wanted(table: Table, query: Query) -> Wanted:
    return wanted(
        table.collection,
        keys=query.keys,
        exclude_keys=query.exclude_keys,
        include=query.include,
    )


def _field(table: Table | None, name: str) -> Field | None:
    if table is not None and name in _PLAIN_SYSTEM_FIELDS:
        return Field(name=name, type="String")
    field = table.collection.fields.get(name) if table is not None else None
    return None if field is None or field.type == "Relation" else field
