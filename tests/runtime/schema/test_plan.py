"""From one schema to another: the steps, what they lose, and the SQL they run."""

import sqlite3
from dataclasses import replace

import pytest

from noodl_runtime.schema.layout import quote_text
from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.schema.names import SYSTEM_COLLECTIONS
from noodl_runtime.schema.plan import plan, settled
from noodl_runtime.schema.sql import schema_sql, step_sql


def field(name: str, type_name: str, target: str | None = None) -> Field:
    return Field(name=name, type=type_name, target=target)


def shop(*fields: Field, name: str = "Product", indexes: tuple[Index, ...] = ()) -> Schema:
    made = Collection(name=name, fields={each.name: each for each in fields}, indexes=indexes)
    return Schema(collections={name: made})


NAME, PRICE = field("name", "String"), field("price", "Number")
TAGS, SHELF = field("tags", "Relation", "Tag"), field("shelf", "Pointer", "Shelf")
BY_NAME = Index(name="byName", fields=("name", "-createdAt"))
UNIQUE = Index(name="byName", fields=("name",), unique=True)

# from            to                          steps in words
PLANS: list[tuple[Schema, Schema, list[str]]] = [
    (shop(NAME), shop(NAME), []),
    (Schema(), shop(NAME), ["add Product"]),
    (shop(NAME), Schema(), ["drop Product !"]),
    (shop(NAME), shop(NAME, PRICE), ["add Product.price (Number)"]),
    (shop(NAME), shop(NAME, SHELF), ["add Product.shelf (Pointer<Shelf>)"]),
    (shop(NAME, PRICE), shop(NAME), ["drop Product.price !"]),
    (shop(NAME, TAGS), shop(NAME), ["drop Product.tags !"]),
    (
        shop(PRICE),
        shop(replace(PRICE, type="String")),
        ["change Product.price from Number to String !"],
    ),
    (shop(NAME), shop(replace(NAME, required=True)), ["change the rules of Product"]),
    (shop(NAME), shop(NAME, indexes=(BY_NAME,)), ["add index byName of Product"]),
    (shop(NAME, indexes=(BY_NAME,)), shop(NAME), ["drop index byName of Product"]),
    (
        shop(NAME, indexes=(BY_NAME,)),
        shop(NAME, indexes=(UNIQUE,)),
        ["drop index byName of Product", "add index byName of Product"],
    ),
    (
        shop(NAME, indexes=(BY_NAME,)),
        shop(replace(NAME, type="File"), indexes=(BY_NAME,)),
        [
            "drop index byName of Product",
            "change Product.name from String to File !",
            "add index byName of Product",
        ],
    ),
    (
        shop(SHELF),
        shop(replace(SHELF, target="Room")),
        ["change Product.shelf from Pointer<Shelf> to Pointer<Room> !"],
    ),
    (
        shop(SHELF),
        shop(replace(SHELF, type="Relation")),
        ["change Product.shelf from Pointer<Shelf> to Relation<Shelf> !"],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), PLANS)
def test_a_plan_lists_its_steps_and_marks_those_that_lose_data(
    old: Schema, new: Schema, expected: list[str]
) -> None:
    steps = plan(old, new)

    assert [f"{step}{' !' if step.destructive else ''}" for step in steps] == expected


@pytest.mark.parametrize(("old", "new", "_expected"), PLANS)
def test_the_steps_of_a_plan_make_the_tables_of_the_new_schema(
    old: Schema, new: Schema, _expected: list[str]
) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(schema_sql(old))

    for step in plan(old, new):
        for text in step_sql(step):
            connection.execute(text)

    fresh = sqlite3.connect(":memory:")
    fresh.executescript(schema_sql(new))
    assert layout(connection) == layout(fresh)
    connection.close()
    fresh.close()


def layout(connection: sqlite3.Connection) -> dict[str, object]:
    """Return what is in a database: columns and their types by table, keys by index."""
    found: dict[str, object] = {}
    for kind, name in connection.execute("SELECT type, name FROM sqlite_schema").fetchall():
        columns = connection.execute(f"PRAGMA {kind}_info(`{name}`)").fetchall()
        found[name] = {row[1:3] if kind == "table" else row[2] for row in columns}
    return found


def test_a_schema_that_is_settled_has_every_system_collection_whole() -> None:
    own = shop(field("nick", "String"), name="_User")

    collections = settled(Schema(), own).collections

    assert collections.keys() == SYSTEM_COLLECTIONS.keys()
    assert {*SYSTEM_COLLECTIONS["_User"].fields, "nick"} == {*collections["_User"].fields}
    assert collections["_User"].indexes == SYSTEM_COLLECTIONS["_User"].indexes


def test_an_index_every_backend_has_cannot_be_weakened() -> None:
    own = shop(
        field("username", "String"),
        name="_User",
        indexes=(Index(name="username", fields=("username",)),),
    )

    indexes = settled(Schema(), own).collections["_User"].indexes

    assert indexes == SYSTEM_COLLECTIONS["_User"].indexes


def test_a_collection_keeps_the_table_it_was_given() -> None:
    first = settled(Schema(), shop(NAME))
    both = settled(
        first, Schema(collections={**shop(NAME, name="product").collections, **first.collections})
    )
    alone = settled(both, shop(NAME, name="product"))

    assert both.collections["product"].table == "product~0"
    assert both.collections["Product"].table == ""
    assert alone.collections["product"].table == "product~0"


def test_schema_sql_reads_well() -> None:
    text = schema_sql(shop(NAME, PRICE, SHELF, TAGS, indexes=(UNIQUE,)))

    assert text.startswith(
        "CREATE TABLE `Product` (\n"
        "  `objectId` TEXT NOT NULL PRIMARY KEY,\n"
        "  `createdAt` TEXT NOT NULL,\n"
        "  `updatedAt` TEXT NOT NULL,\n"
        "  `name` TEXT,\n"
        "  `price`,\n"
        "  `shelf` TEXT,\n"
    )
    assert "CREATE UNIQUE INDEX `_index:Product:byName` ON `Product` (`name`)" in text
    assert "CREATE TABLE `_join:tags:Product`" in text
    assert text.endswith(";\n")


def test_a_text_in_a_statement_cannot_end_it() -> None:
    assert quote_text("it's; --") == "'it''s; --'"
