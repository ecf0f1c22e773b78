"""A Parse Server finds what the matcher finds, record by record, whatever the where document says."""

from collections.abc import Iterator
from typing import Any

import pytest

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.matcher import matches
from noodl_runtime.query.where import read_where
from noodl_runtime.schema.operations import AddRelation
from noodl_runtime.store.contract import Create, Query
from noodl_runtime.store.parse.store import ParseStore, open_parse
from noodl_runtime.values import Bytes, Date, File, GeoPoint, Pointer, Polygon, Record
from tests.runtime.store.parse.conftest import PARSE_SHOP
from tests.runtime.store.worlds import create, found
from tests.servers.parse import ParseServer

pytestmark = pytest.mark.slow

MAY, JUNE = Date("2024-05-01T00:00:00.000Z"), Date("2024-06-01T00:00:00.000Z")
SQUARE = Polygon(((0, 0), (0, 10), (10, 10), (10, 0)))

PRODUCTS: list[dict[str, Any]] = [
    {"name": "lamp", "price": 5, "sold": True, "since": MAY, "sizes": ["s", "m"]},
    {"name": "Lamp", "price": 7.5, "sold": False, "since": JUNE, "sizes": ["m", 5]},
    {"name": "it's a.b", "price": -1, "shelf": Pointer("Shelf", "top"), "sizes": []},
    {"name": "5", "price": 0, "shelf": Pointer("Shelf", "low"), "place": GeoPoint(1, 2)},
    {"name": "", "details": {"city": "Rome", "n": 1}, "place": GeoPoint(50, 50), "area": SQUARE},
    {"name": "tea 🙂", "details": {"city": "Oslo", "n": 2}, "picture": File("a.png")},
    {"name": "tea\ncup", "details": {"deep": {"er": True}}, "raw": Bytes("AAEC")},
    {"sizes": [Pointer("Shelf", "top"), None]},
    {},
]


@pytest.fixture(scope="module")
def shop(parse_server: ParseServer) -> Iterator[ParseStore]:
    """Return a store with the products in it."""
    parse_server.reset()
    store = open_parse(parse_server.config)
    store.connect()
    store.update_schema(PARSE_SHOP)
    for number, values in enumerate(PRODUCTS):
        store.write(Create(collection="Product", object_id=f"p{number}", values=values))
    yield store
    store.disconnect()


