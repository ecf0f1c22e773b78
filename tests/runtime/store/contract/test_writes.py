"""Writes: ids and times, all or nothing, who may, what a batch answers."""

import re

import pytest

from noodl_runtime.errors import (
    BadName,
    DuplicateValue,
    InvalidValue,
    NoSuchCollection,
    NoSuchRecord,
    WrongType,
)
from noodl_runtime.store.contract import CloudStore, Create, Delete, Save
from tests.runtime.store.worlds import collection, create, delete, field, found, save, schema

ANN = frozenset({"*", "ann"})
BOB = frozenset({"*", "bob", "role:clerk"})


def test_a_new_record_has_an_id_of_ten_letters_and_digits_and_one_time(store: CloudStore) -> None:
    made = create(store, "Product", name="a")

    assert re.fullmatch(r"[A-Za-z0-9]{10}", made["objectId"])
    assert made["createdAt"] == made["updatedAt"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["createdAt"])


def test_a_save_moves_updated_at_and_leaves_created_at(store: CloudStore) -> None:
    made = create(store, "Product", name="a")

    saved = save(store, made, "Product")

    assert saved["createdAt"] == made["createdAt"]
    assert saved["updatedAt"] > made["updatedAt"]


def test_what_a_client_says_about_system_fields_is_not_taken_over(store: CloudStore) -> None:
    made = create(store, "Product", createdAt="2001-01-01T00:00:00.000Z", objectId="mine")

    saved = save(store, made, "Product", objectId="other", updatedAt="2001-01-01T00:00:00.000Z")

    assert made["createdAt"] > "2024"
    assert made["objectId"] != "mine"
    assert saved["objectId"] == made["objectId"]
    assert saved["updatedAt"] > made["updatedAt"]


def test_an_import_chooses_id_and_times(store: CloudStore) -> None:
    made = store.write(
        Create(
            collection="Product",
            values={},
            object_id="myOwnId-01",
            created_at="2020-01-01T00:00:00.000Z",
            updated_at="2021-01-01T00:00:00.000Z",
        )
    )

    assert found(store, "Product") == [made]
    assert (made["objectId"], made["createdAt"], made["updatedAt"][:4]) == (
        "myOwnId-01",
        "2020-01-01T00:00:00.000Z",
        "2021",
    )


@pytest.mark.parametrize("object_id", ["", "*", "role:admin", "a b", "ä", "x" * 129, "-a"])
def test_a_chosen_id_cannot_imitate_a_role_or_leave_the_pattern(
    store: CloudStore, object_id: str
) -> None:
    with pytest.raises(InvalidValue):
        store.write(Create(collection="Product", values={}, object_id=object_id))


def test_an_id_that_is_taken_is_refused_and_the_record_stays(store: CloudStore) -> None:
    store.write(Create(collection="Product", values={"price": 1}, object_id="one"))

    with pytest.raises(DuplicateValue) as refusal:
        store.write(Create(collection="Product", values={"price": 2}, object_id="one"))

    assert refusal.value.fields == ("objectId",)
    assert [each["price"] for each in found(store, "Product")] == [1]


def test_a_unique_value_is_refused_a_second_time_and_null_is_not(store: CloudStore) -> None:
    create(store, "Tag", word="new")
    create(store, "Tag", word=None)
    create(store, "Tag", word=None)

    with pytest.raises(DuplicateValue, match="word") as refusal:
        create(store, "Tag", word="new")

    assert (refusal.value.code, refusal.value.fields) == (137, ("word",))


def test_writing_to_what_is_not_there_says_so(store: CloudStore) -> None:
    with pytest.raises(NoSuchCollection, match="Nowhere"):
        store.write(Create(collection="Nowhere", values={}))
    for write in (
        Save(collection="Product", object_id="nobody", values={"price": 1}),
        Delete(collection="Product", object_id="nobody"),
    ):
        with pytest.raises(NoSuchRecord, match=r"^Object not found\.$"):
            store.write(write)


@pytest.mark.parametrize("name", ["_bad", "1bad", "a-b", "a b", "a$b", "", "n" * 129, "ä", "a\n"])
def test_a_name_outside_the_pattern_is_refused(store: CloudStore, name: str) -> None:
    with pytest.raises(BadName) as refusal:
        create(store, "Product", **{name: 1})

    assert refusal.value.code == 105


