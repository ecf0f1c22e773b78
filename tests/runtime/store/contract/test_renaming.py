"""Renaming a collection or a field: everything comes along, and what collides is refused."""

from dataclasses import replace
from typing import Any

import pytest

from noodl_runtime.errors import (
    BadName,
    DuplicateValue,
    NoSuchCollection,
    PortableError,
    SchemaRefused,
)
from noodl_runtime.schema.model import Index, Schema
from noodl_runtime.schema.operations import AddRelation
from noodl_runtime.schema.renaming import Rename
from noodl_runtime.store.contract import CloudStore
from noodl_runtime.values import GeoPoint, Included, Pointer
from tests.runtime.store.worlds import collection, create, delete, field, found, save


def rename(store: CloudStore, name: str, to: str, field: str | None = None) -> None:
    store.rename(Rename(collection=name, field=field, to=to))


VALUES: list[tuple[str, Any, str]] = [
    ("name", "a", "label"),
    ("name", "a", "NAME"),
    ("price", 1.5, "select"),
    ("price", None, "Price"),
    ("sold", True, "gone"),
    ("details", {"a": [1]}, "Details"),
    ("shelf", Pointer("Shelf", "s1"), "rack"),
    ("shelf", Pointer("Shelf", "s1"), "SHELF"),
    ("place", GeoPoint(1, 2), "spot"),
]


@pytest.mark.parametrize(("name", "value", "to"), VALUES)
def test_a_renamed_field_keeps_its_values(
    store: CloudStore, name: str, value: Any, to: str
) -> None:
    made = create(store, "Product", **{name: value})
    create(store, "Product")

    rename(store, "Product", to, name)

    whole = {key: each for key, each in made.items() if key != name}
    assert store.fetch("Product", made["objectId"]) == {**whole, to: value}
    assert found(store, "Product", where={to: value})[0]["objectId"] == made["objectId"]
    assert name not in store.get_schema().collections["Product"].fields
    assert save(store, made, "Product", **{to: value})[to] == value


@pytest.mark.parametrize("to", ["labels", "TAGS"])
def test_a_renamed_relation_keeps_its_records(store: CloudStore, to: str) -> None:
    tag = create(store, "Tag", word="new")
    pointer = Pointer("Tag", tag["objectId"])
    made = create(store, "Product", tags=AddRelation((pointer,)))

    rename(store, "Product", to, "tags")

    assert [each["objectId"] for each in found(store, "Product", where={to: pointer})] == [
        made["objectId"]
    ]
    delete(store, tag, "Tag")
    assert found(store, "Product", where={to: pointer}) == []


def test_an_index_follows_its_field_and_still_refuses_doubles(store: CloudStore) -> None:
    create(store, "Tag", word="new")

    rename(store, "Tag", "text", "word")

    assert store.get_schema().collections["Tag"].indexes == (
        Index(name="word", fields=("text",), unique=True),
    )
    with pytest.raises(DuplicateValue, match="Tag already has this value of text"):
        create(store, "Tag", text="new")


def test_class_permissions_follow_a_field(store: CloudStore) -> None:
    hidden = collection("Note", field("by", "Pointer", "_User"), field("inside", "String"))
    permissions = {
        "get": {"*": True, "pointerFields": ["by"]},
        "protectedFields": {"*": ["inside", "by"], "userField:by": ["inside"]},
    }
    known = store.get_schema().collections
    note = replace(hidden, permissions=permissions)
    store.update_schema(Schema(collections={**known, "Note": note}))

    rename(store, "Note", "author", "by")

    assert store.get_schema().collections["Note"].permissions == {
        "get": {"*": True, "pointerFields": ["author"]},
        "protectedFields": {"*": ["inside", "author"], "userField:author": ["inside"]},
    }


@pytest.mark.parametrize("to", ["Rack", "shelf"])
def test_a_renamed_collection_keeps_its_records_and_what_leads_to_it(
    store: CloudStore, to: str
) -> None:
    shelf = create(store, "Shelf", label="top")
    old = Pointer("Shelf", shelf["objectId"])
    made = create(store, "Product", shelf=old, details={"at": old}, sizes=[old, "Shelf"])

    rename(store, "Shelf", to)

    assert found(store, to) == [shelf]
    assert found(store, "Shelf") == []
    new = Pointer(to, shelf["objectId"])
    after = store.fetch("Product", made["objectId"])
    assert (after["shelf"], after["details"], after["sizes"]) == (new, {"at": new}, [new, "Shelf"])
    shown = store.fetch("Product", made["objectId"], include=("shelf",))["shelf"]
    assert shown == Included(to, shelf)
    assert [r["objectId"] for r in found(store, "Product", where={"shelf": new})] == [
        made["objectId"]
    ]
    with pytest.raises(NoSuchCollection):
        create(store, "Shelf")


def test_a_renamed_collection_keeps_its_relations_and_the_old_name_is_free(
    store: CloudStore,
) -> None:
    tag = create(store, "Tag", word="new")
    pointer = Pointer("Tag", tag["objectId"])
    made = create(store, "Product", tags=AddRelation((pointer,)))

    rename(store, "Product", "Item")
    rename(store, "Tag", "Word")
    store.add_fields("Product", [field("tags", "Relation", "Word")])

    pointer = Pointer("Word", tag["objectId"])
    assert [each["objectId"] for each in found(store, "Item", where={"tags": pointer})] == [
        made["objectId"]
    ]
    assert found(store, "Product", where={"tags": pointer}) == []


def test_a_collection_can_be_renamed_back_and_be_changed_like_any_other(store: CloudStore) -> None:
    made = create(store, "Tag", word="new")
    before = store.get_schema()

    rename(store, "Tag", "Word")
    store.add_fields("Word", [field("to", "Pointer", "Room")])
    rename(store, "Word", "Tag")
    store.update_schema(before, allow_destructive=True)

    assert store.get_schema() == before
    assert found(store, "Tag") == [made]


# collection, field, to, error, what it says
REFUSED: list[tuple[str, str | None, str, type[PortableError], str]] = [
    ("Nothing", None, "Something", NoSuchCollection, "no collection 'Nothing'"),
    ("Tag", None, "Shelf", SchemaRefused, "there is such a collection"),
    ("Tag", None, "_User", SchemaRefused, "every backend has it"),
    ("_User", None, "Person", SchemaRefused, "every backend has it"),
    ("Tag", None, "not-a-name", BadName, "invalid class name"),
    ("Tag", None, "_Own", BadName, "invalid class name"),
    ("Product", "nothing", "x", SchemaRefused, "no field Product.nothing"),
    ("Product", "name", "price", SchemaRefused, "there is such a field"),
    ("Product", "name", "Price", BadName, "differs from price in capitals only"),
    ("Product", "name", "objectId", BadName, "reserved"),
    ("Product", "objectId", "id", SchemaRefused, "no field Product.objectId"),
    ("Product", "name", "not a name", BadName, "invalid field name"),
    ("_User", "username", "login", SchemaRefused, "every backend has it"),
]


@pytest.mark.parametrize(("name", "column", "to", "error", "says"), REFUSED)
def test_a_renaming_that_collides_is_refused_and_changes_nothing(
    store: CloudStore,
    name: str,
    column: str | None,
    to: str,
    error: type[PortableError],
    says: str,
) -> None:
    made = create(store, "Product", name="a")
    before = store.get_schema()

    with pytest.raises(error) as refusal:
        rename(store, name, to, column)

    assert says in str(refusal.value)
    assert store.get_schema() is before
    assert found(store, "Product") == [made]
