"""From filters to where documents: visual ones, and those that scripts write. One row a rule."""

import json
from typing import Any

import pytest

from noodl_runtime.script.engine import Engine
from noodl_runtime.values import Date, Pointer
from noodl_runtime.workflow.filters import order_of, sent, where_of
from noodl_runtime.workflow.js.text import parse
from noodl_runtime.workflow.js.values import UNDEFINED, Moment, ScriptError
from noodl_runtime.workflow.pointing import resolve_pointers
from noodl_runtime.workflow.run import FieldType
from noodl_runtime.workflow.wire import to_wire

FIELDS = {
    "s": FieldType(type="String"), "n": FieldType(type="Number"), "d": FieldType(type="Date"),
    "p": FieldType(type="Pointer", target="U"), "rel": FieldType(type="Relation", target="U"),
}  # fmt: skip
INPUTS = {"X": 1, "Null": None, "Day": Moment(0), "Id": "u1", "Odd": "no date"}


def rule(name: str, operator: str, **more: Any) -> dict[str, Any]:
    return {"property": name, "operator": operator, **more}


def group(combinator: str, *rules: Any) -> dict[str, Any]:
    return {"combinator": combinator, "rules": list(rules)}


A, LESS = rule("s", "equal to", value="a"), rule("n", "less than", value=3)
UNSET = rule("s", "equal to", input="Unset")
DAY = {"__type": "Date", "iso": "1970-01-01T00:00:00.000Z"}

VISUAL = [
    # filter                                                        where
    (group("and"),                                                  None),
    (group("or", A),                                                {"s": {"$eq": "a"}}),
    (A,                                                             {"s": {"$eq": "a"}}),
    (group("or", A, group("and", LESS, rule("n", "greater than or equal to", input="X"))),
     {"$or": [{"s": {"$eq": "a"}}, {"$and": [{"n": {"$lt": 3}}, {"n": {"$gte": 1}}]}]}),
    (group("or", UNSET, UNSET),                                     {"$or": []}),
    (group("and", A, UNSET),                                        {"$and": [{"s": {"$eq": "a"}}]}),
    (group("and", UNSET),                                           None),
    (rule("s", "equal to", value="a", input="X"),                   {"s": {"$eq": 1}}),
    (rule("s", "equal to", value=None),                             {"s": {"$eq": None}}),
    (rule("s", "equal to", input="Null"),                           {"s": {"$eq": None}}),
    (rule("s", "not equal to", value="a"),                          {"s": {"$ne": "a"}}),
    (rule("n", "less than or equal to", value=1),                   {"n": {"$lte": 1}}),
    (rule("n", "greater than", value=1),                            {"n": {"$gt": 1}}),
    (rule("s", "contain", value="a.b"),                             {"s": {"$regex": "a.b", "$options": "i"}}),
    (rule("s", "exist"),                                            {"s": {"$exists": True}}),
    (rule("s", "not exist", value=5),                               {"s": {"$exists": False}}),
    (rule("p", "points to", input="Id"),                            {"p": {"$eq": {"__type": "Pointer", "className": "U", "objectId": "u1"}}}),
    (rule("other", "points to", value="u1"),                        {"other": {"$eq": {"__type": "Pointer", "objectId": "u1"}}}),
    (rule("d", "less than", value="2024-01-02"),                    {"d": {"$lt": {"__type": "Date", "iso": "2024-01-02T00:00:00.000Z"}}}),
    (rule("d", "equal to", input="Day"),                            {"d": {"$eq": DAY}}),
    (rule("s", "equal to", input="Day"),                            {"s": {"$eq": "1970-01-01T00:00:00.000Z"}}),
    (rule("s", "is like", value=1),                                 {}),
    ({"operator": "related to", "relatedTo": "T", "relationProperty": "rel", "input": "Id"},
     {"$relatedTo": {"object": {"__type": "Pointer", "className": "T", "objectId": "u1"}, "key": "rel"}}),
    ({"operator": "related to", "relatedTo": "T", "relationProperty": "rel", "input": "Unset"}, None),
    ({**group("and", A), "extra": None, "property": None},          {"s": {"$eq": "a"}}),
    ({**A, "input": None, "extra": 1},                              {"s": {"$eq": "a"}}),
]  # fmt: skip


