"""Queries: which records, in which order, with which fields, and what stands for pointers."""

from typing import Any

import pytest

from noodl_runtime.errors import BadQuery, NoSuchRecord
from noodl_runtime.store.contract import CloudStore, Query
from noodl_runtime.values import Included, Pointer, Record
from tests.runtime.store.worlds import create, delete, found, save

ANN = frozenset({"*", "ann"})


@pytest.fixture
def shop(store: CloudStore) -> dict[str, Record]:
    """A hall with two shelves; an apple and bread on the left one, a candle on the right one."""
    hall = create(store, "Room", label="hall")
    left = create(store, "Shelf", label="left", room=pointer("Room", hall))
    right = create(store, "Shelf", label="right", room=pointer("Room", hall))
    apple = create(store, "Product", name="apple", price=2, shelf=pointer("Shelf", left))
    bread = create(store, "Product", name="bread", price=3, shelf=pointer("Shelf", left))
    candle = create(store, "Product", name="candle", price=3, shelf=pointer("Shelf", right))
    save(store, hall, "Room", best=pointer("Product", apple))
    return {
        "hall": hall,
        "left": left,
        "right": right,
        "apple": apple,
        "bread": bread,
        "candle": candle,
    }


def pointer(collection: str, record: Record) -> Pointer:
    return Pointer(collection, record["objectId"])


def names(records: list[Record]) -> str:
    return " ".join(record["name"] for record in records)


QUERIES: list[tuple[dict[str, Any], str]] = [
    ({}, "apple bread candle"),
    ({"where": {"price": 3}}, "bread candle"),
    ({"where": {"price": {"greaterThan": 2}, "name": {"$ne": "bread"}}}, "candle"),
    ({"where": {"unknown": {"$exists": False}}}, "apple bread candle"),
    ({"where": {"unknown": 1}}, ""),
    ({"order": ("-name",)}, "candle bread apple"),
    ({"order": ("price", "-name")}, "apple candle bread"),
    ({"order": ("unknown",)}, "apple bread candle"),
    ({"order": ("createdAt",), "skip": 1}, "bread candle"),
    ({"limit": 2}, "apple bread"),
    ({"limit": 1, "skip": 1}, "bread"),
    ({"limit": 0}, ""),
    ({"skip": 9}, ""),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES)
@pytest.mark.usefixtures("shop")
def test_a_query_finds(store: CloudStore, query: dict[str, Any], expected: str) -> None:
    assert names(found(store, "Product", **query)) == expected


@pytest.mark.usefixtures("shop")
def test_a_count_ignores_limit_and_skip(store: CloudStore) -> None:
    query = Query(collection="Product", where={"price": 3}, limit=0, skip=5, count=True)

    answer = store.query(query)

    assert (answer.records, answer.count) == ([], 2)
    assert store.count("Product", {"price": 3}) == 2
    assert store.query(Query(collection="Product")).count is None


def test_an_unknown_collection_is_empty_but_a_bad_query_is_refused_all_the_same(
    store: CloudStore,
) -> None:
    assert store.query(Query(collection="Nowhere", count=True)).count == 0
    assert store.count("Nowhere", {}) == 0
    assert store.distinct("Nowhere", "a", {}) == []
    assert list(store.stream(Query(collection="Nowhere"))) == []
    with pytest.raises(NoSuchRecord):
        store.fetch("Nowhere", "x")
    with pytest.raises(BadQuery):
        store.query(Query(collection="Nowhere", where={"a": {"$strange": 1}}))


def test_reading_creates_nothing(store: CloudStore) -> None:
    before = store.get_schema()

    found(store, "Nowhere", where={"a": 1}, order=("b",))

    assert store.get_schema() == before


@pytest.mark.usefixtures("shop")
def test_distinct_answers_each_value_once(store: CloudStore) -> None:
    create(store, "Product", sizes=[1, 2, 2], price=None, details={"made": "here"})
    create(store, "Product", sizes=[2, 3], details={"made": "here"})

    assert store.distinct("Product", "price", {}) == [2, 3]
    assert store.distinct("Product", "price", {"name": "apple"}) == [2]
    assert sorted(store.distinct("Product", "sizes", {})) == [1, 2, 3]
    assert store.distinct("Product", "details.made", {}) == ["here"]
    assert store.distinct("Product", "unknown", {}) == []
    assert store.distinct("Product", "tags", {}) == []
    assert {type(each) for each in store.distinct("Product", "shelf", {})} == {Pointer}
    assert len(store.distinct("Product", "objectId", {})) == 5


@pytest.mark.usefixtures("shop")
def test_a_stream_yields_everything_in_order(store: CloudStore) -> None:
    query = Query(collection="Product", order=("-name",), limit=1, include=("shelf",))

    records = list(store.stream(query))

    assert names(records) == "candle bread apple"
    assert isinstance(records[0]["shelf"], Included)


@pytest.mark.usefixtures("shop")
def test_a_stream_is_of_one_moment_and_can_be_left_early(store: CloudStore) -> None:
    stream = store.stream(Query(collection="Product"))
    next(stream)

    create(store, "Product", name="later")
    rest = list(stream)

    assert names(rest) == "bread candle"
    next(store.stream(Query(collection="Product"))).clear()


# -- ACL