WHERE: list[dict[str, Any]] = [
    {},
    {"name": "lamp"},
    {"name": {"equalTo": "lamp"}},
    {"name": {"$ne": "lamp"}},
    {"name": None},
    {"name": {"$ne": None}},
    {"name": 5},
    {"name": {"$ne": 5}},
    {"name": ""},
    {"price": 7.5},
    {"price": 0},
    {"price": "5"},
    {"price": {"$ne": "5"}},
    {"price": {"greaterThan": 0}},
    {"price": {"$gte": 0, "$lt": 7}},
    {"price": {"$lte": -1}},
    {"price": {"$gt": "0"}},
    {"price": {"$gt": None}},
    {"name": {"$gt": ""}},
    {"name": {"$gte": ""}},
    {"name": {"$lt": ""}},
    {"name": {"$lte": ""}},
    {"name": {"$gt": "Lz"}},
    {"sold": True},
    {"sold": {"$ne": True}},
    {"sold": {"$gt": False}},
    {"sold": {"$lte": True}},
    {"since": MAY},
    {"since": MAY.iso},
    {"since": {"$ne": MAY}},
    {"since": {"$gt": MAY}},
    {"since": {"$lte": "2024-06-01"}},
    {"since": {"$in": [MAY, None]}},
    {"since": {"$nin": [MAY]}},
    {"since": "never"},
    {"name": {"$in": ["lamp", "5"]}},
    {"name": {"$in": []}},
    {"name": {"$nin": []}},
    {"name": {"$nin": ["lamp", "5"]}},
    {"name": {"$in": [None, "lamp"]}},
    {"name": {"$nin": [None, "lamp"]}},
    {"name": {"$in": ["lamp", 5]}},
    {"price": {"$in": [5, "x", None]}},
    {"sold": {"$in": [True]}},
    {"name": {"exists": True}},
    {"name": {"exists": False}},
    {"sizes": {"$exists": True}},
    {"sizes": {"$exists": False}},
    {"name": {"contains": "a"}},
    {"name": {"contains": "."}},
    {"name": {"contains": "'s a.b"}},
    {"name": {"contains": "🙂"}},
    {"name": {"contains": "a\nc"}},
    {"name": {"contains": ""}},
    {"name": {"startsWith": "tea"}},
    {"name": {"endsWith": "p"}},
    {"name": {"$regex": "^l.mp$", "$options": "i"}},
    {"name": {"$regex": "^\\QLa\\E"}},
    {"name": {"$regex": "it's|5"}},
    {"name": {"$not": {"$regex": "amp"}}},
    {"price": {"contains": "5"}},
    {"shelf": Pointer("Shelf", "top")},
    {"shelf": "top"},
    {"shelf": Pointer("", "top")},
    {"shelf": Pointer("Room", "top")},
    {"shelf": {"$ne": Pointer("Shelf", "top")}},
    {"shelf": {"$in": [Pointer("Shelf", "top"), Pointer("Shelf", "low")]}},
    {"shelf": {"$nin": ["top"]}},
    {"sizes": "m"},
    {"sizes": 5},
    {"sizes": {"$ne": "m"}},
    {"sizes": {"$in": ["s", 5]}},
    {"sizes": {"$nin": ["s", 5]}},
    {"sizes": {"$all": ["s", "m"]}},
    {"sizes": {"$all": []}},
    {"sizes": {"$containedBy": ["s", "m", "l"]}},
    {"sizes": Pointer("Shelf", "top")},
    {"details.city": "Rome"},
    {"details.city": {"$ne": "Rome"}},
    {"details.city": {"$in": ["Rome", "Oslo"]}},
    {"details.city": {"$exists": True}},
    {"details.city": {"$exists": False}},
    {"details.city": {"startsWith": "R"}},
    {"details.n": {"$gte": 2}},
    {"details.n": 1},
    {"details.deep.er": True},
    {"details": {"city": "Rome", "n": 1}},
    {"picture": "a.png"},
    {"picture": File("a.png")},
    {"picture": {"$in": [File("a.png"), File("b.png")]}},
    {"raw": Bytes("AAEC")},
    {"place": GeoPoint(1, 2)},
    {"place": {"$within": {"$box": [GeoPoint(0, 0), GeoPoint(10, 10)]}}},
    {"place": {"$geoWithin": {"$polygon": [GeoPoint(40, 40), GeoPoint(40, 60), GeoPoint(60, 60)]}}},
    {"area": {"$geoIntersects": {"$point": GeoPoint(5, 5)}}},
    {"area": {"$geoIntersects": {"$point": GeoPoint(15, 5)}}},
    {"nothing": 5},
    {"nothing": None},
    {"nothing": {"$ne": 5}},
    {"nothing": {"$exists": False}},
    {"nothing.deep": {"$in": [None]}},
    {"objectId": "p1"},
    {"objectId": {"$in": ["p1", "p2"]}},
    {"objectId": {"$ne": "p1"}},
    {"createdAt": {"$gt": Date("2020-01-01T00:00:00.000Z")}},
    {"createdAt": {"$lt": "2020-01-01"}},
    {"$or": [{"name": "lamp"}, {"price": {"$lt": 0}}]},
    {"$or": [{"nothing": 1}, {"price": 5}]},
    {"$or": [{}, {"price": 5}]},
    {"$and": [{"price": {"$gt": 0}}, {"price": {"$lt": 6}}]},
    {"$nor": [{"name": "lamp"}, {"price": {"$gte": 0}}]},
    {"$nor": [{"$and": [{"name": "lamp"}, {"price": 5}]}, {"shelf": "top"}]},
    {"not": {"$or": [{"name": {"contains": "a"}}, {"sizes": "s"}]}},
    {"$or": [{"price": {"$gt": 1}}, {"shelf": "top"}], "name": {"exists": True}},
    {"price": {"$not": {"$gt": 0}}},
]


@pytest.mark.parametrize("where", WHERE, ids=repr)
def test_the_server_finds_what_the_matcher_finds(shop: ParseStore, where: dict[str, Any]) -> None:
    condition, collection = read_where(where), shop.get_schema().collections["Product"]
    records = found(shop, "Product")
    assert len(records) == len(PRODUCTS)

    expected = [r["objectId"] for r in records if matches(condition, r, collection=collection)]

    assert [each["objectId"] for each in found(shop, "Product", where=where)] == expected
    assert shop.count("Product", where) == len(expected)
    assert {each["objectId"] for each in shop.stream(Query(collection="Product", where=where))} == {
        *expected
    }


REFUSED = [
    ({"sizes": ["s", "m"]}, "whole list"),
    ({"sizes": {"$gt": 3}}, "by size"),
    ({"sizes": {"startsWith": "s"}}, "texts in the list"),
    ({"details.when": MAY}, "anything but text"),
    ({"$nor": [{"$relatedTo": {"object": Pointer("Product", "p1"), "key": "tags"}}]}, "not in a"),
    ({"price": {"$strange": 1}}, "strange"),
]


@pytest.mark.parametrize(("where", "words"), REFUSED)
def test_what_parse_has_no_words_for_is_refused(
    shop: ParseStore, where: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadQuery, match=words):
        found(shop, "Product", where=where)


def names(records: list[Record]) -> list[Any]:
    return [each.get("name") for each in records]


def test_order_limit_skip_and_count(shop: ParseStore) -> None:
    priced = {"price": {"exists": True}}

    assert names(found(shop, "Product", where=priced, order=("-price",))) == [
        "Lamp", "lamp", "5", "it's a.b",
    ]  # fmt: skip
    assert names(found(shop, "Product", where=priced, order=("price",), limit=2, skip=1)) == [
        "5", "lamp",
    ]  # fmt: skip
    assert names(found(shop, "Product", order=("nothing",), limit=3)) == names(PRODUCTS[:3])
    answer = shop.query(Query(collection="Product", limit=0, count=True))
    assert (answer.records, answer.count) == ([], len(PRODUCTS))


