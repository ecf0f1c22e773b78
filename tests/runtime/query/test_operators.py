from typing import Any

import pytest

from noodl_runtime.query.operators import OPERATORS, SPELLINGS
from noodl_runtime.query.tree import Check, Condition, Either, Every, Not
from noodl_runtime.query.where import read_where
from noodl_runtime.values import Date, File, GeoPoint, Pointer
from tests.runtime.query.world import DAY, World

ANN, BOB = Pointer("Person", "ann"), Pointer("Person", "bob")
HOLDS = "noodl_holds(t.`{}`, ?)"
IN_QUERY = {"$inQuery": {"className": "Person", "where": {"age": {"$gt": 35}}}}

# where document                                     SQL text                                  finds
PLAIN: list[tuple[dict[str, Any], str, str]] = [
    ({},                                             "1",                                      "a b c d"),
    ({"name": "apple"},                              "t.`name` = ?",                           "a"),
    ({"name": {"equalTo": "APPLE"}},                 "t.`name` = ?",                           ""),
    ({"price": 2.0},                                 "t.`price` = ?",                          "a"),
    ({"price": "2"},                                 "0",                                      ""),
    ({"price": False},                               "0",                                      ""),
    ({"done": 1},                                    "0",                                      ""),
    ({"done": True},                                 "t.`done` = ?",                           "a"),
    ({"done": {"$eq": False}},                       "t.`done` = ?",                           "b"),
    ({"done": None},                                 "t.`done` IS NULL",                       "c d"),
    ({"born": DAY.format(1)},                        "t.`born` = ?",                           "a"),
    ({"born": "2024-05-01T12:00:00+02:00"},          "t.`born` = ?",                           "a"),
    ({"born": Date("2024-05-01T10:00Z")},            "t.`born` = ?",                           "a"),
    ({"born": "yesterday"},                          "0",                                      ""),
    ({"owner": ANN},                                 "t.`owner` = ?",                          "a"),
    ({"owner": "ann"},                               "t.`owner` = ?",                          "a"),
    ({"owner": Pointer("", "ann")},                  "t.`owner` = ?",                          "a"),
    ({"owner": Pointer("Item", "ann")},              "0",                                      ""),
    ({"picture": File("a.png", "http://x/a.png")},   "t.`picture` = ?",                        "a"),
    ({"objectId": "b2"},                             "t.`objectId` = ?",                       "b"),
    ({"createdAt": {"$gte": DAY.format(1)}},         "t.`createdAt` >= ?",                     "a b c d"),
    ({"createdAt": {"$gt": Date(DAY.format(1))}},    "t.`createdAt` > ?",                      ""),
    ({"price": {"$ne": 2}},                          "(t.`price` = ?) IS NOT TRUE",            "b c d"),
    ({"price": {"notEqualTo": "2"}},                 "(0) IS NOT TRUE",                        "a b c d"),
    ({"price": {"$ne": None}},                       "t.`price` IS NOT NULL",                  "a b c"),
    ({"price": {"greaterThan": 0}},                  "t.`price` > ?",                          "a b"),
    ({"price": {"$gt": "0"}},                        "0",                                      ""),
    ({"price": {"$gt": None}},                       "0",                                      ""),
    ({"price": {"greaterThanOrEqualTo": 0}},         "t.`price` >= ?",                         "a b c"),
    ({"price": {"lessThan": 5.5}},                   "t.`price` < ?",                          "a c"),
    ({"price": {"lessThanOrEqualTo": 5.5}},          "t.`price` <= ?",                         "a b c"),
    ({"price": {"$gte": 1, "lessThan": 5}},          "t.`price` >= ? AND t.`price` < ?",       "a"),
    ({"done": {"$lt": True}},                        "t.`done` < ?",                           "b"),
    ({"name": {"$gt": "a"}},                         "t.`name` > ?",                           "a c"),
    ({"owner": {"$gt": "a"}},                        "0",                                      ""),
    ({"price": {"containedIn": [2, 5.5, "0"]}},      "t.`price` IN (?, ?)",                    "a b"),
    ({"price": {"$in": [0, None]}},                  "(t.`price` IN (?) OR t.`price` IS NULL)", "c d"),
    ({"price": {"$in": [None]}},                     "t.`price` IS NULL",                      "d"),
    ({"price": {"$in": []}},                         "0",                                      ""),
    ({"price": {"$in": [[0, 2], [5.5]]}},            "t.`price` IN (?, ?, ?)",                 "a b c"),
    ({"price": {"$in": list(range(5000))}},          "t.`price` IN (SELECT value FROM json_each(?))", "a c"),
    ({"owner": {"$in": ["ann", BOB]}},               "t.`owner` IN (?, ?)",                    "a b"),
    ({"price": {"notContainedIn": [2]}},             "(t.`price` IN (?)) IS NOT TRUE",         "b c d"),
    ({"price": {"$nin": [2, None]}},         "((t.`price` IN (?) OR t.`price` IS NULL)) IS NOT TRUE", "b c"),
    ({"price": {"$nin": []}},                        "(0) IS NOT TRUE",                        "a b c d"),
    ({"price": {"exists": True}},                    "t.`price` IS NOT NULL",                  "a b c"),
    ({"price": {"$exists": False}},                  "t.`price` IS NULL",                      "d"),
    ({"name": {"contains": "%"}},                    "instr(t.`name`, ?) > 0",                 "b"),
    ({"name": {"contains": "_"}},                    "instr(t.`name`, ?) > 0",                 "c"),
    ({"name": {"contains": ""}},                     "instr(t.`name`, ?) > 0",                 "a b c"),
    ({"price": {"contains": "2"}},                   "0",                                      ""),
    ({"name": {"startsWith": "app"}},                "t.`name` >= ? AND t.`name` < ?",         "a"),
    ({"name": {"startsWith": ""}},                   "t.`name` >= ?",                          "a b c"),
    ({"name": {"startsWith": "b"}},                  "t.`name` >= ? AND t.`name` < ?",         ""),
    ({"name": {"endsWith": "étude"}}, "substr(CAST(t.`name` AS BLOB), ?) = CAST(? AS BLOB)",   "c"),
    ({"name": {"endsWith": "0%"}},    "substr(CAST(t.`name` AS BLOB), ?) = CAST(? AS BLOB)",   "b"),
    ({"name": {"endsWith": ""}},                     "t.`name` IS NOT NULL",                   "a b c"),
    ({"name": {"$regex": r"^\Qapp\E"}},              "t.`name` >= ? AND t.`name` < ?",         "a"),
    ({"name": {"$regex": "an_"}},                    "instr(t.`name`, ?) > 0",                 "c"),
    ({"name": {"regex": "^A.P", "options": "i"}},    HOLDS.format("name"),                     "a"),
    ({"name": {"$regex": "^é", "$options": "m"}},    HOLDS.format("name"),                     "c"),
    ({"name": {"$text": {"$search": {"$term": "BREAD x"}}}}, HOLDS.format("name"),             "b"),
    ({"name": {"$text": {"$search": {"$term": "ETUDE"}}}}, HOLDS.format("name"),               "c"),
    ({"price": {"not": {"$gt": 1, "$lt": 3}}}, "(t.`price` > ? AND t.`price` < ?) IS NOT TRUE", "b c d"),
    ({"or": [{"price": 2}, {"name": {"$gt": "c"}}]}, "(t.`price` = ? OR t.`name` > ?)",        "a c"),
    ({"$or": [{"price": 2}], "done": True},          "t.`price` = ? AND t.`done` = ?",         "a"),
    ({"$and": [{"price": 2}, {"done": True}]},       "t.`price` = ? AND t.`done` = ?",         "a"),
    ({"nor": [{"price": 2}, {"price": None}]},
     "((t.`price` = ? OR t.`price` IS NULL)) IS NOT TRUE",                                     "b c"),
    ({"not": {"price": 2, "done": True}}, "(t.`price` = ? AND t.`done` = ?) IS NOT TRUE",      "b c d"),
    ({"Name": "apple"},                              "0",                                      ""),
    ({"Name": None},                                 "1",                                      "a b c d"),
    ({"Name": {"$ne": "apple"}},                     "(0) IS NOT TRUE",                        "a b c d"),
    ({"name.x": {"$exists": True}},                  "0",                                      ""),
]  # fmt: skip

