"""Answering queries: where documents and orders become statements, rows become records."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from noodl_runtime.errors import NoSuchRecord
from noodl_runtime.query.aggregate.pipeline import plan, read_pipeline, run_stages
from noodl_runtime.query.comparing import key_text
from noodl_runtime.query.leaves import leaves
from noodl_runtime.query.sql import compile_allowed
from noodl_runtime.query.where import read_where
from noodl_runtime.schema.field_types import decode
from noodl_runtime.schema.layout import quote_name
from noodl_runtime.schema.model import Field
from noodl_runtime.store.contract import Found, Principals, Query
from noodl_runtime.store.sqlite.answers import Answer, Selected, may_read
from noodl_runtime.store.sqlite.connection import Connection
from noodl_runtime.store.sqlite.failures import StaleStatement
from noodl_runtime.store.sqlite.matching import Matching
from noodl_runtime.store.sqlite.reader import Reader
from noodl_runtime.store.sqlite.state import State
from noodl_runtime.store.sqlite.table import Table
from noodl_runtime.values import Record

T = TypeVar("T")

_TRIES = 5  # a statement made for a schema that changes under it is made again
_CHUNK = 500  # rows a stream reads at a time
_SYSTEM_TEXTS = ("objectId", "createdAt", "updatedAt")


class Queries:
    """Reads of one database. state: () -> the present State."""

    def __init__(self, reader: Reader, state: Callable[[], State]) -> None:
        self._reader = reader
        self._state = state

    def query(self, query: Query) -> Found:
        """Return the records that match, and their number if it is asked for."""
        return self._fresh(lambda state: self._query(state, query))

    def fetch(self, query: Query, object_id: str) -> Record:
        """Return one record, with the keys and include of a query.

        raises: NoSuchRecord, also when it may not be read
        """
        return self._fresh(lambda state: self._fetch(state, query, object_id))

    def count(self, collection: str, where: Mapping[str, Any], principals: Principals) -> int:
        """Return how many records match."""
        query = Query(collection=collection, where=where, principals=principals)
        return self._fresh(lambda state: self._count(_matching(state, query)))

    def distinct(
        self, collection: str, key: str, where: Mapping[str, Any], principals: Principals
    ) -> list[Any]:
        """Return the distinct values at a field or path, elements in place of their lists."""
        query = Query(collection=collection, where=where, principals=principals)
        return self._fresh(lambda state: self._distinct(_matching(state, query), key))

    def aggregate(
        self, collection: str, pipeline: Sequence[Mapping[str, Any]], principals: Principals
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline; its first stages are a query, the rest runs over rows."""
        planned = plan(read_pipeline(pipeline))
        return self._fresh(
            lambda state: self._aggregate(
                Matching(state, collection, planned.condition, principals), planned
            )
        )

    def stream(self, query: Query) -> Iterator[Record]:
        """Yield matching records, all as they are at one moment, in bounded memory."""
        state = self._state()
        matching = _matching(state, query)
        if matching.table is None:
            return
        answer = Answer(matching.table, query, partial(self._look, state))
        connection = self._reader.take()
        try:
            statement = matching.select(answer.columns, query.order)
            rows = self._reader.piece(connection, lambda each: each.cursor(*statement))
            try:
                while chunk := self._reader.piece(connection, lambda _: rows.next_rows(_CHUNK)):
                    yield from answer.records(chunk)
            finally:
                rows.close()
        finally:
            self._reader.give_back(connection)

    def _query(self, state: State, query: Query) -> Found:
        matching = _matching(state, query)
        count = self._count(matching) if query.count else None
        if matching.table is None or query.limit == 0:
            return Found([], count)
        answer = Answer(matching.table, query, partial(self._look, state))
        text, parameters = matching.select(answer.columns, query.order, query.limit, query.skip)
        rows = self._reader.rows(text, parameters)
        return Found(answer.records(rows), count)

    def _fetch(self, state: State, query: Query, object_id: str) -> Record:
        table = state.tables.get(query.collection)
        if table is None:
            raise NoSuchRecord("Object not found.")
        answer: Answer | None = None
        text = table.select_by_id
        if query.include or query.keys is not None or query.exclude_keys:
            answer = Answer(table, query, partial(self._look, state))
            text = table.by_id(answer.columns)
        rows = self._reader.look_up(text, (object_id,))
        if not rows or not may_read(rows[0], query.principals):
            raise NoSuchRecord("Object not found.")
        return answer.records(rows)[0] if answer else table.whole.record(rows[0])

    def _count(self, matching: Matching) -> int:
        if matching.table is None:
            return 0
        where = matching.where
        text = f"SELECT count(*) FROM {matching.table.name} AS t WHERE {where.text}"
        count: int = self._reader.rows(text, where.parameters)[0][0]
        return count

    def _distinct(self, matching: Matching, key: str) -> list[Any]:
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
        values = (value for (each,) in rows for value in leaves(decode(field, each), tuple(path)))
        return _each_once(values)

    def _aggregate(self, matching: Matching, planned: Any) -> list[dict[str, Any]]:
        if matching.table is None:
            return run_stages(planned.stages, ())
        selection = matching.table.selection(planned.fields, frozenset())
        text, parameters = matching.select(
            selection.columns, planned.order, planned.limit, planned.skip
        )

        def work(connection: Connection) -> list[dict[str, Any]]:
            rows = connection.cursor(text, parameters)
            try:
                chunks = iter(partial(rows.next_rows, _CHUNK), [])
                records = (selection.record(row) for chunk in chunks for row in chunk)
                return run_stages(planned.stages, records)
            finally:
                rows.close()

        return self._reader.read(text, work)

    def _look(
        self,
        state: State,
        principals: Principals,
        collection: str,
        ids: list[str],
        selected: Selected,
    ) -> dict[str, Record]:
        """Return the records of a collection by id, those that may be read."""
        table = state.tables.get(collection)
        if table is None:
            return {}
        selection = table.selection(*selected)
        allowed = compile_allowed(principals)
        rows = self._reader.rows(
            f"SELECT {selection.columns} FROM {table.name} AS t "
            f"WHERE t.`objectId` IN (SELECT value FROM json_each(?)) AND {allowed.text}",
            (json.dumps(ids), *allowed.parameters),
        )
        return {row[0]: selection.record(row) for row in rows}

    def _fresh(self, answer: Callable[[State], T]) -> T:
        """Answer by the present schema, again if a schema change has overtaken the answer."""
        for _ in range(_TRIES):
            try:
                return answer(self._state())
            except StaleStatement as error:
                stale = error
        raise stale


def _matching(state: State, query: Query) -> Matching:
    return Matching(state, query.collection, read_where(query.where), query.principals)


def _field(table: Table | None, name: str) -> Field | None:
    if table is not None and name in _SYSTEM_TEXTS:
        return Field(name=name, type="String")
    field = table.collection.fields.get(name) if table is not None else None
    return None if field is None or field.type == "Relation" else field


def _each_once(values: Iterable[Any]) -> list[Any]:
    found: dict[str, Any] = {}
    for value in values:
        for each in value if isinstance(value, list) else (value,):
            if each is not None:
                found.setdefault(key_text(each), each)
    return list(found.values())
