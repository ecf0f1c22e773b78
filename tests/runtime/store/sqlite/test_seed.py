import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from noodl_runtime.errors import BuildRefused
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.store.contract import Create, Query
from noodl_runtime.store.sqlite.seed import write_seed
from noodl_runtime.store.sqlite.store import SqliteStore

SHOP = Schema(
    collections={
        "Product": Collection(
            name="Product",
            fields={
                "name": Field(name="name", type="String"),
                "tags": Field(name="tags", type="Relation", target="Tag"),
            },
        ),
        "Tag": Collection(name="Tag"),
        "_User": Collection(name="_User", fields={"username": Field(name="username", type="String")}),
    }
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """A shop that is open for business: an apple, and an account."""
    store = SqliteStore(tmp_path / "data" / "local.db")
    store.connect()
    store.update_schema(SHOP)
    store.write(Create(collection="Product", values={"name": "apple"}))
    store.write(Create(collection="_User", values={"username": "gertrude"}))
    yield store
    store.disconnect()


def test_a_seed_opens_as_a_database_with_the_records_and_without_accounts(
    store: SqliteStore, tmp_path: Path
) -> None:
    store.remember("positions", {"a": "7"})
    (tmp_path / "seed").mkdir()
    write_seed(tmp_path / "data" / "local.db", tmp_path / "seed" / "local.db")
    seed = SqliteStore(tmp_path / "seed" / "local.db")
    seed.connect()
    assert seed.get_schema() == store.get_schema()
    assert [r["name"] for r in seed.query(Query(collection="Product")).records] == ["apple"]
    assert seed.query(Query(collection="_User")).records == []
    assert seed.changes(0) == []
    assert seed.remembered("positions") == {}
    seed.disconnect()


def test_nothing_of_an_account_stays_in_the_bytes(store: SqliteStore, tmp_path: Path) -> None:
    write_seed(tmp_path / "data" / "local.db", tmp_path / "seed.db")
    data = (tmp_path / "seed.db").read_bytes()
    assert b"apple" in data
    assert b"gertrude" not in data


def test_the_same_records_give_the_same_bytes(store: SqliteStore, tmp_path: Path) -> None:
    write_seed(tmp_path / "data" / "local.db", tmp_path / "one.db")
    store.disconnect()  # moves what is in the journal into the database
    write_seed(tmp_path / "data" / "local.db", tmp_path / "two.db")
    assert (tmp_path / "one.db").read_bytes() == (tmp_path / "two.db").read_bytes()
    store.connect()


def test_relations_travel_unless_they_are_of_accounts(tmp_path: Path) -> None:
    tables = ["_join:tags:Product", "_join:friends:_User", "_join:users:_Role", "_tokens", "_Role"]
    with closing(sqlite3.connect(tmp_path / "x.db")) as made:
        for table in tables:
            made.execute(f"CREATE TABLE `{table}` (x)")
            made.execute(f"INSERT INTO `{table}` VALUES (1)")
        made.commit()
    write_seed(tmp_path / "x.db", tmp_path / "seed.db")
    with closing(sqlite3.connect(tmp_path / "seed.db")) as seed:
        kept = [t for t in tables if seed.execute(f"SELECT count(*) FROM `{t}`").fetchone() == (1,)]
    assert kept == ["_join:tags:Product", "_Role"]


def test_what_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database at all, only a text that is long enough to tell")
    with pytest.raises(BuildRefused, match=r"x\.db cannot be copied: file is not a database"):
        write_seed(tmp_path / "x.db", tmp_path / "seed.db")