def test_a_delete_answers_the_record_as_it_was_and_a_second_one_finds_nothing(
    store: CloudStore,
) -> None:
    made = create(store, "Product", name="a")

    assert delete(store, made, "Product") == made
    with pytest.raises(NoSuchRecord):
        delete(store, made, "Product")


# -- rules


def test_required_default_and_constraint_hold(store: CloudStore) -> None:
    store.update_schema(
        schema(
            *store.get_schema().collections.values(),
            collection(
                "Task",
                field("title", "String", required=True, constraint={"maxLength": 5}),
                field("done", "Boolean", required=True, default=False),
                field("steps", "Array", constraint={"items": {"type": "number"}}),
            ),
        )
    )
    task = create(store, "Task", title="abc")
    assert task["done"] is False

    refused = [
        ({}, "title is required"),
        ({"title": None}, "title is required"),
        ({"title": "too long"}, "title: 'too long' is too long"),
        ({"title": "a", "steps": [1, "x"]}, "steps: 'x' is not of type 'number'"),
    ]
    for values, message in refused:
        with pytest.raises(InvalidValue, match=message) as refusal:
            create(store, "Task", **values)
        assert refusal.value.code == 142
    with pytest.raises(InvalidValue, match="done is required"):
        save(store, task, "Task", done=None)
    assert save(store, task, "Task", steps=[1])["title"] == "abc"


# -- ACL


def test_an_acl_keeps_its_true_entries_only(store: CloudStore) -> None:
    acl = {"ann": {"read": True, "write": True}, "*": {"read": True, "write": False}, "bob": {}}

    made = create(store, "Product", ACL=acl)

    assert made["ACL"] == {"ann": {"read": True, "write": True}, "*": {"read": True}}
    assert found(store, "Product") == [made]


def test_an_acl_that_is_no_object_lets_nobody_in(store: CloudStore) -> None:
    create(store, "Product", ACL="x")
    create(store, "Product", ACL=[1])

    assert len(found(store, "Product")) == 2
    assert found(store, "Product", principals=ANN) == []


def test_what_one_may_not_write_looks_like_what_is_not_there(store: CloudStore) -> None:
    made = create(store, "Product", ACL={"ann": {"read": True, "write": True}, "*": {"read": True}})
    writes = [
        Save(collection="Product", object_id=made["objectId"], values={"price": 1}, principals=BOB),
        Delete(collection="Product", object_id=made["objectId"], principals=BOB),
    ]

    for write in writes:
        with pytest.raises(NoSuchRecord, match=r"Object not found\."):
            store.write(write)

    store.write(
        Save(collection="Product", object_id=made["objectId"], values={"price": 1}, principals=ANN)
    )


def test_an_acl_is_replaced_as_a_whole_and_can_be_taken_away(store: CloudStore) -> None:
    made = create(store, "Product", ACL={"ann": {"read": True}})

    save(store, made, "Product", ACL={"role:clerk": {"read": True}})
    assert found(store, "Product", principals=ANN) == []
    assert len(found(store, "Product", principals=BOB)) == 1
    assert "ACL" not in save(store, made, "Product", ACL=None)
    assert len(found(store, "Product", principals=ANN)) == 1


# -- batches


def test_a_batch_answers_each_write_in_order_and_keeps_the_good_ones(store: CloudStore) -> None:
    answers = store.batch(
        [
            Create(collection="Product", values={"price": 7}),
            Save(collection="Product", object_id="nobody", values={}),
            Create(collection="Product", values={"price": "wrong"}),
            Create(collection="Product", values={"price": 8}),
        ]
    )

    kinds = [type(answer) for answer in answers]
    assert kinds == [dict, NoSuchRecord, WrongType, dict]
    assert [each["price"] for each in found(store, "Product")] == [7, 8]


def test_a_batch_as_one_transaction_keeps_all_or_nothing(store: CloudStore) -> None:
    good = Create(collection="Product", values={"price": 1})
    bad = Create(collection="Product", values={"price": "wrong"})

    with pytest.raises(WrongType):
        store.batch([good, bad], transaction=True)
    assert found(store, "Product") == []

    store.batch([good, good], transaction=True)
    assert len(found(store, "Product")) == 2


def test_an_empty_batch_answers_nothing(store: CloudStore) -> None:
    assert store.batch([]) == []
    assert store.batch([], transaction=True) == []
