"""Reading operations from their wire form; what they do is tested over every store."""

from typing import Any

import pytest

from noodl_runtime.errors import BadRequest, InvalidValue
from noodl_runtime.schema.operations import (
    MISSING,
    Add,
    AddRelation,
    AddUnique,
    Batch,
    Delete,
    Increment,
    Operation,
    Remove,
    RemoveRelation,
    SetOnInsert,
    read_operation,
)
from noodl_runtime.schema.same import same_value
from noodl_runtime.values import Pointer

TAG = Pointer("Tag", "t1")

READ: list[tuple[dict[str, Any], Operation, tuple[str, str | None] | None]] = [
    ({"__op": "Increment", "amount": 5}, Increment(5), ("Number", None)),
    ({"__op": "Add", "objects": [1, 1]}, Add((1, 1)), ("Array", None)),
    ({"__op": "AddUnique", "objects": []}, AddUnique(()), ("Array", None)),
    ({"__op": "Remove", "objects": ["x"]}, Remove(("x",)), ("Array", None)),
    ({"__op": "Delete"}, Delete(), None),
    ({"__op": "AddRelation", "objects": [TAG]}, AddRelation((TAG,)), ("Relation", "Tag")),
    ({"__op": "RemoveRelation", "objects": []}, RemoveRelation(()), None),
    ({"__op": "SetOnInsert", "amount": "x"}, SetOnInsert("x"), ("String", None)),
    (
        {"__op": "Batch", "ops": [{"__op": "RemoveRelation", "objects": []}, AddRelation((TAG,))]},
        Batch((RemoveRelation(()), AddRelation((TAG,)))),
        ("Relation", "Tag"),
    ),
]


@pytest.mark.parametrize(("document", "operation", "implied"), READ)
def test_an_operation_is_read_by_name_and_implies_a_type(
    document: dict[str, Any], operation: Operation, implied: tuple[str, str | None] | None
) -> None:
    assert read_operation(document) == operation
    assert operation.implied_type() == implied


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"__op": "Frobnicate"}, "unknown operation 'Frobnicate'; known: Increment"),
    ({"__op": ["x"]}, "unknown operation"),
    ({}, "unknown operation None"),
    ({"__op": "Increment", "amount": "x"}, "needs a number"),
    ({"__op": "Increment", "amount": True}, "needs a number"),
    ({"__op": "Add", "objects": 3}, "needs a list as objects"),
    ({"__op": "AddRelation", "objects": ["t1"]}, "a relation holds pointers"),
    ({"__op": "Batch", "ops": {}}, "needs a list as ops"),
    ({"__op": "Batch", "ops": [1]}, "an operation is an object"),
]


@pytest.mark.parametrize(("document", "message"), REFUSED)
def test_an_operation_that_is_not_understood_is_refused(
    document: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadRequest, match=message) as refusal:
        read_operation(document)

    assert refusal.value.code == 107


def test_delete_leaves_nothing_and_what_follows_it_begins_anew() -> None:
    assert Delete().apply(5) is MISSING
    assert Batch((Delete(), Increment(2))).apply(5) == 2


def test_a_sum_beyond_all_numbers_is_refused() -> None:
    with pytest.raises(InvalidValue):
        Increment(1e308).apply(1e308)


SAME = [
    (1, 1.0, True),
    (1, True, False),
    (0, False, False),
    (None, False, False),
    ("1", 1, False),
    ({"a": 1, "b": [True]}, {"b": [True], "a": 1.0}, True),
    ({"a": 1}, {"a": True}, False),
    ([1, 2], [2, 1], False),
    ([1], [1, 1], False),
    (TAG, Pointer("Tag", "t1"), True),
    (TAG, Pointer("Room", "t1"), False),
]


@pytest.mark.parametrize(("one", "other", "same"), SAME)
def test_values_are_the_same_as_json_sees_them(one: Any, other: Any, same: bool) -> None:
    assert same_value(one, other) is same
    assert same_value(other, one) is same