# where document                                            column   finds
IN_JSON: list[tuple[dict[str, Any], str, str]] = [
    ({"tags": "red"},                                       "tags",  "a"),
    ({"tags": 1},                                           "tags",  "a"),
    ({"tags": True},                                        "tags",  ""),
    ({"tags": ANN},                                         "tags",  "c"),
    ({"tags": None},                                        "tags",  "c d"),
    ({"tags": ["red", "fruit", 1.0]},                       "tags",  "a"),
    ({"tags": ["fruit", "red", 1]},                         "tags",  ""),
    ({"tags": []},                                          "tags",  "b"),
    ({"tags": {"$ne": "red"}},                              "tags",  "b c d"),
    ({"tags": {"$gt": 0}},                                  "tags",  "a"),
    ({"tags": {"$in": ["fruit", ANN]}},                     "tags",  "a c"),
    ({"tags": {"$nin": ["red", None]}},                     "tags",  "b"),
    ({"tags": {"exists": True}},                            "tags",  "a b c"),
    ({"tags": {"$exists": False}},                          "tags",  "d"),
    ({"tags": {"startsWith": "fr"}},                        "tags",  "a"),
    ({"tags": {"$all": ["red", 1]}},                        "tags",  "a"),
    ({"tags": {"$all": []}},                                "",      ""),
    ({"tags": {"$all": [{"$regex": r"^\Qfr\E"}, {"$regex": "^re?d$"}]}}, "tags", "a"),
    ({"tags": {"$containedBy": ["red", "fruit", 1, 2]}},    "tags",  "a b"),
    ({"tags.0": "red"},                                     "tags",  "a"),
    ({"tags.9": None},                                      "tags",  "a b c d"),
    ({"spec": {"in": {"x": "y"}, "owner": ANN, "rows": [], "w": 2}}, "spec", "b"),
    ({"spec": {"equalTo": {"w": None}}},                    "spec",  "c"),
    ({"spec.w": {"$gte": 2}},                               "spec",  "b"),
    ({"spec.w": None},                                      "spec",  "c d"),
    ({"spec.w": True},                                      "spec",  ""),
    ({"spec.in.x": "it's"},                                 "spec",  "a"),
    ({"spec.in.x": {"$ne": "y"}},                           "spec",  "a c d"),
    ({"spec.in": {"$exists": True}},                        "spec",  "a b"),
    ({"spec.rows.n": 2},                                    "spec",  "a"),
    ({"spec.rows.0.n": 2},                                  "spec",  ""),
    ({"spec.in.x": {"$regex": "^[xy]$"}},                   "spec",  "b"),
    ({"spec.__class__": {"$exists": True}},                 "spec",  ""),
    ({"place": GeoPoint(0.0, 10.0)},                        "place", "b"),
    ({"place": {"$nearSphere": GeoPoint(0, 9), "$maxDistance": 0.1}}, "place", "b"),
    ({"place": {"nearSphere": GeoPoint(0, 0), "maxDistanceInKilometers": 1200}}, "place", "a b"),
    ({"place": {"$within": {"$box": [GeoPoint(-1, -1), GeoPoint(5, 15)]}}}, "place", "a b"),
    ({"place": {"$geoWithin": {"$polygon": [[-1, -1], [-1, 1], [1, 1], [1, -1]]}}}, "place", "a"),
    ({"place": {"$geoWithin": {"$centerSphere": [[119, 50], 0.1]}}}, "place", "c"),
    ({"area": {"$geoIntersects": {"$point": GeoPoint(5, 5)}}}, "area", "a"),
    ({"area": {"$geoIntersects": {"$point": GeoPoint(5, 11)}}}, "area", ""),
    ({"_rperm": {"$in": ["*"]}},                            "_rperm", ""),
]  # fmt: skip

