from typing import Any

import pytest

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.aggregate import stage
from noodl_runtime.query.aggregate.accumulators import ACCUMULATORS
from noodl_runtime.query.aggregate.expressions import EXPRESSIONS
from noodl_runtime.query.aggregate.pipeline import distinct_values, plan, read_pipeline, run_stages
from noodl_runtime.query.aggregate.stages import STAGES
from noodl_runtime.query.tree import Check, Every
from noodl_runtime.values import Date, Pointer

ANN = Pointer("Person", "ann")
SALES: list[dict[str, Any]] = [
    {"objectId": "a", "createdAt": "2024-05-01T10:00:00.000Z", "g": "x", "v": 10, "k": 1, "t": ["p", "q"]},
    {"objectId": "b", "createdAt": "2024-05-02T10:00:00.000Z", "g": "x", "v": 20, "k": 2, "t": []},
    {"objectId": "c", "createdAt": "2024-06-01T11:12:13.000Z", "g": "y", "v": 5, "k": 3, "t": ["q"], "p": ANN},
    {"objectId": "d", "createdAt": "2023-12-31T00:00:00.000Z", "g": "y", "v": 5.5, "k": 4, "p": ANN,
     "o": {"x": 1, "y": "z"}},
    {"objectId": "e", "createdAt": "2023-12-31T00:00:00.000Z", "v": None, "k": "5",
     "born": Date("2020-02-29T00:00:00.000Z")},
]  # fmt: skip


def run(*stages: dict[str, Any]) -> list[dict[str, Any]]:
    return run_stages(read_pipeline(stages), SALES)


def over_all(made: Any) -> Any:
    (row,) = run({"$group": {"_id": None, "made": made}})
    return row["made"]


ACCUMULATED = [
    ({"$sum": "$v"},                         40.5),
    ({"$sum": 1},                            5),
    ({"$sum": "$zzz"},                       0),
    ({"$sum": {"$multiply": ["$v", "$k"]}},  10 + 40 + 15 + 22.0),
    ({"$avg": "$v"},                         10.125),
    ({"$avg": "$k"},                         2.5),
    ({"$avg": "$g"},                         None),
    ({"$min": "$v"},                         5),
    ({"$max": "$v"},                         20),
    ({"$max": "$k"},                         "5"),
    ({"$min": "$zzz"},                       None),
    ({"$count": {}},                         5),
    ({"$push": "$g"},                        ["x", "x", "y", "y"]),
    ({"$addToSet": "$g"},                    ["x", "y"]),
    ({"$addToSet": "$p"},                    [ANN]),
    ({"$first": "$v"},                       10),
    ({"$last": "$v"},                        None),
]  # fmt: skip


@pytest.mark.parametrize(("made", "answer"), ACCUMULATED)
def test_each_accumulator_answers_over_a_group(made: Any, answer: Any) -> None:
    assert over_all(made) == answer


def test_every_accumulator_stage_and_expression_has_a_row() -> None:
    assert {next(iter(made)) for made, _ in ACCUMULATED} == set(ACCUMULATORS)
    assert {name.removeprefix("$") for stages, _ in PIPELINES for s in stages for name in s} == {
        name.removeprefix("$") for name in STAGES
    }
    assert {next(iter(given)) for given, _ in COMPUTED} == {*EXPRESSIONS, "$literal"}


@pytest.mark.parametrize(("made", "answer"), [({"$sum": "$v"}, 0), ({"$avg": "$v"}, None)])
def test_numbers_that_are_beyond_all_numbers_are_null(made: Any, answer: Any) -> None:
    rows = [{"v": 1e308}, {"v": 1e308}]
    stages = read_pipeline([{"$group": {"_id": None, "made": made}}])
    assert run_stages(stages, rows)[0]["made"] is None
    assert run_stages(stages, [{}])[0]["made"] == answer
    assert run_stages(stages, []) == []


COMPUTED = [
    ({"$add": ["$v", 1, "$k"]},              9),
    ({"$subtract": ["$v", "$k"]},            2),
    ({"$multiply": ["$v", "$k"]},            15),
    ({"$divide": ["$v", 2]},                 2.5),
    ({"$divide": ["$v", 0]},                 None),
    ({"$add": ["$v", "$g"]},                 None),
    ({"$mod": ["$v", 3]},                    2),
    ({"$abs": {"$subtract": [1, "$v"]}},     4),
    ({"$concat": ["$g", "-", "$t.0"]},       "y-q"),
    ({"$concat": ["$g", "$zzz"]},            None),
    ({"$size": "$t"},                        1),
    ({"$ifNull": ["$zzz", "none"]},          "none"),
    ({"$literal": "$v"},                     "$v"),
    ({"$year": "$createdAt"},                2024),
    ({"$month": "$_created_at"},             6),
    ({"$dayOfMonth": "$createdAt"},          1),
    ({"$dayOfYear": "$createdAt"},           153),
    ({"$dayOfWeek": "$createdAt"},           7),
    ({"$hour": "$createdAt"},                11),
    ({"$minute": "$createdAt"},              12),
    ({"$second": "$createdAt"},              13),
    ({"$year": "$g"},                        None),
]  # fmt: skip


