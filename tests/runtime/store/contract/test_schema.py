"""The schema of a store: grows by itself, loses only on demand, and holds what its types say."""

from dataclasses import replace

import gevent
import pytest

from noodl_runtime.errors import (
    BadName,
    DestructiveChange,
    DuplicateValue,
    NoSuchCollection,
    SchemaRefused,
    WrongType,
)
from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.store.contract import CloudStore
from noodl_runtime.values import Pointer
from tests.runtime.store.worlds import SHOP, collection, create, field, found


def with_collection(store: CloudStore, changed: Collection) -> Schema:
    """Return the present schema with one collection as given."""
    return Schema(collections={**store.get_schema().collections, changed.name: changed})


def product(store: CloudStore) -> Collection:
    return store.get_schema().collections["Product"]


def without_field(known: Collection, name: str) -> Collection:
    return replace(known, fields={n: f for n, f in known.fields.items() if n != name})


def with_field(known: Collection, new: Field) -> Collection:
    return replace(known, fields={**known.fields, new.name: new})


def test_the_schema_answers_what_was_given_and_what_every_backend_has(store: CloudStore) -> None:
    collections = store.get_schema().collections

    assert {name: collections[name] for name in SHOP.collections} == SHOP.collections
    assert {"_User", "_Role", "_Session"} < collections.keys()


def test_a_new_field_is_absent_in_old_records_and_taken_in_new_ones(store: CloudStore) -> None:
    create(store, "Product", name="old")

    store.update_schema(with_collection(store, with_field(product(store), field("x", "Number"))))
    create(store, "Product", name="new", x=1)

    assert [record.get("x") for record in found(store, "Product")] == [None, 1]
    assert "x" not in found(store, "Product")[0]


def test_a_schema_that_lists_less_drops_nothing_by_itself(store: CloudStore) -> None:
    made = create(store, "Product", name="a")

    with pytest.raises(DestructiveChange) as refusal:
        store.update_schema(Schema())

    assert "all records of Product (1 record)" in str(refusal.value)
    assert "all records of Tag (0 records)" in str(refusal.value)
    assert '/api/_schema with "allowDestructive": true' in str(refusal.value)
    assert found(store, "Product") == [made]


def test_a_field_is_dropped_when_it_is_asked_for(store: CloudStore) -> None:
    create(store, "Product", name="a", price=1)
    schema = with_collection(store, without_field(product(store), "price"))

    with pytest.raises(DestructiveChange, match=r"the values of Product\.price"):
        store.update_schema(schema)
    store.update_schema(schema, allow_destructive=True)

    assert "price" not in found(store, "Product")[0]
    assert "price" not in product(store).fields


def test_a_dropped_field_comes_back_empty_and_of_any_type(store: CloudStore) -> None:
    create(store, "Product", name="valued", price=1)
    create(store, "Product", name="null", price=None)
    store.update_schema(
        with_collection(store, without_field(product(store), "price")), allow_destructive=True
    )

    store.add_fields("Product", [field("price", "String")])

    assert all("price" not in record for record in found(store, "Product"))
    assert create(store, "Product", price="cheap")["price"] == "cheap"


def test_a_dropped_collection_is_gone_with_its_records(store: CloudStore) -> None:
    create(store, "Product", name="a")
    rest = {n: c for n, c in store.get_schema().collections.items() if n != "Product"}

    store.update_schema(Schema(collections=rest), allow_destructive=True)

    with pytest.raises(NoSuchCollection):
        create(store, "Product")
    store.add_fields("Product", [field("name", "Number")])
    assert found(store, "Product") == []


# before, value, after -> value afterwards, None when it is lost
TYPE_CHANGES = [
    (field("x", "Number"), 1, field("x", "String"), "1"),
    (field("x", "Number"), 1.5, field("x", "String"), "1.5"),
    (field("x", "Boolean"), True, field("x", "String"), "true"),
    (field("x", "Boolean"), True, field("x", "Number"), 1),
    (field("x", "String"), "s1", field("x", "Pointer", "Shelf"), Pointer("Shelf", "s1")),
    (field("x", "Pointer", "Shelf"), Pointer("Shelf", "s1"), field("x", "String"), "s1"),
    (field("x", "String"), "1", field("x", "Number"), None),
    (field("x", "Object"), {}, field("x", "Array"), None),
]


@pytest.mark.parametrize(("before", "value", "after", "kept"), TYPE_CHANGES)
def test_a_type_change_keeps_what_the_new_type_can_hold(
    store: CloudStore, before: Field, value: object, after: Field, kept: object
) -> None:
    store.add_fields("Thing", [before])
    create(store, "Thing", x=value)
    schema = with_collection(store, collection("Thing", after))

    with pytest.raises(DestructiveChange, match=r"of Thing\.x, which goes from"):
        store.update_schema(schema)
    store.update_schema(schema, allow_destructive=True)

    assert found(store, "Thing")[0].get("x") == kept
    assert store.get_schema().collections["Thing"].fields["x"] == after


def test_a_unique_index_that_finds_doubles_leaves_everything_as_it_was(store: CloudStore) -> None:
    for _ in range(2):
        create(store, "Product", name="same")
    before = store.get_schema()
    changed = replace(
        with_field(product(store), field("extra", "String")),
        indexes=(Index(name="byName", fields=("name",), unique=True),),
    )

    with pytest.raises(DuplicateValue):
        store.update_schema(with_collection(store, changed))

    assert store.get_schema() == before
    with pytest.raises(WrongType):
        create(store, "Product", extra="x")


