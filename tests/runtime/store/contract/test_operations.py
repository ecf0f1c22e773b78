"""Operations on fields: what they do to each present value, alone and side by side."""

from typing import Any

import gevent
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from noodl_runtime.errors import InvalidValue, NoSuchRecord, WrongType
from noodl_runtime.schema.operations import (
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
)
from noodl_runtime.schema.same import same_value
from noodl_runtime.store.contract import CloudStore, Save
from noodl_runtime.values import Pointer, Record
from tests.runtime.store.worlds import create, delete, found, save

ABSENT = object()

# field      before            operation                        after
CASES: list[tuple[str, Any, Operation, Any]] = [
    ("price", 10, Increment(5), 15),
    ("price", 10, Increment(-0.5), 9.5),
    ("price", ABSENT, Increment(4), 4),
    ("price", None, Increment(4), 4),
    ("sizes", [1], Add((2, 2)), [1, 2, 2]),
    ("sizes", ABSENT, Add(("p",)), ["p"]),
    ("sizes", [1, "a"], AddUnique((1.0, "a", True)), [1, "a", True]),
    ("sizes", ABSENT, AddUnique(("a", "a")), ["a"]),
    ("sizes", [{"x": 1, "y": 2}], AddUnique(({"y": 2, "x": 1},)), [{"x": 1, "y": 2}]),
    ("sizes", [1, 2, 1, True], Remove((1,)), [2, True]),
    ("sizes", [1], Remove((9,)), [1]),
    ("sizes", ABSENT, Remove((9,)), []),
    ("name", "a", Delete(), ABSENT),
    ("name", None, Delete(), ABSENT),
    ("name", ABSENT, Delete(), ABSENT),
    ("unknown", ABSENT, Delete(), ABSENT),
    ("price", 1, SetOnInsert(2), 1),
    ("price", 1, Batch((Increment(1), Increment(2))), 4),
    ("details", {"a": {"n": 1}}, Increment(10), WrongType),
    ("name", "x", Increment(1), WrongType),
    ("price", 1, Add((1,)), WrongType),
    ("name", "x", AddRelation((Pointer("Tag", "t"),)), WrongType),
]


@pytest.mark.parametrize(("name", "before", "operation", "after"), CASES)
def test_an_operation_changes_the_present_value(
    store: CloudStore, name: str, before: Any, operation: Operation, after: Any
) -> None:
    made = create(store, "Product", **({} if before is ABSENT else {name: before}))

    if after is WrongType:
        with pytest.raises(WrongType):
            save(store, made, "Product", **{name: operation})
        return
    saved = save(store, made, "Product", **{name: operation})

    assert saved.get(name, ABSENT) == after
    assert found(store, "Product") == [saved]


# path           operation or value      details afterwards
NESTED = [
    ("details.b", 5, {"a": {"n": 1}, "b": 5}),
    ("details.a.n", Increment(10), {"a": {"n": 11}}),
    ("details.a.n", Delete(), {"a": {}}),
    ("details.x.y", "new", {"a": {"n": 1}, "x": {"y": "new"}}),
    ("details.a.list", Add((1,)), {"a": {"n": 1, "list": [1]}}),
    ("details.a", None, {"a": None}),
]


@pytest.mark.parametrize(("path", "value", "after"), NESTED)
def test_a_dotted_name_changes_one_value_inside_an_object(
    store: CloudStore, path: str, value: Any, after: Any
) -> None:
    made = create(store, "Product", details={"a": {"n": 1}})

    assert save(store, made, "Product", **{path: value})["details"] == after
    assert found(store, "Product")[0]["details"] == after


REFUSED_PATHS = [
    ("details.a.n.deep", 1, InvalidValue),
    ("details.a", Increment(1), InvalidValue),
    ("name.x", 1, WrongType),
    ("sizes.7", 1, InvalidValue),
]


@pytest.mark.parametrize(("path", "value", "error"), REFUSED_PATHS)
def test_a_path_that_leads_nowhere_is_refused(
    store: CloudStore, path: str, value: Any, error: type[Exception]
) -> None:
    made = create(store, "Product", name="a", details={"a": {"n": 1}}, sizes=[1])

    with pytest.raises(error):
        save(store, made, "Product", **{path: value})


def test_operations_of_a_create_begin_with_nothing(store: CloudStore) -> None:
    made = create(
        store,
        "Product",
        price=Increment(3),
        sizes=Add(("a",)),
        name=Delete(),
        sold=SetOnInsert(True),
    )

    assert (made["price"], made["sizes"], made["sold"]) == (3, ["a"], True)
    assert "name" not in made


def test_increments_of_many_at_once_add_up(store: CloudStore) -> None:
    made = create(store, "Product", price=0)

    def work() -> None:
        for _ in range(5):
            save(store, made, "Product", price=Increment(1))

    gevent.joinall([gevent.spawn(work) for _ in range(10)], raise_error=True)

    assert found(store, "Product")[0]["price"] == 50


def test_saves_of_different_fields_never_undo_each_other(store: CloudStore) -> None:
    made = create(store, "Product")
    save(store, made, "Product", name="a")
    save(store, made, "Product", price=1)

    (read,) = found(store, "Product")

    assert (read["name"], read["price"]) == ("a", 1)


# -- relations