# where document                                            finds; the matcher cannot tell
OF_OTHERS: list[tuple[dict[str, Any], str]] = [
    ({"owner": IN_QUERY},                                   "b"),
    ({"owner": {"$notInQuery": IN_QUERY["$inQuery"]}},      "a c d"),
    ({"tags": {"$inQuery": {"className": "Person", "where": {"name": "Ann"}}}}, "c"),
    ({"spec.owner": {"$inQuery": {"className": "Person", "where": {}}}}, "b"),
    ({"owner": {"$inQuery": {"className": "Item", "where": {}}}}, ""),
    ({"owner": {"$inQuery": {"className": "Nowhere", "where": {"a": 1}}}}, ""),
    ({"owner": {"$notInQuery": {"className": "Nowhere", "where": {}}}}, "a b c d"),
    ({"name": {"$select": {"query": {"className": "Person", "where": {}}, "key": "home"}}}, "a"),
    ({"name": {"$dontSelect": {"query": {"className": "Person", "where": {}}, "key": "home"}}}, "b c d"),
    ({"name": {"$select": {"query": {"className": "Person"}, "key": "home"}}}, "a"),
    ({"owner": {"$select": {"query": {"className": "Person", "where": {}}, "key": "best"}}}, "b"),
    ({"tags": {"$select": {"query": {"className": "Item", "where": {}}, "key": "spec.w"}}}, "a"),
    ({"name": {"$select": {"query": {"className": "Person", "where": {}}, "key": "age"}}}, ""),
    ({"name": {"$select": {"query": {"className": "Person", "where": {}}, "key": "zzz"}}}, ""),
    ({"fans": ANN},                                         "a"),
    ({"fans": {"$in": [ANN, "cyn"]}},                       "a b"),
    ({"fans": {"$ne": BOB}},                                "c d"),
    ({"fans": None},                                        "c d"),
    ({"fans": {"$exists": True}},                           "a b"),
    ({"fans": {"$inQuery": {"className": "Person", "where": {"name": "Ann"}}}}, "a"),
    ({"owner": {"$inQuery": {"className": "Person", "where": {"best": IN_QUERY}}}}, "a"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "text", "found"), PLAIN)
