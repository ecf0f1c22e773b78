from typing import Any

import pytest

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.sql import compile_where
from noodl_runtime.query.tree import EVERYTHING
from noodl_runtime.query.where import read_where
from noodl_runtime.values import Date, GeoPoint, Pointer
from tests.runtime.query.world import SCHEMA, World

HERE = GeoPoint(1, 2)

# where document                                               code  the message names
REFUSED: list[tuple[Any, int, str]] = [
    ({"n": {"$frob": 1}},                                      107,  "unknown operator '$frob' on 'n'; known: $eq, $ne, "),
    ({"n": {"equalTo": 1, "frob": 2}},                         107,  "unknown operator 'frob' on 'n'"),
    ({"n": {"$gt": 1, "x": 2}},                                107,  "unknown operator 'x' on 'n'"),
    ({"$frob": [{"n": 1}]},                                    105,  "invalid field name '$frob'"),
    ({"n": {"$in": 1}},                                        107,  "$in on 'n' needs a list, not 1"),
    ({"n": {"$nin": "x"}},                                     107,  "$nin on 'n' needs a list, not 'x'"),
    ({"n": {"$all": 5}},                                       107,  "$all on 'n' needs a list"),
    ({"n": {"$all": [{"$regex": "^a"}, "b"]}},                 107,  "not both"),
    ({"n": {"$containedBy": {}}},                              107,  "$containedBy on 'n' needs a list"),
    ({"n": {"$exists": "yes"}},                                107,  "needs true or false, not 'yes'"),
    ({"n": {"$gt": [1]}},                                      107,  "needs a number, text, date or boolean"),
    ({"n": {"$lt": {"$relativeTime": "1 day ago"}}},           107,  "needs a number, text, date or boolean"),
    ({"n": {"$gt": float("inf")}},                             107,  "needs a finite number"),
    ({"n": 10**400},                                           107,  "needs a finite number"),
    ({"n": "\ud800"},                                          107,  "surrogate pair"),
    ({"n": {"a": float("nan")}},                               107,  "not finite"),
    ({"n": Date("yesterday")},                                 107,  "Date(iso='yesterday') is not a value of its type"),
    ({"n": {"$in": [Pointer("A", 1)]}},                        107,  "is not a value of its type"),
    ({"n": {"$gt": Date("")}},                                 107,  "is not a value of its type"),
    ({"n": [{"a": GeoPoint("x", 1)}]},                         107,  "is not a value of its type"),
    ({"n": {"contains": 1}},                                   107,  "contains on 'n' needs a text"),
    ({"n": {"$regex": 1}},                                     107,  "$regex on 'n' needs a text"),
    ({"n": {"$regex": "a", "$options": "q"}},                  102,  "letters of 'imsx', not 'q'"),
    ({"n": {"$regex": "(a", "$options": "i"}},                 102,  "invalid regular expression '(a'"),
    ({"n": {"$regex": "(?=a)b"}},                              102,  "invalid regular expression"),
    ({"n": {"$options": "i"}},                                 119,  "beside regex only"),
    ({"n": {"$maxDistance": 1}},                               119,  "beside nearSphere only"),
    ({"n": {"$text": {"$nope": 1}}},                           107,  "$search"),
    ({"n": {"$text": {"$search": {}}}},                        107,  "a text as $term"),
    ({"n": {"$text": {"$search": {"$term": 5}}}},              107,  "a text as $term"),
    ({"n": {"$text": {"$search": {"$term": "x", "$caseSensitive": "yes"}}}}, 107, "true or false as $caseSensitive"),
    ({"n": {"$text": {"$search": {"$term": "x", "$frob": 1}}}}, 107, "no '$frob'"),
    ({"n": {"$inQuery": {"where": {}}}},                       102,  '"className"'),
    ({"n": {"$inQuery": {"className": "A", "where": {}, "most": 1}}}, 102, "no 'most' in the sub-query"),
    ({"n": {"$inQuery": {"className": "A", "where": {"x": {"$frob": 1}}}}}, 107, "unknown operator '$frob'"),
    ({"n": {"$select": {"query": {"className": "A", "where": {}}}}}, 102, '"key"'),
    ({"n": {"$select": {"query": {"className": "A", "where": {}}, "key": "a b"}}}, 105, "'a b'"),
    ({"n": {"$nearSphere": [1, 2]}},                           107,  "needs a GeoPoint"),
    ({"n": {"$nearSphere": GeoPoint(91, 0)}},                  107,  "needs a GeoPoint within"),
    ({"n": {"$nearSphere": HERE, "$maxDistance": -1}},         107,  "needs a distance"),
    ({"n": {"$nearSphere": HERE, "$maxDistanceInMiles": "x"}}, 107,  "needs a distance"),
    ({"n": {"$within": {"$box": [HERE]}}},                     107,  "$box"),
    ({"n": {"$within": {"$frob": 1}}},                         107,  "exactly one of $box"),
    ({"n": {"$geoWithin": {"$polygon": [HERE, HERE]}}},        107,  "at least 3 GeoPoints"),
    ({"n": {"$geoWithin": {"$centerSphere": [HERE]}}},         107,  "$centerSphere"),
    ({"n": {"$geoIntersects": {"$point": 1}}},                 107,  "needs a GeoPoint"),
    ({"$or": []},                                              102,  "$or needs a list of at least one"),
    ({"$and": {"n": 1}},                                       102,  "$and needs a list"),
    ({"$nor": []},                                             102,  "$nor needs a list of at least one"),
    ({"or": [None]},                                           102,  "is an object, not NoneType"),
    ({"or": "x"},                                              102,  "or needs a list"),
    ({"not": {}},                                              102,  "not needs a where document"),
    ({"n": {"not": 5}},                                        107,  "not on 'n' needs an object made of operators"),
    ({"n": {"$not": {}}},                                      107,  "$not on 'n' needs an object made of operators"),
    ({"$relatedTo": {"object": "x", "key": "fans"}},           102,  "$relatedTo needs"),
    ({"$relatedTo": {"object": Pointer("Item", "a1")}},        102,  "$relatedTo needs"),
    ({"ACL": {"$exists": True}},                               102,  "ACL"),
    ([1, 2],                                                   105,  "is an object, not list"),
    ({"a b": 1},                                               105,  "invalid field name 'a b'"),
    ({"": 1},                                                  105,  "invalid field name ''"),
    ({"_hashed_password": {"$regex": "^a"}},                   105,  "invalid field name '_hashed_password'"),
    ({"a..b": 1},                                              105,  "invalid field name 'a..b'"),
    ({"a." + "b." * 30 + "c": 1},                              105,  "invalid field name"),
    ({"x" * 129: 1},                                           105,  "at most 128"),
]  # fmt: skip