@pytest.mark.parametrize(("document", "where"), VISUAL)
def test_a_visual_filter(document: Any, where: Any) -> None:
    assert to_wire(sent(where_of(document, INPUTS, FIELDS))) == where


@pytest.mark.parametrize("given", [{"input": "Null"}, {"input": "Odd"}, {"value": "no date"}])
def test_a_date_that_is_none_ends_the_query(given: Any) -> None:
    with pytest.raises(ScriptError):
        where_of(rule("d", "less than", **given), INPUTS, FIELDS)


@pytest.mark.parametrize(
    ("sorting", "keys"),
    [
        ([rule("n", "", order="descending"), rule("s", "", order="ascending")], ["-n", "s"]),
        ([rule("n", ""), rule("s", "", order="Descending")], ["n", "s"]),
        ([], []),
        (None, []),
    ],
)
def test_a_visual_sorting(sorting: Any, keys: list[str]) -> None:
    assert order_of(sorting) == keys


POINTER = {"__type": "Pointer", "className": "U", "objectId": "u1"}
PLACE = {"__type": "GeoPoint", "latitude": 1, "longitude": 2}
AT = "{ latitude: 1, longitude: 2 }"

SCRIPTED = [
    # what a script says                                            where
    ("",                                                            {}),
    ("where({})",                                                   {}),
    ("where({ and: [{ s: { equalTo: 1 } }, {}] })",                 {"$and": [{"s": {"$eq": 1}}, {}]}),
    ("where({ or: [] })",                                           {"$or": []}),
    ("where({ idEqualTo: 'a' })",                                   {"objectId": {"$eq": "a"}}),
    ("where({ idContainedIn: ['a'] })",                             {"objectId": {"$in": ["a"]}}),
    ("where({ relatedTo: { id: 'a', key: 'k' } })",                 {"$relatedTo": {"object": {"__type": "Pointer", "objectId": "a"}, "key": "k"}}),
    ("where({ relatedTo: { id: 'a', key: 'k', className: 'T' } })", {"$relatedTo": {"object": {"__type": "Pointer", "objectId": "a", "className": "T"}, "key": "k"}}),
    ("where({ s: { notEqualTo: 1 } })",                             {"s": {"$ne": 1}}),
    ("where({ s: { lessThanOrEqualTo: 1 } })",                      {"s": {"$lte": 1}}),
    ("where({ s: { greaterThanOrEqualTo: 1 } })",                   {"s": {"$gte": 1}}),
    ("where({ s: { equalTo: null } })",                             {"s": {"$eq": None}}),
    ("where({ s: { greaterThan: 1, lessThan: 5 } })",               {"s": {"$lt": 5}}),
    ("where({ s: { exists: false } })",                             {"s": {"$exists": False}}),
    ("where({ s: { containedIn: [1, new Date(0)] } })",             {"s": {"$in": [1, "1970-01-01T00:00:00.000Z"]}}),
    ("where({ s: { notContainedIn: [1] } })",                       {"s": {"$nin": [1]}}),
    ("where({ s: { equalTo: new Date(0) } })",                      {"s": {"$eq": DAY}}),
    ("where({ p: { pointsTo: 'u1' } })",                            {"p": {"$eq": POINTER}}),
    ("where({ p: { pointsTo: ['u1'] } })",                          {"p": {"$in": [POINTER]}}),
    ("where({ rel: { pointsTo: 'u1' } })",                          {"rel": POINTER}),
    ("where({ other: { pointsTo: 'u1' } })",                        {"other": {"$eq": {"__type": "Pointer", "objectId": "u1"}}}),
    ("where({ s: { matchesRegex: 'a', options: 'i' } })",           {"s": {"$regex": "a", "$options": "i"}}),
    ("where({ s: { matchesRegex: 'a' } })",                         {"s": {"$regex": "a"}}),
    ("where({ s: { text: { search: 'a' } } })",                     {"s": {"$text": {"$search": {"$term": "a", "$caseSensitive": False}}}}),
    ("where({ s: { text: { search: { term: 'a', language: 'en', caseSensitive: true } } } })",
     {"s": {"$text": {"$search": {"$term": "a", "$language": "en", "$caseSensitive": True}}}}),
    ("where({ g: { nearSphere: { latitude: 1, longitude: 2, maxDistanceInKilometers: 3 } } })",
     {"g": {"$nearSphere": PLACE, "$maxDistanceInKilometers": 3}}),
    ("where({ g: { nearSphere: { latitude: 1, longitude: 2, maxDistanceInMiles: 3 } } })",
     {"g": {"$nearSphere": PLACE, "$maxDistanceInMiles": 3}}),
    (f"where({{ g: {{ withinBox: [{AT}, {AT}] }} }})",              {"g": {"$within": {"$box": [PLACE, PLACE]}}}),
    (f"where({{ g: {{ withinPolygon: [{AT}, {AT}, {AT}] }} }})",    {"g": {"$geoWithin": {"$polygon": [PLACE, PLACE, PLACE]}}}),
    ("where({ s: { odd: 1 } })",                                    {}),
    ("where({ s: { equalTo: undefined } })",                        {}),
    ("where({ s: 5 })",                                             {}),
    # errors that a query node ignores: it asks with what came of it
    ("where({ s: { equalTo: 1 }, n: { equalTo: 2 } })",             None),
    ("where({ and: [{ s: { equalTo: 1 } }, { a: 1, b: 2 }] })",     {"$and": [{"s": {"$eq": 1}}, None]}),
    ("where({ relatedTo: { key: 'k' } })",                          None),
    # the last call wins; an exception keeps what was said before
    ("where({ s: { equalTo: 1 } }); filter({ s: { equalTo: 2 } })", {"s": {"$eq": 2}}),
    ("where({ s: { equalTo: 1 } }); where({ s: null })",            {"s": {"$eq": 1}}),
    ("where({ s: { equalTo: 1 } }); nothing.here",                  {"s": {"$eq": 1}}),
    # variables and inputs; comments are taken out first, also in texts
    ("where({ s: { equalTo: $Name } })",                            {"s": {"$eq": "given"}}),
    ("where({ s: { equalTo: Inputs.Name } })",                      {"s": {"$eq": "given"}}),
    ("where({ s: { equalTo: $Name } }); /* where({}) */ // where({})", {"s": {"$eq": "given"}}),
    ("where({ s: { equalTo: '/*' + 1 + '*/' } })",                  {"s": {"$eq": ""}}),
]  # fmt: skip