def test_an_index_can_be_added_and_dropped_without_loss(store: CloudStore) -> None:
    index = Index(name="byPrice", fields=("-price", "createdAt"))

    store.update_schema(with_collection(store, replace(product(store), indexes=(index,))))
    assert product(store).indexes == (index,)
    store.update_schema(with_collection(store, replace(product(store), indexes=())))
    assert product(store).indexes == ()


def test_names_that_differ_in_capitals_are_two_collections(store: CloudStore) -> None:
    store.add_fields("thing", [field("n", "Number"), field("r", "Relation", "Tag")])
    store.add_fields("Thing", [field("n", "String"), field("r", "Relation", "Tag")])

    create(store, "thing", n=1)
    create(store, "Thing", n="one")

    assert [record["n"] for record in found(store, "thing")] == [1]
    assert [record["n"] for record in found(store, "Thing")] == ["one"]


def test_fields_that_differ_in_capitals_are_refused(store: CloudStore) -> None:
    with pytest.raises(BadName, match="Name of Product differs from name"):
        store.add_fields("Product", [field("Name", "String")])


def test_adding_what_is_there_changes_nothing_and_another_type_is_refused(
    store: CloudStore,
) -> None:
    before = store.get_schema()

    store.add_fields("Product", [field("name", "String"), field("shelf", "Pointer")])

    assert store.get_schema() is before
    with pytest.raises(WrongType, match=r"Product\.name; expected String but got Number"):
        store.add_fields("Product", [field("name", "Number")])


def test_many_first_writes_at_once_make_one_collection(store: CloudStore) -> None:
    def work(number: int) -> None:
        store.add_fields("Fresh", [field("n", "Number"), field(f"own{number % 3}", "String")])
        create(store, "Fresh", n=number)

    gevent.joinall([gevent.spawn(work, n) for n in range(12)], raise_error=True)

    assert {*store.get_schema().collections["Fresh"].fields} == {"n", "own0", "own1", "own2"}
    assert sorted(record["n"] for record in found(store, "Fresh")) == list(range(12))


def test_a_schema_changes_safely_beside_writes_and_reads(store: CloudStore) -> None:
    def write() -> None:
        for _ in range(20):
            create(store, "Product", name="a")

    def change() -> None:
        for number in range(5):
            store.add_fields("Product", [field(f"extra{number}", "Number")])
            gevent.sleep(0)

    def read() -> None:
        for _ in range(20):
            found(store, "Product")
            gevent.sleep(0)

    jobs = [write, write, change, read]
    gevent.joinall([gevent.spawn(job) for job in jobs], raise_error=True)

    assert len(found(store, "Product")) == 40


REFUSED: list[tuple[Collection, type[Exception], int]] = [
    (collection("bad-name"), BadName, 103),
    (collection("_Own"), BadName, 103),
    (collection("C", field("0bad", "String")), BadName, 105),
    (collection("C", field("objectId", "String")), BadName, 136),
    (collection("C", field("ACL", "Object")), BadName, 136),
    (collection("C", field("constructor", "String")), BadName, 136),
    (collection("C", field("x", "Strange")), SchemaRefused, 111),
    (collection("C", field("x", "Pointer")), SchemaRefused, 135),
    (collection("C", field("x", "Pointer", "not-valid")), BadName, 103),
    (collection("C", field("x", "String", "Tag")), SchemaRefused, 255),
    (collection("C", field("x", "String", default=5)), WrongType, 111),
    (collection("C", field("x", "String", constraint={"type": 7})), SchemaRefused, 255),
    (collection("C", field("a", "String"), field("A", "String")), BadName, 105),
    (collection("C", indexes=(Index(name="i", fields=("x",)),)), SchemaRefused, 255),
    (collection("_User", field("username", "Number")), SchemaRefused, 255),
    (collection("C", *(field(f"f{n}", "String") for n in range(501))), SchemaRefused, 255),
]


@pytest.mark.parametrize(("changed", "error", "code"), REFUSED)
def test_a_schema_that_cannot_be_is_refused_as_a_whole(
    store: CloudStore, changed: Collection, error: type[Exception], code: int
) -> None:
    before = store.get_schema()

    with pytest.raises(error) as refusal:
        store.update_schema(with_collection(store, changed))

    assert getattr(refusal.value, "code", None) == code
    assert store.get_schema() == before


def test_words_of_sql_are_ordinary_names(store: CloudStore) -> None:
    names = ["select", "order", "rowid", "oid", "table", "null", "group", "index"]
    store.add_fields("Table", [field(name, "Number") for name in names])

    create(store, "Table", **dict.fromkeys(names, 1))
    create(store, "Table", **dict.fromkeys(names, 2))

    for name in names:
        assert [record[name] for record in found(store, "Table", where={name: 2})] == [2]
    assert [record["rowid"] for record in found(store, "Table", order=("-rowid",))] == [2, 1]


def test_system_collections_take_fields_of_the_app_and_keep_their_own(store: CloudStore) -> None:
    store.update_schema(with_collection(store, collection("_User", field("nickname", "String"))))

    user = create(store, "_User", username="ann", nickname="a")

    assert found(store, "_User") == [user]
    with pytest.raises(DuplicateValue):
        create(store, "_User", username="ann")