def test_a_record_one_may_not_read_is_in_no_answer(store: CloudStore) -> None:
    create(store, "Product", name="open", price=1)
    hidden = create(store, "Product", name="hidden", price=2, ACL={"bob": {"read": True}})
    create(store, "Product", name="mine", price=3, ACL={"ann": {"read": True}})

    assert names(found(store, "Product", principals=ANN)) == "open mine"
    assert store.count("Product", {}, principals=ANN) == 2
    assert store.distinct("Product", "price", {}, principals=ANN) == [1, 3]
    stream = store.stream(Query(collection="Product", principals=ANN))
    assert names(list(stream)) == "open mine"
    assert found(store, "Product", where={"_rperm": {"$in": ["bob"]}}, principals=ANN) == []
    with pytest.raises(NoSuchRecord, match=r"Object not found\."):
        store.fetch("Product", hidden["objectId"], principals=ANN)
    assert store.fetch("Product", hidden["objectId"])["name"] == "hidden"


# -- keys


def test_keys_and_exclude_keys_choose_fields_and_system_fields_stay(
    store: CloudStore,
) -> None:
    made = create(store, "Product", name="a", price=1, ACL={"*": {"read": True}}, sizes=None)
    system = {"objectId", "createdAt", "updatedAt", "ACL"}

    def fields(**query: Any) -> set[str]:
        return found(store, "Product", **query)[0].keys() - system

    assert fields(keys=("name",)) == {"name"}
    assert fields(keys=("name", "sizes", "unknown")) == {"name", "sizes"}
    assert fields(keys=()) == set()
    assert fields(exclude_keys=("name", "sizes", "tags")) == {"price"}
    assert fields(keys=("name", "price"), exclude_keys=("price",)) == {"name"}
    assert system <= found(store, "Product", keys=("name",))[0].keys()
    assert store.fetch("Product", made["objectId"], keys=("price",)).keys() - system == {"price"}


# -- include


def test_include_puts_the_record_in_place_of_the_pointer(
    store: CloudStore, shop: dict[str, Record]
) -> None:
    (apple, *_) = found(store, "Product", include=("shelf",))

    assert apple["shelf"] == Included("Shelf", shop["left"])
    assert found(store, "Product")[0]["shelf"] == pointer("Shelf", shop["left"])


def test_include_goes_several_levels_deep_and_round_in_circles(
    store: CloudStore, shop: dict[str, Record]
) -> None:
    path = "shelf.room.best.shelf"

    apple = store.fetch("Product", shop["apple"]["objectId"], include=(path,))

    best = apple["shelf"].record["room"].record["best"]
    assert best.record["name"] == "apple"
    assert best.record["shelf"].record["label"] == "left"
    assert best.record["shelf"].record["room"] == pointer("Room", shop["hall"])


def test_include_reaches_pointers_in_lists_and_objects(
    store: CloudStore, shop: dict[str, Record]
) -> None:
    left, right = pointer("Shelf", shop["left"]), pointer("Shelf", shop["right"])
    create(store, "Product", name="many", sizes=[left, 5, [right]], details={"on": {"x": left}})
    include = ("sizes", "details.on.x", "sizes.room")

    (many,) = found(store, "Product", where={"name": "many"}, include=include)

    assert [many["sizes"][0].record["label"], many["sizes"][1]] == ["left", 5]
    assert many["sizes"][2][0].record["room"].record["label"] == "hall"
    assert many["details"]["on"]["x"].record["label"] == "left"


def test_include_star_means_every_pointer(store: CloudStore, shop: dict[str, Record]) -> None:
    create(store, "Room", label="x", best=pointer("Product", shop["bread"]))

    (room,) = found(store, "Room", where={"label": "x"}, include=("*",))

    assert room["best"].record["name"] == "bread"


def test_a_pointer_that_leads_nowhere_is_left_out(
    store: CloudStore, shop: dict[str, Record]
) -> None:
    left, right = pointer("Shelf", shop["left"]), pointer("Shelf", shop["right"])
    create(store, "Product", name="many", sizes=[left, right], shelf=right)
    delete(store, shop["right"], "Shelf")

    (many,) = found(store, "Product", where={"name": "many"}, include=("shelf", "sizes"))

    assert "shelf" not in many
    assert [each.record["label"] for each in many["sizes"]] == ["left"]


def test_a_pointer_to_what_one_may_not_read_is_left_out(
    store: CloudStore, shop: dict[str, Record]
) -> None:
    save(store, shop["left"], "Shelf", ACL={"bob": {"read": True}})

    apple, _, candle = found(store, "Product", include=("shelf",), principals=ANN)

    assert "shelf" not in apple
    assert candle["shelf"].record["label"] == "right"


@pytest.mark.usefixtures("shop")
def test_keys_and_exclude_keys_reach_into_included_records(store: CloudStore) -> None:
    (apple, *_) = found(store, "Product", keys=("shelf.label",))
    assert apple["shelf"].record.keys() == {"objectId", "createdAt", "updatedAt", "label"}
    assert "name" not in apple

    (apple, *_) = found(store, "Product", include=("shelf",), exclude_keys=("shelf.label",))
    assert "label" not in apple["shelf"].record
    assert "room" in apple["shelf"].record

    (apple, *_) = found(store, "Product", include=("shelf",), keys=("name",))
    assert "shelf" not in apple


@pytest.mark.usefixtures("shop")
def test_an_include_of_what_is_no_pointer_changes_nothing(store: CloudStore) -> None:
    assert found(store, "Product", include=("name", "unknown", "tags")) == found(store, "Product")


def test_an_include_path_has_a_greatest_depth(store: CloudStore) -> None:
    with pytest.raises(BadQuery, match="deeper than 10"):
        found(store, "Product", include=(".".join(["shelf"] * 11),))
