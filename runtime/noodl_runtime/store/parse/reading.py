"""Queries as requests to a Parse Server, and their answers as records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from noodl_runtime.errors import NoSuchRecord
from noodl_runtime.query.fields import field_of
from noodl_runtime.query.order import order_keys
from noodl_runtime.query.tree import EVERYTHING, Check, Condition, Every
from noodl_runtime.query.where import read_where
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.schema.model import Schema
from noodl_runtime.store.contract import Found, Principals, Query
from noodl_runtime.store.include import include
from noodl_runtime.store.parse.aggregate import distinct_values, match_of, run_pipeline
from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.store.parse.documents import NOTHING, Document, joined
from noodl_runtime.store.parse.schema_cache import SchemaCache
from noodl_runtime.store.parse.where import Translator
from noodl_runtime.store.wanted import Wanted, wanted
from noodl_runtime.values import Date, Record

PAGE = 500  # records that stream asks for at a time

_Selected = tuple[frozenset[str] | None, frozenset[str]]

# Types of which the server lists the distinct values; of others they are found here.
_DISTINCT = frozenset({"String", "Number", "Boolean", "Date", "Pointer", "Array"})


class Reader:
    """Asks questions that change nothing."""

    def __init__(self, endpoint: Endpoint, schema: SchemaCache) -> None:
        self._endpoint = endpoint
        self._schema = schema

    def query(self, query: Query) -> Found:
        """Return the records that match, and their number if it is asked for."""
        condition = read_where(query.where)
        where = self._where(condition, query.collection, query.principals)
        order = self._order(query, condition)
        if where == NOTHING:
            return Found([], 0 if query.count else None)
        want = self._wanted(query)
        answer = self._endpoint.read(
            f"/classes/{query.collection}",
            {
                "where": where,
                "order": order,
                "limit": query.limit,
                "skip": query.skip,
                **({"count": 1} if query.count else {}),
                **self._projection(query.collection, want.selection()),
            },
        )
        self._include(answer["results"], want, query.principals)
        return Found(answer["results"], answer["count"] if query.count else None)

    def fetch(self, query: Query, object_id: str) -> Record:
        """Return one record, with the keys and include of a query. raises: NoSuchRecord."""
        want = self._wanted(query)
        found = self._look(query.principals, query.collection, [object_id], want.selection())
        if object_id not in found:
            raise NoSuchRecord("Object not found.")
        self._include([found[object_id]], want, query.principals)
        return found[object_id]

    def stream(self, query: Query) -> Iterator[Record]:
        """Yield the records that match in the order of their objectId, a page at a time."""
        where = self._where(read_where(query.where), query.collection, query.principals)
        want, page = self._wanted(query), where
        while page != NOTHING:
            found = self._page(query.collection, page, want.selection())
            self._include(found, want, query.principals)
            yield from found
            if len(found) < PAGE:
                return
            page = joined([where, {"objectId": {"$gt": found[-1]["objectId"]}}])

    def count(self, collection: str, where: Mapping[str, Any], principals: Principals) -> int:
        """Return how many records match."""
        query = Query(
            collection=collection, where=where, limit=0, count=True, principals=principals
        )
        return self.query(query).count or 0

    def distinct(
        self, collection: str, key: str, where: Mapping[str, Any], principals: Principals
    ) -> list[Any]:
        """Return the distinct values at a field or path, elements in place of their lists."""
        document = self._where(read_where(where), collection, principals)
        if document == NOTHING or not self._known(collection, [key]):
            return []
        field = field_of(self._schema.present.collections[collection], key)
        if field is None or field.type not in _DISTINCT:
            name = key.partition(".")[0]
            query = Query(collection=collection, where=where, keys=(name,), principals=principals)
            return distinct_values(self.stream(query), key)
        body = {"distinct": key, "where": document}
        values: list[Any] = self._endpoint.read(f"/aggregate/{collection}", body)["results"]
        if field.type == "Date" and key not in SYSTEM_FIELDS:  # the server answers plain text
            return [Date(value) if isinstance(value, str) else value for value in values]
        return values

    def aggregate(
        self, collection: str, pipeline: Sequence[Mapping[str, Any]], principals: Principals
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline, worked out here: over PostgreSQL the server cannot."""
        where, stages = match_of(pipeline)
        query = Query(collection=collection, where=where, principals=principals)
        return run_pipeline(self.stream(query), stages)

    def by_id(
        self, collection: str, ids: Iterable[str], principals: Principals = None
    ) -> dict[str, Record]:
        """Return the records of a collection with these ids that may be read, by id."""
        return self._look(principals, collection, sorted({*ids}), (None, frozenset()))

    # -- parts of a question

    def _look(
        self, principals: Principals, collection: str, ids: list[str], selected: _Selected
    ) -> dict[str, Record]:
        allowed = self._where(EVERYTHING, collection, principals)
        if allowed == NOTHING or not ids:
            return {}
        answer = self._endpoint.read(
            f"/classes/{collection}",
            {
                "where": joined([{"objectId": {"$in": ids}}, allowed]),
                "limit": len(ids),
                **self._projection(collection, selected),
            },
        )
        return {record["objectId"]: record for record in answer["results"]}

    def _page(self, collection: str, where: Document, selected: _Selected) -> list[Record]:
        body = {"where": where, "order": "objectId", "limit": PAGE}
        body |= self._projection(collection, selected)
        found: list[Record] = self._endpoint.read(f"/classes/{collection}", body)["results"]
        return found

    def _include(self, records: list[Record], want: Wanted, principals: Principals) -> None:
        if want.include:
            include(records, want, partial(self._look, principals))

    def _wanted(self, query: Query) -> Wanted:
        found = self._schema.present.collections.get(query.collection)
        if found is None:
            return Wanted()
        return wanted(
            found, keys=query.keys, exclude_keys=query.exclude_keys, include=query.include
        )

    def _projection(self, collection: str, selected: _Selected) -> dict[str, str]:
        keys, excluded = selected
        if keys is None:
            return {"excludeKeys": ",".join(sorted(excluded))} if excluded else {}
        known = self._known(collection, sorted(keys - excluded))
        return {"keys": ",".join(known or ["objectId"])}

    def _order(self, query: Query, condition: Condition) -> str:
        order_keys(query.order)
        keys = self._known(query.collection, query.order)
        if not keys and _sorts_itself(condition):
            return ""
        return ",".join([*keys, "createdAt"])  # ties keep the order in which they were made

    def _known(self, collection: str, keys: Iterable[str]) -> list[str]:
        """Return those keys whose field the server has; others are an error to it."""
        found = self._schema.present.collections.get(collection)
        if found is None:
            return []
        roots = ((key, key.removeprefix("-").partition(".")[0]) for key in keys)
        return [key for key, root in roots if root in SYSTEM_FIELDS or root in found.fields]

    def _where(self, condition: Condition, collection: str, principals: Principals) -> Document:
        def translated(schema: Schema) -> tuple[Document, bool]:
            translator = Translator(schema, principals)
            return translator.where(condition, collection), bool(translator.unknown)

        document, unsure = translated(self._schema.present)
        if unsure and self._schema.refresh():
            document, _ = translated(self._schema.present)
        return document


def _sorts_itself(condition: Condition) -> bool:
    """Say whether a condition orders what it finds: nearest first."""
    parts = condition.parts if isinstance(condition, Every) else (condition,)
    return any(isinstance(part, Check) and part.operator == "nearSphere" for part in parts)
