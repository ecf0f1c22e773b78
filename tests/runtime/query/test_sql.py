from typing import Any

import pytest

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.matcher import matches
from noodl_runtime.query.order import sort_records
from noodl_runtime.query.sql import compile_allowed, compile_order, compile_where
from noodl_runtime.query.where import read_where
from noodl_runtime.schema.layout import WRITE_PRINCIPALS
from noodl_runtime.values import GeoPoint, Pointer
from tests.runtime.query.world import SCHEMA, World

ANYONE, ANN = frozenset("*"), frozenset({"*", "ann"})


def related(owner: str, object_id: str, key: str = "fans") -> dict[str, Any]:
    return {"$relatedTo": {"object": Pointer(owner, object_id), "key": key}}


# where document                                                     anyone   ann      full rights
ALLOWED = [
    ({},                                                             "a b",   "a b c", "a b c"),
    ({"name": "Cyn"},                                                "",      "c",     "c"),
    ({"objectId": {"$ne": "x"}},                                     "a b",   "a b c", "a b c"),
    ({"or": [{"age": {"$gt": 0}}, {"name": None}]},                  "a b",   "a b c", "a b c"),
    ({"nor": [{"age": 1}]},                                          "a b",   "a b c", "a b c"),
    (related("Item", "a1"),                                          "a b",   "a b",   "a b"),
    (related("Item", "b2"),                                          "b",     "b c",   "b c"),
    (related("", "b2"),                                              "b",     "b c",   "b c"),
    ({"or": [related("Item", "a1"), {"age": 50}]},                   "a b",   "a b c", "a b c"),
    ({"and": [related("Item", "b2"), {"age": {"$gt": 40}}]},         "",      "c",     "c"),
    (related("Item", "b2", "tags"),                                  "",      "",      ""),
    (related("Person", "ann"),                                       "",      "",      ""),
    (related("Nowhere", "ann"),                                      "",      "",      ""),
    (related("Item", "nobody"),                                      "",      "",      ""),
]  # fmt: skip


@pytest.mark.parametrize(("document", "anyone", "ann", "full"), ALLOWED)
def test_a_record_that_may_not_be_read_is_found_by_no_condition(
    world: World, document: dict[str, Any], anyone: str, ann: str, full: str
) -> None:
    for principals, found in ((ANYONE, anyone), (ANN, ann), (None, full)):
        assert world.find(document, name="Person", principals=principals) == found


def test_a_sub_query_sees_only_what_the_caller_may_read(world: World) -> None:
    where = {"fans": {"$inQuery": {"className": "Person", "where": {"name": "Cyn"}}}}
    assert world.find(where, principals=ANYONE) == ""
    assert world.find(where, principals=ANN) == "b"


def test_a_relation_of_a_record_that_may_not_be_read_stays_hidden(world: World) -> None:
    world = _with_hidden_owner()
    assert world.find(related("Item", "h"), name="Person", principals=ANYONE) == ""
    assert world.find(related("Item", "h"), name="Person", principals=ANN) == "b"


def _with_hidden_owner() -> World:
    acl = {"ann": {"read": True}}
    people = [{"objectId": "bob"}]
    world = World(SCHEMA, {"Item": [{"objectId": "h", "ACL": acl}], "Person": people})
    world.db.execute("INSERT INTO `_join:fans:Item` VALUES ('h', 'bob')")
    return world


def test_the_right_to_write_is_asked_the_same_way(world: World) -> None:
    allowed = compile_allowed(ANYONE, column=WRITE_PRINCIPALS, alias="p")
    rows = world.db.execute(
        f"SELECT objectId FROM Person AS p WHERE {allowed.text}", allowed.parameters
    )
    assert [row[0] for row in rows] == ["ann", "bob"]
    assert compile_allowed(None).text == "1"