def test_keys_narrow_the_answer(shop: ParseStore) -> None:
    (only,) = found(shop, "Product", where={"objectId": "p0"}, keys=("name", "nothing"))
    (without,) = found(shop, "Product", where={"objectId": "p0"}, exclude_keys=("name", "tags"))

    assert {*only} == {"objectId", "createdAt", "updatedAt", "name"}
    assert {*without} == {
        "objectId", "createdAt", "updatedAt", "price", "sold", "since", "sizes",
    }  # fmt: skip


DISTINCT = [
    ("name", {"price": {"exists": True}}, {"lamp", "Lamp", "it's a.b", "5"}),
    ("since", {}, {MAY, JUNE}),
    ("shelf", {}, {Pointer("Shelf", "top"), Pointer("Shelf", "low")}),
    ("sizes", {"name": {"exists": True}}, {"s", "m", 5}),
    ("details.city", {}, {"Rome", "Oslo"}),
    ("place", {}, {GeoPoint(1, 2), GeoPoint(50, 50)}),
    ("nothing", {}, set()),
    ("name", {"nothing": 1}, set()),
]


@pytest.mark.parametrize(("key", "where", "values"), DISTINCT)
def test_distinct_values(shop: ParseStore, key: str, where: Any, values: set[Any]) -> None:
    found = shop.distinct("Product", key, where)

    assert ({*found}, len(found)) == (values, len(values))


GROUP = {
    "objectId": None,
    "total": {"$sum": "$price"},
    "mean": {"$avg": "$price"},
    "most": {"$max": "$since"},
    "least": {"$min": "$price"},
    "number": {"$sum": 1},
    "names": {"$addToSet": "$name"},
}


def test_an_aggregate_over_what_matches(shop: ParseStore) -> None:
    (row,) = shop.aggregate("Product", [{"match": {"price": {"$gt": 0}}}, {"group": GROUP}])

    assert sorted(row.pop("names")) == ["Lamp", "lamp"]
    assert row == {
        "objectId": None, "total": 12.5, "mean": 6.25, "most": JUNE, "least": 5, "number": 2,
    }  # fmt: skip


def test_an_aggregate_by_a_field_in_order(shop: ParseStore) -> None:
    pipeline = [
        {"match": {"price": {"exists": True}}},
        {"group": {"objectId": "$sold", "number": {"$sum": 1}}},
        {"sort": {"number": -1}},
        {"limit": 1},
    ]

    assert shop.aggregate("Product", pipeline) == [{"objectId": None, "number": 2}]
    assert shop.aggregate("Product", [{"match": {"name": "gone"}}, {"group": GROUP}]) == []


def test_sub_queries_and_relations(store: ParseStore) -> None:
    top, low = (create(store, "Shelf", label=label)["objectId"] for label in ("top", "low"))
    tag, other = (create(store, "Tag", word=word)["objectId"] for word in ("new", "old"))
    create(store, "Product", name="a", shelf=Pointer("Shelf", top))
    create(store, "Product", name="b", shelf=Pointer("Shelf", low))
    related = create(store, "Product", name="top", tags=AddRelation((Pointer("Tag", tag),)))
    label, owner = (
        {"className": "Shelf", "where": {"label": "top"}},
        Pointer("Product", related["objectId"]),
    )
    none = {"className": "Shelf", "where": {"label": "gone"}}

    for where, expected in [
        ({"shelf": {"$inQuery": label}}, ["a"]),
        ({"shelf": {"$notInQuery": label}}, ["b", "top"]),
        ({"shelf": {"$inQuery": none}}, []),
        ({"shelf": {"$notInQuery": none}}, ["a", "b", "top"]),
        ({"name": {"$select": {"query": label, "key": "label"}}}, ["top"]),
        ({"name": {"$dontSelect": {"query": label, "key": "label"}}}, ["a", "b"]),
        ({"tags": Pointer("Tag", tag)}, ["top"]),
        ({"tags": tag}, ["top"]),
        ({"tags": Pointer("Tag", other)}, []),
        ({"tags": {"$in": [Pointer("Tag", tag), Pointer("Tag", other)]}}, ["top"]),
        ({"tags": {"$ne": Pointer("Tag", tag)}}, ["a", "b"]),
        ({"$or": [{"tags": Pointer("Tag", tag)}, {"name": "a"}], "name": {"$gt": "b"}}, ["top"]),
    ]:
        assert names(found(store, "Product", where=where, order=("name",))) == expected, where
    for pointer in (owner, Pointer("", owner.object_id)):
        where = {"$relatedTo": {"object": pointer, "key": "tags"}}
        assert [tag["word"] for tag in found(store, "Tag", where=where)] == ["new"]
        assert found(store, "Tag", where={**where, "word": "old"}) == []