def test_a_plain_column_is_asked_in_sql_and_the_matcher_agrees(
    world: World, document: dict[str, Any], text: str, found: str
) -> None:
    assert world.sql(document) == text
    assert world.find(document) == found
    assert world.match(document) == found


@pytest.mark.parametrize(("document", "column", "found"), IN_JSON)
def test_a_list_object_or_place_is_asked_through_the_matcher(
    world: World, document: dict[str, Any], column: str, found: str
) -> None:
    assert (HOLDS.format(column) in world.sql(document)) == bool(column)
    assert world.find(document) == world.match(document) == found


@pytest.mark.parametrize(("document", "found"), OF_OTHERS)
def test_sub_queries_and_relations_find_by_other_records(
    world: World, document: dict[str, Any], found: str
) -> None:
    assert world.find(document) == found


@pytest.mark.parametrize(
    ("document", "found"), [(d, f) for d, _, f in PLAIN + IN_JSON if "Name" not in d]
)
def test_without_a_schema_the_matcher_goes_by_the_values(
    world: World, document: dict[str, Any], found: str
) -> None:
    assert world.match(document, typed=False) == found


def test_every_operator_and_spelling_has_a_row() -> None:
    rows = [document for document, *_ in [*PLAIN, *IN_JSON, *OF_OTHERS]]
    assert set(_keys(rows)) >= SPELLINGS.keys() - {"$nearSphere", "regex", "$eq", "$gte", "$lte"}
    used = {name for document in rows for name in _operators(read_where(document))}
    assert used == {row.name for row in OPERATORS.values() if not row.negates} - {"all"}


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for inner in value.values() for key in _keys(inner))]
    return [key for inner in value for key in _keys(inner)] if isinstance(value, list) else []


def _operators(condition: Condition) -> list[str]:
    match condition:
        case Every(parts) | Either(parts):
            return [name for part in parts for name in _operators(part)]
        case Not(part):
            return _operators(part)
        case Check(_, name, _):
            return [name]
    return []