TRAPS = [
    'name"', "name`", "name' OR 1 --", "price IS NULL OR 1", "na\0me", "né", "t`.`price", "name;", "\n",
]  # fmt: skip


@pytest.mark.parametrize(("document", "code", "message"), REFUSED)
def test_what_is_not_understood_is_refused_by_name(document: Any, code: int, message: str) -> None:
    with pytest.raises(BadQuery) as refused:
        read_where(document)
    assert (refused.value.code, refused.value.status) == (code, 400)
    assert message in str(refused.value)


@pytest.mark.parametrize("name", TRAPS)
def test_a_field_name_never_becomes_sql(name: str) -> None:
    with pytest.raises(BadQuery, match="invalid field name"):
        read_where({name: name})


@pytest.mark.parametrize("name", ["exists", "notEqualTo", "select", "rowid", "oid", "constructor"])
def test_a_field_called_like_a_word_of_sql_or_ours_is_just_missing(world: World, name: str) -> None:
    assert world.find({name: name}) == ""
    assert world.find({name: None}) == "a b c d"


def test_a_misspelt_field_is_never_read_as_a_text(world: World) -> None:
    assert world.find({"nome": "nome"}) == world.match({"nome": "nome"}) == ""


def test_an_object_without_operators_on_a_plain_field_is_a_misspelt_operator(world: World) -> None:
    for document in ({"price": {"near": 2}}, {"price": {}}, {"nor": [{"name": {"like": "a"}}]}):
        said = "no operator on 'price'" if document == {"price": {}} else "unknown operator"
        with pytest.raises(BadQuery, match=said):
            world.sql(document)
        with pytest.raises(BadQuery, match=said):
            world.match(document)


