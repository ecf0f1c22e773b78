"""A renaming in the database file: kept, with what lies beside the records, and whole or not at all."""

import sqlite3
from pathlib import Path

import pytest

from noodl_runtime.schema.renaming import Rename
from noodl_runtime.store.contract import Create
from noodl_runtime.store.sqlite import schema_table
from noodl_runtime.store.sqlite.store import SqliteStore
from tests.runtime.store.sqlite.watching import writing
from tests.runtime.store.worlds import SHOP, create, found, sqlite_store


def objects(store: SqliteStore) -> list[str]:
    """Return the names of all tables and indexes."""
    return [name for (name,) in writing(store).rows("SELECT name FROM sqlite_schema ORDER BY 1")]


def test_a_renamed_collection_is_there_after_a_start(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    store.connect()
    store.update_schema(SHOP)
    made = create(store, "Product", name="a")
    store.rename(Rename(collection="Product", to="Item"))
    schema = store.get_schema()
    store.disconnect()

    again = sqlite_store(tmp_path)
    again.connect()

    assert again.get_schema() == schema
    assert found(again, "Item") == [made]
    again.disconnect()


def test_secrets_come_along(store: SqliteStore) -> None:
    made = store.write(Create(collection="Tag", values={}, secrets={"key": "s"}))

    store.rename(Rename(collection="Tag", to="Word"))

    assert store.secrets("Word", made["objectId"]) == {"key": "s"}
    assert store.secrets("Tag", made["objectId"]) == {}


RENAMES = [
    (Rename(collection="Product", to="Item"), Rename(collection="Item", to="Product")),
    (
        Rename(collection="Product", field="shelf", to="rack"),
        Rename(collection="Product", field="rack", to="shelf"),
    ),
    (
        Rename(collection="Product", field="tags", to="words"),
        Rename(collection="Product", field="words", to="tags"),
    ),
    (
        Rename(collection="Tag", field="word", to="Word"),
        Rename(collection="Tag", field="Word", to="word"),
    ),
]


@pytest.mark.parametrize(("there", "back"), RENAMES)
def test_tables_and_indexes_bear_the_new_name_and_none_is_left_over(
    store: SqliteStore, there: Rename, back: Rename
) -> None:
    before = objects(store)

    store.rename(there)
    store.rename(back)

    assert objects(store) == before


def test_a_renaming_that_breaks_off_leaves_everything_as_it_was(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = create(store, "Product", name="a")
    before, tables = store.get_schema(), objects(store)

    def broken(*_: object) -> None:
        raise sqlite3.OperationalError("broken off")

    monkeypatch.setattr(schema_table, "_keep_changed", broken)

    with pytest.raises(sqlite3.OperationalError):
        store.rename(Rename(collection="Product", to="Item"))

    assert store.get_schema() is before
    assert objects(store) == tables
    assert found(store, "Product") == [made]