def tags_of(store: CloudStore, product: Record) -> list[str]:
    owner = Pointer("Product", product["objectId"])
    where = {"$relatedTo": {"object": owner, "key": "tags"}}
    return [tag["word"] for tag in found(store, "Tag", where=where, order=("word",))]


def to(*tags: Record) -> tuple[Pointer, ...]:
    return tuple(Pointer("Tag", tag["objectId"]) for tag in tags)


@pytest.fixture
def tags(store: CloudStore) -> list[Record]:
    return [create(store, "Tag", word=word) for word in ("new", "red", "soft")]


def test_a_relation_is_asked_from_both_sides(store: CloudStore, tags: list[Record]) -> None:
    new, red, _ = tags
    first = create(store, "Product", tags=AddRelation(to(new, red)))
    second = create(store, "Product", tags=AddRelation(to(red)))

    assert tags_of(store, first) == ["new", "red"]
    assert [p["objectId"] for p in found(store, "Product", where={"tags": to(red)[0]})] == [
        first["objectId"],
        second["objectId"],
    ]


def test_adding_twice_and_removing_what_is_not_there_change_nothing(
    store: CloudStore, tags: list[Record]
) -> None:
    new, red, _ = tags
    product = create(store, "Product", tags=AddRelation(to(new)))

    save(store, product, "Product", tags=AddRelation(to(new)))
    save(store, product, "Product", tags=RemoveRelation(to(red)))

    assert tags_of(store, product) == ["new"]


def test_a_batch_adds_and_removes_in_one_save(store: CloudStore, tags: list[Record]) -> None:
    new, red, soft = tags
    product = create(store, "Product", tags=AddRelation(to(new, red)))

    save(store, product, "Product", tags=Batch((AddRelation(to(soft)), RemoveRelation(to(new)))))

    assert tags_of(store, product) == ["red", "soft"]


def test_records_of_another_collection_do_not_go_into_a_relation(store: CloudStore) -> None:
    message = r"expected Relation<Tag> but got Relation<Room>"

    with pytest.raises(WrongType, match=message):
        create(store, "Product", tags=AddRelation((Pointer("Room", "r1"),)))


def test_a_relation_sent_back_as_it_was_answered_stays_as_it_is(
    store: CloudStore, tags: list[Record]
) -> None:
    product = create(store, "Product", tags=AddRelation(to(tags[0])))

    save(store, product, "Product", tags=product["tags"])

    assert tags_of(store, product) == ["new"]


def test_a_deleted_record_leaves_the_relations_it_was_in(
    store: CloudStore, tags: list[Record]
) -> None:
    new, red, _ = tags
    product = create(store, "Product", tags=AddRelation(to(new, red)))

    delete(store, new, "Tag")

    assert tags_of(store, product) == ["red"]
    assert found(store, "Product", where={"tags": to(new)[0]}) == []


def test_a_relation_operation_on_a_missing_record_says_so(
    store: CloudStore, tags: list[Record]
) -> None:
    with pytest.raises(NoSuchRecord, match=r"Object not found\."):
        store.write(
            Save(
                collection="Product",
                object_id="nobody",
                values={"tags": AddRelation(to(tags[0]))},
            )
        )


# -- any sequence of operations does what it does to a plain dict

numbers = st.integers(-5, 5)
elements = st.sampled_from([1, 1.0, True, "a", None, {"x": 1}])
changes = st.one_of(
    st.tuples(st.just("price"), st.builds(Increment, numbers)),
    st.tuples(st.just("price"), numbers | st.none()),
    st.tuples(st.just("price"), st.builds(Delete)),
    st.tuples(st.just("sizes"), st.builds(Add, st.tuples(elements))),
    st.tuples(st.just("sizes"), st.builds(AddUnique, st.tuples(elements, elements))),
    st.tuples(st.just("sizes"), st.builds(Remove, st.tuples(elements))),
    st.tuples(st.just("sizes"), st.lists(elements, max_size=3)),
    st.tuples(st.just("name"), st.text(max_size=3) | st.none()),
    st.tuples(st.just("name"), st.builds(Delete)),
)


def expected(model: Record, name: str, change: Any) -> None:
    """Do to a plain dict what a save is to do, in other words than the store's."""
    before = model.get(name)
    if isinstance(change, Delete):
        model.pop(name, None)
    elif isinstance(change, Increment):
        model[name] = (before or 0) + change.amount
    elif isinstance(change, Add):
        model[name] = [*(before or []), *change.objects]
    elif isinstance(change, Remove):
        model[name] = [x for x in before or [] if not any(same_value(x, y) for y in change.objects)]
    elif isinstance(change, AddUnique):
        model[name] = list(before or [])
        for each in change.objects:
            if not any(same_value(each, x) for x in model[name]):
                model[name].append(each)
    else:
        model[name] = change


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(changes, max_size=12))
def test_a_series_of_saves_does_what_it_does_to_a_dict(
    store: CloudStore, steps: list[tuple[str, Any]]
) -> None:
    made = create(store, "Product")
    model: Record = {}

    for name, change in steps:
        save(store, made, "Product", **{name: change})
        expected(model, name, change)

    read = store.fetch("Product", made["objectId"])
    system = ("objectId", "createdAt", "updatedAt", "tags")
    assert {name: read[name] for name in read if name not in system} == model
