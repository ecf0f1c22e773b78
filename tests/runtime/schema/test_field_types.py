"""The table of field types: each has its SQL, its values, and a way there and back."""

import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noodl_runtime.errors import InvalidValue, WrongType
from noodl_runtime.schema.field_types import (
    FIELD_TYPES,
    check,
    decode,
    encode,
    fits,
    infer,
    type_text,
)
from noodl_runtime.schema.model import Field
from noodl_runtime.values import (
    Bytes,
    Date,
    File,
    GeoPoint,
    Included,
    Pointer,
    Polygon,
    RelationTo,
)

DAY = Date("2024-05-01T00:00:00.000Z")

# type        target  value                              what SQLite holds
CASES: list[tuple[str, str | None, Any, Any]] = [
    ("String", None, "Grüße 🙂", "Grüße 🙂"),
    ("Number", None, 1, 1),
    ("Number", None, 1.0, 1.0),
    ("Boolean", None, True, 1),
    ("Boolean", None, False, 0),
    ("Date", None, DAY, "2024-05-01T00:00:00.000Z"),
    ("Object", None, {"a": None}, '{"a":null}'),
    ("Object", None, {"d": DAY}, '{"d":{"__type":"Date","iso":"2024-05-01T00:00:00.000Z"}}'),
    ("Array", None, [1, "ä"], '[1,"ä"]'),
    ("Pointer", "List", Pointer("List", "a1"), "a1"),
    ("File", None, File("a.png"), "a.png"),
    ("GeoPoint", None, GeoPoint(1, 2.5), "[1,2.5]"),
    ("Polygon", None, Polygon(((0, 0), (0, 1), (1, 1))), "[[0,0],[0,1],[1,1]]"),
    ("Bytes", None, Bytes("AA=="), "AA=="),
]


@pytest.mark.parametrize(("name", "target", "value", "stored"), CASES)
def test_a_value_goes_into_its_column_and_back(
    name: str, target: str | None, value: Any, stored: Any
) -> None:
    field = Field(name="x", type=name, target=target)
    check("Todo", field, value)

    assert repr(encode(field, value)) == repr(stored)
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE t (x {FIELD_TYPES[name].sql})")
    connection.execute("INSERT INTO t VALUES (?)", [stored])
    ((kept,),) = connection.execute("SELECT x FROM t")
    connection.close()
    assert repr(kept) == repr(stored)
    assert repr(decode(field, kept)) == repr(value)


def test_every_type_with_a_column_has_a_case() -> None:
    with_column = {name for name, row in FIELD_TYPES.items() if row.sql is not None}

    assert {name for name, *_ in CASES} == with_column


INFERRED = [
    (None, None),
    (True, ("Boolean", None)),
    (1, ("Number", None)),
    (0.5, ("Number", None)),
    ("", ("String", None)),
    ([], ("Array", None)),
    ({}, ("Object", None)),
    (DAY, ("Date", None)),
    (Pointer("List", "a1"), ("Pointer", "List")),
    (Pointer("", "a1"), ("Pointer", None)),
    (Included("List", {"objectId": "a1"}), ("Pointer", "List")),
    (RelationTo("Tag"), ("Relation", "Tag")),
    (File("a"), ("File", None)),
    (GeoPoint(0, 0), ("GeoPoint", None)),
    (Polygon(()), ("Polygon", None)),
    (Bytes(""), ("Bytes", None)),
]


@pytest.mark.parametrize(("value", "expected"), INFERRED)
def test_the_first_value_gives_a_field_its_type(
    value: Any, expected: tuple[str, str | None] | None
) -> None:
    assert infer(value) == expected


def test_what_is_no_value_of_a_record_has_no_type() -> None:
    with pytest.raises(InvalidValue, match="no field can hold a object"):
        infer(object())


def test_a_target_that_is_not_said_fits_any() -> None:
    field = Field(name="list", type="Pointer", target="List")

    assert fits(field, "Pointer", "List")
    assert fits(field, "Pointer", None)
    assert not fits(field, "Pointer", "Other")
    assert type_text("Pointer", "List") == "Pointer<List>"
    with pytest.raises(WrongType, match=r"Todo\.list; expected Pointer<List> but got String"):
        check("Todo", field, "a1")


@given(number=st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_that_fits_comes_back(number: float) -> None:
    field = Field(name="x", type="Number")
    try:
        stored = encode(field, number)
    except InvalidValue:
        assert abs(number) > 1.7e308
        return

    assert stored == number or abs(number) >= 2**63
    assert type(stored) is type(number) or abs(number) >= 2**63


@given(name=st.text())
def test_every_text_of_whole_characters_is_kept(name: str) -> None:
    assert encode(Field(name="x", type="String"), name) == name