@pytest.mark.parametrize(("given", "answer"), COMPUTED)
def test_each_expression_computes_a_value(given: Any, answer: Any) -> None:
    (row,) = run({"$match": {"objectId": "c"}}, {"$project": {"made": given}})
    assert row == {"objectId": "c"} | ({} if answer is None else {"made": answer})


X = {"objectId": "x", "total": 30}
Y = {"objectId": "y", "total": 10.5}
TOTAL = {"$sum": "$v"}

PIPELINES: list[tuple[list[dict[str, Any]], Any]] = [
    ([{"$group": {"_id": None, "total": TOTAL}}],                    [{"objectId": None, "total": 40.5}]),
    ([{"group": {"objectId": None, "total": TOTAL}}],                [{"objectId": None, "total": 40.5}]),
    ([{"$match": {"g": {"$ne": None}}}, {"$group": {"_id": "$g", "total": TOTAL}}], [X, Y]),
    ([{"match": {"_id": "a"}}, {"project": {"v": 1}}],               [{"objectId": "a", "v": 10}]),
    ([{"$group": {"_id": "$g", "total": TOTAL}}, {"$match": {"total": {"$gt": 20}}}], [X]),
    ([{"$group": {"_id": "$g", "total": TOTAL}}, {"$match": {"_id": "y"}}], [Y]),
    ([{"$group": {"_id": "$p"}}],               [{"objectId": None}, {"objectId": ANN}]),
    ([{"$match": {"k": {"$in": [4, "5"]}}}, {"$group": {"_id": {"g": "$g", "b": {"$year": "$born"}}}}],
     [{"objectId": {"g": "y", "b": None}}, {"objectId": {"b": 2020}}]),
    ([{"$group": {"_id": {"y": {"$year": "$_created_at"}}, "n": {"$sum": 1}}}],
     [{"objectId": {"y": 2024}, "n": 3}, {"objectId": {"y": 2023}, "n": 2}]),
    ([{"$sort": {"v": -1}}, {"$limit": 2}, {"$project": {"_id": 0, "v": 1}}], [{"v": 20}, {"v": 10}]),
    ([{"$sort": {"g": -1, "v": -1}}, {"$skip": 1}, {"$limit": 1}, {"$project": {"v": 1}}], [{"objectId": "c", "v": 5}]),
    ([{"sort": "-v"}, {"limit": "1"}, {"project": {"v": 1}}],        [{"objectId": "b", "v": 20}]),
    ([{"$match": {"objectId": "d"}}, {"$project": {"createdAt": 0, "k": 0, "p": 0, "o.x": 0}}],
     [{"objectId": "d", "g": "y", "v": 5.5, "o": {"y": "z"}}]),
    ([{"$match": {"objectId": "d"}}, {"$project": {"o.x": 1, "n.m": "$k"}}],
     [{"objectId": "d", "o": {"x": 1}, "n": {"m": 4}}]),
    ([{"$unwind": "$t"}, {"$project": {"t": 1}}],
     [{"objectId": "a", "t": "p"}, {"objectId": "a", "t": "q"}, {"objectId": "c", "t": "q"}]),
    ([{"$match": {"k": {"$lte": 2}}},
      {"$unwind": {"path": "$t", "preserveNullAndEmptyArrays": True, "includeArrayIndex": "i"}},
      {"$project": {"t": 1, "i": 1}}],
     [{"objectId": "a", "t": "p", "i": 0}, {"objectId": "a", "t": "q", "i": 1}, {"objectId": "b", "t": []}]),
    ([{"$match": {"v": {"$gt": 5}}}, {"$count": "n"}],               [{"n": 3}]),
    ([{"$match": {"v": {"$gt": 500}}}, {"$count": "n"}],             []),
    ([{"$match": {"k": 2}}, {"$addFields": {"w": {"$add": ["$v", 1]}, "o.z": 1}}, {"$project": {"w": 1, "o": 1}}],
     [{"objectId": "b", "w": 21, "o": {"z": 1}}]),
]  # fmt: skip


