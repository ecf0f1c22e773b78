"""The assembled backend over a real SQLite store: rights, modes, limits."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.access.caller import ANYONE, MASTER, Caller
from noodl_runtime.backend import Backend
from noodl_runtime.errors import (
    BadName,
    DestructiveChange,
    InvalidSession,
    NoSuchRecord,
    NotAllowed,
    PortableError,
    Unauthorized,
    WrongType,
)
from noodl_runtime.schema.model import Schema
from noodl_runtime.schema.operations import Add, AddRelation, Delete, Increment
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Query, Save, Write
from noodl_runtime.store.contract import Delete as DeleteRecord
from noodl_runtime.store.sqlite.store import SqliteStore
from noodl_runtime.values import Bytes, Date, File, GeoPoint, Pointer, Polygon

Make = Callable[..., Backend]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """make(mode="production", max_limit=5) -> a backend with an empty store."""
    made: list[Backend] = []

    def make_one(**settings: Any) -> Backend:
        store = SqliteStore(tmp_path / f"{len(made)}" / "local.db")
        store.connect()
        backend = Backend(store=store, settings=Settings(**settings), name="shop")
        made.append(backend)
        return backend

    yield make_one
    for backend in made:
        backend.close()


@pytest.fixture
def development(make: Make) -> Backend:
    return make(mode="development")


def fields_of(backend: Backend, collection: str) -> dict[str, tuple[str, str | None]]:
    fields = backend.get_schema(MASTER).collections[collection].fields
    return {name: (field.type, field.target) for name, field in fields.items()}


# -- development mode makes room -------------------------------------------------------------------

FIRST_VALUES = [
    ("text",                             ("String", None)),
    (1,                                  ("Number", None)),
    (1.5,                                ("Number", None)),
    (True,                               ("Boolean", None)),
    ([],                                 ("Array", None)),
    ({},                                 ("Object", None)),
    (Date("2024-05-01T10:01:00.000Z"),   ("Date", None)),
    (Pointer("Maker", "m1"),             ("Pointer", "Maker")),
    (GeoPoint(1, 2),                     ("GeoPoint", None)),
    (Polygon(((0, 0), (0, 1), (1, 1))),  ("Polygon", None)),
    (File("a.png"),                      ("File", None)),
    (Bytes("ZnJveW8="),                  ("Bytes", None)),
    (Increment(1),                       ("Number", None)),
    (Add(("x",)),                        ("Array", None)),
    (AddRelation((Pointer("Tag", "t1"),)), ("Relation", "Tag")),
]  # fmt: skip


@pytest.mark.parametrize(("value", "field"), FIRST_VALUES)
def test_the_first_value_gives_a_field_its_type(
    development: Backend, value: Any, field: tuple[str, str | None]
) -> None:
    development.write(ANYONE, Create(collection="Product", values={"it": value}))
    assert fields_of(development, "Product") == {"it": field}


@pytest.mark.parametrize("value", [None, Delete()])
def test_what_says_nothing_of_a_type_makes_no_field(development: Backend, value: Any) -> None:
    development.write(ANYONE, Create(collection="Product", values={"it": value, "name": "x"}))
    assert fields_of(development, "Product") == {"name": ("String", None)}


def test_a_dotted_name_makes_an_object(development: Backend) -> None:
    record = development.write(ANYONE, Create(collection="Product", values={"name": "desk"}))
    save = Save(collection="Product", object_id=record["objectId"], values={"size.width": 2})
    assert development.write(ANYONE, save)["size"] == {"width": 2}


def test_a_value_of_another_type_is_refused_with_both_types(development: Backend) -> None:
    development.write(ANYONE, Create(collection="Product", values={"price": 1}))
    with pytest.raises(WrongType, match=r"Product\.price; expected Number but got String"):
        development.write(ANYONE, Create(collection="Product", values={"price": "1"}))


NAMES = [
    # collection   field          error
    ("Bad-Name",   "a",           BadName),
    ("_Hidden",    "a",           BadName),
    ("sqlite.x",   "a",           BadName),
    ("T" * 129,    "a",           BadName),
    ("Product",    "_a",          BadName),
    ("Product",    "1a",          BadName),
    ("Product",    "a b",         BadName),
    ("Product",    "",            BadName),
    ("Product",    "toString",    WrongType),
    ("_Session",   "sessionToken", InvalidSession),
]  # fmt: skip


@pytest.mark.parametrize(("collection", "field", "error"), NAMES)
def test_names_nobody_may_use_are_refused(
    development: Backend, collection: str, field: str, error: type[PortableError]
) -> None:
    before = development.get_schema(MASTER)
    with pytest.raises(error):
        development.write(ANYONE, Create(collection=collection, values={field: "x"}))
    assert development.get_schema(MASTER) == before


READS: list[Callable[[Backend, Caller], Any]] = [
    lambda backend, caller: backend.query(caller, Query(collection="Never")).records,
    lambda backend, caller: list(backend.stream(caller, Query(collection="Never"))),
    lambda backend, caller: backend.count(caller, "Never", {}),
    lambda backend, caller: backend.distinct(caller, "Never", "a", {}),
]


@pytest.mark.parametrize("read", READS)
def test_reading_makes_nothing(
    development: Backend, read: Callable[[Backend, Caller], Any]
) -> None:
    before = development.get_schema(MASTER)
    assert not read(development, ANYONE)
    assert development.get_schema(MASTER) == before


MISSING: list[Write] = [
    Save(collection="Never", object_id="x", values={"a": 1}),
    DeleteRecord(collection="Never", object_id="x"),
]


@pytest.mark.parametrize("write", MISSING)
def test_changing_what_is_not_there_makes_nothing(development: Backend, write: Write) -> None:
    with pytest.raises(NoSuchRecord):
        development.write(ANYONE, write)
    assert "Never" not in development.get_schema(MASTER).collections


# -- production mode does not ----------------------------------------------------------------------


def test_in_production_only_the_master_key_adds_to_the_schema(make: Make) -> None:
    backend = make(mode="production")
    create = Create(collection="Product", values={"name": "desk"})
    with pytest.raises(NotAllowed, match="the collection 'Product' does not exist"):
        backend.write(ANYONE, create)
    backend.write(MASTER, create)
    with pytest.raises(NotAllowed, match="the field 'price' of the collection 'Product'"):
        backend.write(ANYONE, Create(collection="Product", values={"price": 1}))
    assert backend.write(ANYONE, create)["name"] == "desk"


# -- batches ---------------------------------------------------------------------------------------


def test_a_batch_answers_each_write_in_order(development: Backend) -> None:
    writes: list[Write] = [
        Create(collection="Product", values={"price": 1}),
        Create(collection="Bad-Name", values={}),
        Create(collection="Product", values={"price": "x"}),
        Create(collection="Product", values={"price": 2}),
    ]
    first, second, third, fourth = development.batch(ANYONE, writes)
    assert isinstance(first, dict)
    assert isinstance(second, BadName)
    assert isinstance(third, WrongType)
    assert isinstance(fourth, dict)
    assert (first["price"], fourth["price"]) == (1, 2)


def test_a_transaction_keeps_nothing_when_one_write_fails(development: Backend) -> None:
    writes: list[Write] = [
        Create(collection="Product", values={"price": 1}),
        Create(collection="Product", values={"price": "x"}),
    ]
    with pytest.raises(WrongType):
        development.batch(ANYONE, writes, transaction=True)
    assert development.count(ANYONE, "Product", {}) == 0


# -- rights and limits -----------------------------------------------------------------------------


def test_the_limit_of_a_query_is_cut_to_the_setting(make: Make) -> None:
    backend = make(mode="development", max_limit=2)
    backend.batch(ANYONE, [Create(collection="Product", values={"n": n}) for n in range(3)])
    found = backend.query(ANYONE, Query(collection="Product", limit=1000, count=True))
    assert (len(found.records), found.count) == (2, 3)


def test_a_record_that_may_not_be_read_looks_like_none(development: Backend) -> None:
    values = {"name": "x", "ACL": {"u1": {"read": True, "write": True}}}
    record = development.write(ANYONE, Create(collection="Note", values=values))
    owner = Caller(user_id="u1")
    object_id = record["objectId"]
    assert development.fetch(owner, "Note", object_id)["name"] == "x"
    assert development.fetch(MASTER, "Note", object_id)["name"] == "x"
    assert development.query(ANYONE, Query(collection="Note")).records == []
    assert development.count(ANYONE, "Note", {}) == 0
    with pytest.raises(NoSuchRecord):
        development.fetch(ANYONE, "Note", object_id)
    with pytest.raises(NoSuchRecord):
        development.write(
            ANYONE, Save(collection="Note", object_id=object_id, values={"name": "y"})
        )


def test_the_schema_is_for_the_master_key(development: Backend) -> None:
    with pytest.raises(Unauthorized):
        development.get_schema(ANYONE)
    with pytest.raises(Unauthorized):
        development.update_schema(ANYONE, Schema())


def test_a_schema_change_that_loses_data_is_refused_unless_allowed(development: Backend) -> None:
    development.write(ANYONE, Create(collection="Product", values={"name": "desk"}))
    with pytest.raises(DestructiveChange):
        development.update_schema(MASTER, Schema())
    development.update_schema(MASTER, Schema(), allow_destructive=True)
    assert "Product" not in development.get_schema(MASTER).collections


def test_health_names_the_backend_and_counts_problems(development: Backend) -> None:
    assert development.health(ANYONE) == {
        "status": "ok",
        "backend": "shop",
        "version": "",
        "workflowProblems": 0,
        "brokenFiles": [],
    }
    assert development.health(MASTER)["problems"] == []