def filtered(text: str) -> tuple[Any, Any]:
    """Run the JavaScript filter of a query node; return its where document and sort list."""
    engine = Engine(memory=64_000_000, remaining=lambda: 5)
    operation = ["queryFilter", 0, text, True, [], [["Name", "given"]]]
    answer = json.loads(engine.call(json.dumps([operation])))
    where = answer["value"]["where"]
    return resolve_pointers(parse(where) if where else None, FIELDS), answer["value"]["sort"]


@pytest.mark.parametrize(("text", "where"), SCRIPTED)
def test_a_filter_that_is_a_script(text: str, where: Any) -> None:
    assert filtered(text)[0] == where


@pytest.mark.parametrize(
    ("text", "keys"),
    [("", []), ("sort(['-n', 's'])", ["-n", "s"]), ("sort(['n']); sort([])", [])],
)
def test_the_sorting_of_a_script(text: str, keys: list[str]) -> None:
    assert filtered(text)[1] == keys


def test_a_pointer_of_a_visual_filter_is_typed() -> None:
    found = where_of(rule("p", "points to", input="Id"), INPUTS, FIELDS)
    assert found == {"p": {"$eq": Pointer("U", "u1")}}
    found = where_of(rule("d", "less than", value="2024-01-02"), INPUTS, FIELDS)
    assert found == {"d": {"$lt": Date("2024-01-02T00:00:00.000Z")}}
    assert where_of(rule("s", "is like", value=1), INPUTS, FIELDS) == {"s": UNDEFINED}