# order                        finds                SQL text
ORDERS = [
    ((),                       "a b c d",           "t._rowid_"),
    (("price",),               "d c a b",           "t.`price`, t._rowid_"),
    (("-price",),              "b a c d",           "t.`price` DESC, t._rowid_"),
    (("name",),                "d b a c",           "t.`name`, t._rowid_"),
    (("done", "-name"),        "c d b a",           "t.`done`, t.`name` DESC, t._rowid_"),
    (("createdAt",),           "a b c d",           "t.`createdAt`, t._rowid_"),
    (("-createdAt",),          "d c b a",           "t.`createdAt` DESC, t._rowid_ DESC"),
    (("-updatedAt",),          "a b c d",           "t.`updatedAt` DESC, t._rowid_"),
    (("owner",),               "d a b c",           "t.`owner`, t._rowid_"),
    (("-spec.w",),             "b a c d",           "noodl_order(t.`spec`, ?) DESC, t._rowid_"),
    (("tags.0",),              "b d a c",           "noodl_order(t.`tags`, ?), t._rowid_"),
    (("zzz", "-price"),        "b a c d",           "t.`price` DESC, t._rowid_"),
    (("name.x",),              "a b c d",           "t._rowid_"),
    (("fans",),                "a b c d",           "t._rowid_"),
    (("spec",),                "d a b c",           "noodl_order(t.`spec`, ?), t._rowid_"),
]  # fmt: skip


@pytest.mark.parametrize(("order", "found", "text"), ORDERS)
def test_an_order_is_total_and_puts_missing_first(
    world: World, order: tuple[str, ...], found: str, text: str
) -> None:
    assert compile_order(order, SCHEMA, "Item").text == text
    assert world.find({}, order=order) == found
    known = tuple(key for key in order if key not in ("zzz", "name.x"))
    assert [r["objectId"][0] for r in sort_records(world.records["Item"], known)] == found.split()


def test_near_sphere_sorts_by_distance_unless_an_order_is_given(world: World) -> None:
    near = {"place": {"$nearSphere": GeoPoint(0, 9)}, "price": {"$gte": 0}}
    assert world.find(near) == "b a c"
    assert world.find(near, order=("name",)) == "b a c"
    assert world.find(near, order=("price",)) == "c a b"
    assert world.find({"$and": [near]}) == "b a c"
    assert world.find({"name": {"$exists": True}, **near, "zzz": {"$ne": 1}}) == "b a c"


def test_a_distance_in_kilometres_or_miles_beside_the_parse_spelling_only_sorts(
    world: World,
) -> None:
    far = {"$nearSphere": GeoPoint(0, 0), "$maxDistanceInKilometers": 1200}
    assert world.find({"place": far}) == "a b c"
    assert world.find({"place": {**far, "$maxDistance": 0.2}}) == "a b"


PLANS = [
    ({"name": "x"},                          "(name=?)"),
    ({"name": {"$in": ["x", "y"]}},          "(name=?)"),
    ({"name": {"$in": ["x"] * 99}},          "(name=?)"),
    ({"price": {"$gt": 1, "$lt": 9}},        "(price>? AND price<?)"),
    ({"name": {"startsWith": "x"}},          "(name>? AND name<?)"),
    ({"price": None},                        "(price=?)"),
    ({"objectId": "x"},                      "(objectId=?)"),
    ({"and": [{"tags": "x"}, {"price": 1}]}, "(price=?)"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "used"), PLANS)
@pytest.mark.parametrize("principals", [None, ANYONE])
def test_a_plain_condition_uses_the_index_of_its_field(
    document: dict[str, Any], used: str, principals: frozenset[str] | None
) -> None:
    world = World(SCHEMA, {"Item": [], "Person": []})
    world.db.execute("CREATE INDEX by_name ON Item (name)")
    world.db.execute("CREATE INDEX by_price ON Item (price)")
    sql = compile_where(read_where(document), SCHEMA, "Item", principals=principals)
    plan = world.db.execute(
        f"EXPLAIN QUERY PLAN SELECT * FROM Item AS t WHERE {sql.text}", sql.parameters
    )
    assert used in str(plan.fetchall())


def test_the_matcher_asks_for_other_records_or_refuses(world: World) -> None:
    item = SCHEMA.collections["Item"]
    for document in (
        {"owner": {"$inQuery": {"className": "Person", "where": {}}}},
        {"fans": Pointer("Person", "ann")},
        related("Item", "a1"),
    ):
        condition = read_where(document)
        with pytest.raises(BadQuery, match="needs other records"):
            matches(condition, {}, collection=item)
        assert matches(condition, {}, collection=item, lookup=lambda *_: True)
