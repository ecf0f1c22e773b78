"""Queries as requests to a Parse Server, and their answers as records."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from noodl_runtime.errors import NoSuchRecord
from noodl_runtime.query.aggregate.pipeline import (
    Plan,
    distinct_values,
    plan,
    read_pipeline,
    run_stages,
)
from noodl_runtime.query.aggregate.stage import bounded
from noodl_runtime.query.comparing import sort_key
from noodl_runtime.query.names import read_path
from noodl_runtime.query.order import order_keys, sort_records
from noodl_runtime.query.tree import EVERYTHING, Check, Condition, Every
from noodl_runtime.query.where import read_where
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.store.contract import Found, Principals, Query
from noodl_runtime.store.include import include
from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.store.parse.documents import NOTHING, Document, joined
from noodl_runtime.store.parse.schema_cache import SchemaCache
from noodl_runtime.store.parse.where import Translator
from noodl_runtime.store.wanted import Wanted, wanted
from noodl_runtime.values import Record, RelationTo

PAGE = 500  # records that are asked for at a time

_Selected = tuple[frozenset[str] | None, frozenset[str]]  # keys and excluded keys


class Reader:
    """Asks questions that change nothing."""

    def __init__(self, endpoint: Endpoint, schema: SchemaCache) -> None:
        self._endpoint = endpoint
        self._schema = schema

    def query(self, query: Query) -> Found:
        """Return the records that match, and their number if it is asked for."""
        condition = read_where(query.where)
        where = self._where(condition, query.collection, query.principals)
        want = self._wanted(query)
        body = {
            "order": self._order(query.collection, query.order, condition),
            "limit": query.limit,
            "skip": query.skip,
            **({"count": 1} if query.count else {}),
            **self._projection(query.collection, want.keys),
        }
        if where == NOTHING:
            return Found([], 0 if query.count else None)
        answer = self._endpoint.read(f"/classes/{query.collection}", {"where": where, **body})
        records = self._finished(answer["results"], want, query.principals)
        return Found(records, answer["count"] if query.count else None)

    def fetch(self, query: Query, object_id: str) -> Record:
        """Return one record, with the keys and include of a query. raises: NoSuchRecord."""
        want = self._wanted(query)
        found = self._look(query.principals, query.collection, [object_id], want.selection())
        if object_id not in found:
            raise NoSuchRecord("Object not found.")
        (record,) = self._finished([found[object_id]], want, query.principals)
        return record

    def stream(self, query: Query) -> Iterator[Record]:
        """Yield the records that match in the order of their objectId, a page at a time."""
        where = self._where(read_where(query.where), query.collection, query.principals)
        want = self._wanted(query)
        projection = self._projection(query.collection, want.keys)
        for page in self._pages(query.collection, where, projection):
            yield from self._finished(page, want, query.principals)

    def count(self, collection: str, where: Mapping[str, Any], principals: Principals) -> int:
        """Return how many records match."""
        query = Query(
            collection=collection, where=where, limit=0, count=True, principals=principals
        )
        return self.query(query).count or 0

    def distinct(
        self, collection: str, key: str, where: Mapping[str, Any], principals: Principals
    ) -> list[Any]:
        """Return the distinct values at a field or path, worked out here.

        Over PostgreSQL the server fails at it for every collection that has a relation.
        """
        path = read_path(key)
        query = Query(collection=collection, where=where, keys=path[:1], principals=principals)
        values = distinct_values(self.stream(query), path)
        return sorted((each for each in values if type(each) is not RelationTo), key=sort_key)

    def aggregate(
        self, collection: str, pipeline: Sequence[Mapping[str, Any]], principals: Principals
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline; what it begins with is a query, the rest happens here.

        Over PostgreSQL the server fails at a match before a group and leaves out addToSet.
        """
        planned = plan(read_pipeline(pipeline))
        where = self._where(planned.condition, collection, principals)
        return run_stages(planned.stages, self._planned(collection, where, planned))

    def by_id(self, collection: str, ids: Iterable[str]) -> dict[str, Record]:
        """Return the records of a collection with these ids, by id, with full rights."""
        return self._look(None, collection, sorted({*ids}), (None, frozenset()))

    # -- parts of a question

    def _planned(self, collection: str, where: Document, planned: Plan) -> Iterable[Record]:
        """Return the records that the stages of a plan work on."""
        body = self._projection(collection, planned.fields)
        if planned.limit is None:
            found = (record for page in self._pages(collection, where, body) for record in page)
            if planned.fields is not None and not (planned.order or planned.skip):
                return found
            records = bounded(found, "the query of the pipeline")
            return sort_records(records, (*planned.order, "createdAt"))[planned.skip :]
        if where == NOTHING:
            return ()
        body["order"] = self._order(collection, planned.order, planned.condition)
        limits = {"limit": planned.limit, "skip": planned.skip}
        answer = self._endpoint.read(f"/classes/{collection}", {"where": where, **body, **limits})
        return list(answer["results"])

    def _pages(
        self, collection: str, where: Document, projection: Mapping[str, str]
    ) -> Iterator[list[Record]]:
        body = {"order": "objectId", "limit": PAGE, **projection}
        page = where
        while page != NOTHING:
            answer = self._endpoint.read(f"/classes/{collection}", {"where": page, **body})
            found = answer["results"]
            yield found
            if len(found) < PAGE:
                return
            page = joined([where, {"objectId": {"$gt": found[-1]["objectId"]}}])

    def _look(
        self, principals: Principals, collection: str, ids: list[str], selected: _Selected
    ) -> dict[str, Record]:
        """Return the records of a collection that may be read, by id."""
        allowed = self._where(EVERYTHING, collection, principals)
        if allowed == NOTHING or not ids:
            return {}
        body = {
            "where": joined([{"objectId": {"$in": ids}}, allowed]),
            "limit": len(ids),
            **self._projection(collection, selected[0]),
        }
        found = self._endpoint.read(f"/classes/{collection}", body)["results"]
        return {record["objectId"]: _selected(record, selected) for record in found}

    def _finished(
        self, records: list[Record], want: Wanted, principals: Principals
    ) -> list[Record]:
        """Return records with what is to be included, without what is not to be answered."""
        if want.include:
            include(records, want, partial(self._look, principals))
        return [_selected(record, want.selection()) for record in records]

    def _wanted(self, query: Query) -> Wanted:
        found = self._schema.present.collections.get(query.collection)
        return wanted(
            found or Collection(name=query.collection),
            keys=query.keys,
            exclude_keys=query.exclude_keys,
            include=query.include,
        )

    def _projection(self, collection: str, keys: Iterable[str] | None) -> dict[str, str]:
        if keys is None:
            return {}
        return {"keys": ",".join(self._known(collection, sorted(keys))) or "objectId"}

    def _order(self, collection: str, order: Sequence[str], condition: Condition) -> str:
        order_keys(order)
        keys = self._known(collection, order)
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


def _selected(record: Record, selected: _Selected) -> Record:
    """Leave out here what is not wanted, for the server answers relations whatever it is told."""
    keys, excluded = selected
    return {
        name: value
        for name, value in record.items()
        if name in SYSTEM_FIELDS or (name not in excluded and (keys is None or name in keys))
    }
