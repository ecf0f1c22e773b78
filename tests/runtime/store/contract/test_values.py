"""What is written is what is read, whatever it is."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noodl_runtime.errors import InvalidValue, PortableError, WrongType
from noodl_runtime.store.contract import CloudStore, Create
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
from tests.runtime.store.worlds import create, found, save

MOMENT = Date("2024-05-01T10:01:00.123Z")

VALUES = [
    ("name", ""),
    ("name", 'it\'s "quoted"\n\t`back`\\'),
    ("name", "Grüße 東京 🙂 e\u0301"),
    ("name", "a\u0000b"),
    ("name", "x" * 100_000),
    ("price", 0),
    ("price", 1),
    ("price", 1.0),
    ("price", -0.0),
    ("price", 0.1 + 0.2),
    ("price", 2**53),
    ("price", -(2**63)),
    ("price", 2**63 - 1),
    ("price", 1e21),
    ("price", 5e-324),
    ("sold", True),
    ("sold", False),
    ("since", MOMENT),
    ("details", {}),
    ("details", {"a": {"b": [1, 1.0, True, None, "", {}, []]}, "": "empty key"}),
    ("details", {"when": MOMENT, "who": Pointer("Shelf", "s1"), "where": GeoPoint(1, 2.5)}),
    ("details", {"__type": "Strange", "x": 1}),
    ("details", {"big": 2**70}),
    ("sizes", []),
    ("sizes", [None, False, 0, "", [MOMENT, [File("a.png")]]]),
    ("shelf", Pointer("Shelf", "nobody1234")),
    ("place", GeoPoint(40, -30.25)),
    ("area", Polygon(((0, 0), (0, 1.5), (1, 1)))),
    ("picture", File("thing.png")),
    ("raw", Bytes("ZnJveW8=")),
    *((name, None) for name in ("name", "price", "sold", "since", "details", "sizes", "shelf")),
]


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_value_comes_back_as_it_was_sent(store: CloudStore, name: str, value: Any) -> None:
    made = create(store, "Product", **{name: value})

    (read,) = found(store, "Product")

    assert read == made == store.fetch("Product", made["objectId"])
    assert repr(read[name]) == repr(value)


def test_a_field_that_was_never_set_is_absent_and_null_is_null(store: CloudStore) -> None:
    create(store, "Product", name=None)

    (read,) = found(store, "Product")

    assert read["name"] is None
    assert "price" not in read


def test_a_relation_field_says_where_it_leads_in_every_record(store: CloudStore) -> None:
    assert create(store, "Product")["tags"] == RelationTo("Tag")
    assert found(store, "Product")[0]["tags"] == RelationTo("Tag")


BENT = [
    ("since", Date("2024-05-01T12:01:00+02:00"), Date("2024-05-01T10:01:00.000Z")),
    ("since", Date("2024-05-01"), Date("2024-05-01T00:00:00.000Z")),
    ("price", 2**64, float(2**64)),
    ("picture", File("a.png", "http://example.invalid/a.png"), File("a.png")),
    ("shelf", Included("Shelf", {"objectId": "s1", "label": "top"}), Pointer("Shelf", "s1")),
    ("shelf", Pointer("", "s1"), Pointer("Shelf", "s1")),
]


@pytest.mark.parametrize(("name", "sent", "kept"), BENT)
def test_what_is_kept_in_another_form_is_answered_in_that_form(
    store: CloudStore, name: str, sent: Any, kept: Any
) -> None:
    made = create(store, "Product", **{name: sent})

    assert made[name] == kept
    assert found(store, "Product")[0][name] == kept


WRONG = [
    ("price", "x", "schema mismatch for Product.price; expected Number but got String"),
    ("price", True, "schema mismatch for Product.price; expected Number but got Boolean"),
    ("sold", 1, "schema mismatch for Product.sold; expected Boolean but got Number"),
    ("name", 5, "schema mismatch for Product.name; expected String but got Number"),
    ("since", "2024-05-01", "schema mismatch for Product.since; expected Date but got String"),
    ("sizes", {"a": 1}, "schema mismatch for Product.sizes; expected Array but got Object"),
    ("details", [1], "schema mismatch for Product.details; expected Object but got Array"),
    ("tags", "x", "schema mismatch for Product.tags; expected Relation<Tag> but got String"),
    (
        "shelf",
        Pointer("Room", "r1"),
        "schema mismatch for Product.shelf; expected Pointer<Shelf> but got Pointer<Room>",
    ),
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_a_value_of_another_type_is_refused_by_name(
    store: CloudStore, name: str, value: Any, message: str
) -> None:
    with pytest.raises(WrongType) as refusal:
        create(store, "Product", **{name: value})

    assert str(refusal.value) == message
    assert refusal.value.code == 111
    assert found(store, "Product") == []


IMPOSSIBLE = [
    ("name", "\ud83d"),
    ("details", {"a": ["\udc00"]}),
    ("price", float("nan")),
    ("price", float("inf")),
    ("price", 10**400),
    ("details", {"a": float("inf")}),
    ("since", Date("yesterday")),
    ("place", GeoPoint(91, 0)),
    ("area", Polygon(((0, 0), (1, 1)))),
]


@pytest.mark.parametrize(("name", "value"), IMPOSSIBLE)
def test_a_value_that_cannot_be_kept_is_refused_with_its_field(
    store: CloudStore, name: str, value: Any
) -> None:
    with pytest.raises(InvalidValue, match=f"^{name}: "):
        create(store, "Product", **{name: value})


def test_a_field_the_collection_lacks_is_refused_unless_it_is_null(store: CloudStore) -> None:
    create(store, "Product", colour=None)

    with pytest.raises(WrongType, match=r"Product\.colour"):
        create(store, "Product", colour="red")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.just(MOMENT),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    record=st.fixed_dictionaries(
        {},
        optional={
            "name": st.none() | st.text(),
            "price": st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(-1e308, 1e308),
            "sold": st.none() | st.booleans(),
            "details": st.none() | st.dictionaries(st.text(), json_values, max_size=4),
            "sizes": st.none() | st.lists(json_values, max_size=4),
        },
    )
)
def test_any_record_comes_back_equal(store: CloudStore, record: dict[str, Any]) -> None:
    try:
        made = create(store, "Product", **record)
    except PortableError:
        return  # an object may look exactly like an envelope and hold what none can

    read = store.fetch("Product", made["objectId"])

    assert repr({name: read[name] for name in record}) == repr(record)


def test_a_batch_of_values_keeps_each_type(store: CloudStore) -> None:
    values = [{"name": "a", "price": 1}, {"name": "b", "price": 1.5}]

    store.batch([Create(collection="Product", values=each) for each in values])
    read = found(store, "Product")

    assert [(each["name"], each["price"]) for each in read] == [("a", 1), ("b", 1.5)]


def test_a_saved_null_is_null_and_a_later_value_takes_its_place(store: CloudStore) -> None:
    made = create(store, "Product", name="a", price=1)

    save(store, made, "Product", name=None)
    assert found(store, "Product")[0]["name"] is None
    save(store, made, "Product", name="b")
    assert found(store, "Product")[0]["name"] == "b"
