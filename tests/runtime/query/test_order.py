from typing import Any

import pytest

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.order import read_count, read_order, sort_records
from noodl_runtime.values import Date, Pointer


@pytest.mark.parametrize(
    ("given", "order"),
    [
        ("-a, b", ("-a", "b")),
        (["-a", "b.c"], ("-a", "b.c")),
        ("", ()),
        (None, ()),
        ([], ()),
        ("a,,b", ("a", "b")),
    ],
)
def test_an_order_is_a_text_or_a_list(given: Any, order: tuple[str, ...]) -> None:
    assert read_order(given) == order


@pytest.mark.parametrize("given", ["bad key!", "n;drop", "n' desc", "--n", "n desc", "_hash", "é"])
def test_an_order_by_what_is_no_name_is_refused(given: str) -> None:
    with pytest.raises(BadQuery) as refused:
        read_order(given)
    assert refused.value.code == 105


@pytest.mark.parametrize("given", [5, [1], {"a": 1}, ",".join("abcdefghijklmnopqrstuvw")])
def test_an_order_of_another_shape_is_refused(given: Any) -> None:
    with pytest.raises(BadQuery, match="order"):
        read_order(given)


@pytest.mark.parametrize(
    ("given", "count"), [(0, 0), ("0", 0), (7, 7), ("007", 7), (3.0, 3), (None, 100), ("", 100)]
)
def test_a_limit_is_a_whole_number(given: Any, count: int) -> None:
    assert read_count("limit", given, 100) == count


@pytest.mark.parametrize(
    "given", [-1, "-1", 1.5, "1.5", "x", True, "1e3", "٣", [1], 10**20, "9" * 17, float("nan")]
)
def test_a_limit_that_is_no_whole_number_of_0_or_more_is_refused(given: Any) -> None:
    with pytest.raises(BadQuery, match="limit is a whole number of 0 or more"):
        read_count("limit", given, 100)


def test_values_of_mixed_kinds_sort_null_numbers_texts_then_the_rest() -> None:
    values = ["b", {"x": 1}, 2, None, False, "B", 1.5, True, Pointer("A", "x"), Date("2024"), "é"]
    records = [{"v": value} for value in values]
    assert [r["v"] for r in sort_records(records, ("v",))] == [
        None, 1.5, 2, "B", "b", "é", False, True, Date("2024"), Pointer("A", "x"), {"x": 1},
    ]  # fmt: skip


def test_ties_keep_the_order_of_creation_descending_too() -> None:
    records = [{"n": n, "a": a, "createdAt": "x"} for n, a in [(1, 5), (2, 6), (3, 5), (4, 6)]]
    assert [r["n"] for r in sort_records(records, ("a",))] == [1, 3, 2, 4]
    assert [r["n"] for r in sort_records(records, ("-a",))] == [2, 4, 1, 3]
    assert [r["n"] for r in sort_records(records, ("-createdAt",))] == [4, 3, 2, 1]
    assert [r["n"] for r in sort_records(records, ("a", "-createdAt"))] == [3, 1, 4, 2]
