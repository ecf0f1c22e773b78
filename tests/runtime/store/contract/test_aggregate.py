"""Pipelines over the records of a collection."""

from typing import Any

import pytest

from noodl_runtime.errors import BadQuery
from noodl_runtime.store.contract import CloudStore
from tests.runtime.store.worlds import create


@pytest.fixture(autouse=True)
def _products(store: CloudStore) -> None:
    for name, price, kind in (("a", 10, "x"), ("b", 20, "x"), ("c", 5, "y"), ("d", None, "y")):
        create(store, "Product", name=name, price=price, details={"kind": kind})


PIPELINES: list[tuple[list[dict[str, Any]], list[dict[str, Any]]]] = [
    (
        [{"$group": {"_id": None, "total": {"$sum": "$price"}}}],
        [{"objectId": None, "total": 35}],
    ),
    (
        [{"match": {"name": {"$in": ["a", "c"]}}}, {"group": {"objectId": None, "n": {"$sum": 1}}}],
        [{"objectId": None, "n": 2}],
    ),
    (
        [{"$group": {"_id": "$details.kind", "most": {"$max": "$price"}}}, {"$sort": {"most": 1}}],
        [{"objectId": "y", "most": 5}, {"objectId": "x", "most": 20}],
    ),
    (
        [
            {"$sort": {"price": -1}},
            {"$skip": 1},
            {"$limit": 1},
            {"$group": {"_id": "$name"}},
        ],
        [{"objectId": "a"}],
    ),
    ([{"$match": {"name": "nobody"}}, {"$group": {"_id": None, "n": {"$sum": 1}}}], []),
]


@pytest.mark.parametrize(("pipeline", "rows"), PIPELINES)
def test_a_pipeline_answers(
    store: CloudStore, pipeline: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> None:
    assert store.aggregate("Product", pipeline) == rows


def test_a_pipeline_sees_only_what_one_may_read(store: CloudStore) -> None:
    create(store, "Product", name="hidden", price=100, ACL={"bob": {"read": True}})
    pipeline = [{"$group": {"_id": None, "most": {"$max": "$price"}}}]

    assert store.aggregate("Product", pipeline, principals=frozenset({"*"}))[0]["most"] == 20
    assert store.aggregate("Product", pipeline)[0]["most"] == 100


def test_a_pipeline_without_records_and_a_wrong_one(store: CloudStore) -> None:
    assert store.aggregate("Nowhere", [{"$group": {"_id": None}}]) == []
    with pytest.raises(BadQuery):
        store.aggregate("Product", [{"$strange": {}}])