@pytest.mark.parametrize(("stages", "rows"), PIPELINES)
def test_a_pipeline_gives_rows(stages: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    assert run(*stages) == rows


def test_a_mapping_is_a_pipeline_in_its_order() -> None:
    assert run_stages(read_pipeline({"match": {"g": "x"}, "$count": "n"}), SALES) == [{"n": 2}]


REFUSED = [
    ([{"$frob": 1}],                                     "invalid aggregate stage '$frob'; known: match"),
    ([{"$lookup": {}}],                                  "invalid aggregate stage '$lookup'"),
    ([{"group": {"_id": None}}],                         "group needs the key 'objectId'"),
    ([{"$group": {"t": {"$sum": "$v"}}}],                "$group needs the key '_id'"),
    ([{"$group": {"_id": None, "t": {"$frob": 1}}}],     "not '$frob'; known: $sum"),
    ([{"$group": {"_id": None, "t": 5}}],                "needs one accumulator"),
    ([{"$group": {"_id": None, "t": {"$sum": {"$frob": 1}}}}], "unknown expression '$frob'"),
    ([{"$group": {"_id": "$a b"}}],                      "invalid field name"),
    ([{"$group": {"_id": None, "a.b": {"$sum": 1}}}],    "cannot be called 'a.b'"),
    ([{"$match": {"n": {"$frob": 1}}}],                  "unknown operator '$frob'"),
    ([{"$match": {}, "$limit": 1}],                      "an object with one key"),
    ([5],                                                "an object with one key"),
    ("x",                                                "a list of stages"),
    ([{"$limit": 1}] * 101,                              "at most 100 stages"),
    ([{"$limit": -1}],                                   "limit is a whole number"),
    ([{"$limit": None}],                                 "limit needs a whole number"),
    ([{"$skip": "x"}],                                   "skip is a whole number"),
    ([{"$sort": {"v": 2}}],                              "of 1 and -1"),
    ([{"$sort": {}}],                                    "of 1 and -1"),
    ([{"$project": {"a": 1, "b": 0}}],                   "not both"),
    ([{"$project": {}}],                                 "needs an object"),
    ([{"$addFields": 1}],                                "needs an object"),
    ([{"$unwind": "t"}],                                 "begins with $"),
    ([{"$unwind": {"path": "$t", "x": 1}}],              "unwind needs"),
    ([{"$count": ""}],                                   "count needs the name"),
]  # fmt: skip


@pytest.mark.parametrize(("pipeline", "message"), REFUSED)
def test_a_stage_that_is_not_understood_is_refused_by_name(pipeline: Any, message: str) -> None:
    with pytest.raises(BadQuery) as refused:
        read_pipeline(pipeline)
    assert message in str(refused.value)


def test_a_plan_leaves_matches_sort_skip_and_limit_to_the_store() -> None:
    made = plan(
        read_pipeline(
            [
                {"$match": {"g": "x"}},
                {"$match": {"v": 1}},
                {"$sort": {"v": -1}},
                {"$skip": 1},
                {"$limit": 5},
                {"$group": {"_id": "$g", "total": {"$sum": "$o.v"}}},
            ]
        )
    )
    assert made.condition == Every((Check(("g",), "equalTo", "x"), Check(("v",), "equalTo", 1)))
    assert (made.order, made.skip, made.limit) == (("-v",), 1, 5)
    assert made.fields == {"g", "o"}
    assert [found.name for found in made.stages] == ["group"]


def test_a_plan_takes_only_what_stands_in_that_order() -> None:
    made = plan(read_pipeline([{"$limit": 1}, {"$match": {"a": 1}}, {"$skip": 1}]))
    assert (made.limit, made.fields) == (1, None)
    assert [found.name for found in made.stages] == ["match", "skip"]
    assert plan(()).stages == ()


def test_a_stage_holds_a_limited_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("stage", "grouping", "pipeline"):
        monkeypatch.setattr(f"noodl_runtime.query.aggregate.{module}.MAX_HELD", 3)
    assert stage.MAX_HELD == 3
    for found in ({"$sort": {"v": 1}}, {"$group": {"_id": "$k"}}, {"$limit": 4}):
        with pytest.raises(BadQuery, match="more than 3"):
            run(found)
    with pytest.raises(BadQuery, match="more than 3"):
        run({"$group": {"_id": None, "all": {"$push": "$objectId"}}})
    with pytest.raises(BadQuery, match="more than 3"):
        distinct_values(SALES, ("k",))


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (("g",), ["x", "y"]),
        (("t",), ["p", "q"]),
        (("p",), [ANN]),
        (("o", "x"), [1]),
        (("zzz",), []),
    ],
)
def test_distinct_values_are_those_of_fields_and_list_elements(
    path: tuple[str, ...], values: list[Any]
) -> None:
    assert distinct_values(SALES, path) == values