def test_an_empty_document_finds_everything() -> None:
    assert read_where({}) is EVERYTHING


def test_nesting_is_limited_and_the_error_says_so() -> None:
    document: dict[str, Any] = {"n": 1}
    for _ in range(4):
        document = {"$nor": [document]}
    read_where(document, max_nesting=4)
    with pytest.raises(BadQuery, match=r"max_nesting \(3\)"):
        read_where(document, max_nesting=3)
    with pytest.raises(BadQuery, match="max_nesting"):
        read_where({"n": {"not": {"not": {"not": {"$gt": 1}}}}}, max_nesting=2)


@pytest.mark.parametrize("words", [["$or", "$and"], ["not"], ["nor"], ["or", "not", "and"]])
@pytest.mark.parametrize("depth", [5, 8, 13, 50, 99])
def test_a_deep_document_is_answered_by_sqlite_as_by_the_matcher(
    world: World, words: list[str], depth: int
) -> None:
    document: dict[str, Any] = {"name": {"$gt": "a"}}
    for level in range(depth):
        word = words[level % len(words)]
        document = {word: document} if word == "not" else {word: [{"price": level % 7}, document]}
    assert world.find(document, principals=frozenset("*")) == world.match(document)


def test_thousands_of_conditions_and_values_are_answered(world: World) -> None:
    prices = [{"price": n} for n in range(3000)]
    assert world.find({"$or": prices}) == "a c"
    assert world.find({"$nor": prices}) == "b d"
    assert world.find({"name": {"$in": [f"x{n}" for n in range(20_000)] + ["apple"]}}) == "a"
    assert world.find({"tags": {"$nin": list(range(5000))}}) == "b c d"
    with pytest.raises(BadQuery, match="at most 30000"):
        world.find({"$or": [{"price": n} for n in range(30_001)]})
    with pytest.raises(BadQuery, match="too long"):
        world.find({"$or": [{"name": {"not": {"endsWith": "x"}}} for _ in range(14_000)]})


def test_sub_queries_stand_inside_each_other_four_deep(world: World) -> None:
    def nested(depth: int) -> dict[str, Any]:
        inner = (
            nested(depth - 1) if depth else {"or": [{"age": 1}, {"not": {"nor": [{"age": 30}]}}]}
        )
        return {
            "$or": [{"$and": [{"best": {"$inQuery": {"className": "Person", "where": inner}}}]}]
        }

    assert world.find(nested(3), name="Person", principals=frozenset("*")) == ""
    with pytest.raises(BadQuery, match="4 deep"):
        world.find(nested(4), name="Person")


def test_the_text_depends_on_the_shape_alone() -> None:
    shapes = [
        ({"price": {"$gt": 1}, "name": "a"}, {"price": {"$gt": 2}, "name": "b"}),
        ({"tags": {"$in": [1, 2]}}, {"tags": {"$in": ["x"]}}),
        ({"born": "2020-01-01"}, {"born": Date("2021-01-01T00:00:00.000Z")}),
    ]
    for one, other in shapes:
        first, second = (compile_where(read_where(d), SCHEMA, "Item") for d in (one, other))
        assert first.text == second.text
        assert first.parameters != second.parameters


def test_an_unknown_collection_has_no_records() -> None:
    assert compile_where(EVERYTHING, SCHEMA, "Nowhere").text == "0"
