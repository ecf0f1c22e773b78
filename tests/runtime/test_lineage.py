"""Which bundle may start over which records, and what is kept to go back to."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.errors import BadFile, NewerData, SetupError
from noodl_runtime.lineage import Lineage

TIMES = [f"2024-05-01T10:0{minute}:00.000Z" for minute in range(10)]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with one record, in a folder of its own."""
    file = tmp_path / "data" / "local.db"
    file.parent.mkdir()
    put(file, "first")
    return file


def put(file: Path, name: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS Product (name)")
        connection.execute("INSERT INTO Product VALUES (?)", (name,))


def names(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM Product")]


def bundle(schema: str, version: str = "0.0.0") -> dict[str, Any]:
    return {"schemaDigest": schema, "version": version, "buildId": schema * 4}


def start(file: Path, manifest: dict[str, Any], minute: int = 0) -> str | None:
    """Do what a start does, and return the backup it made."""
    lineage = Lineage(file)
    step = lineage.prepare(manifest, TIMES[minute])
    lineage.record(step)
    return step.backup if step else None


def test_a_first_start_without_records_needs_no_backup(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert start(tmp_path / "data" / "local.db", bundle("a")) is None
    assert [s.schema_digest for s in Lineage(tmp_path / "data" / "local.db").steps] == ["a"]


def test_the_same_schema_again_changes_nothing(database: Path) -> None:
    start(database, bundle("a"))
    before = (database.parent / "lineage.json").read_bytes()
    assert start(database, bundle("a", "9.9"), 1) is None
    assert (database.parent / "lineage.json").read_bytes() == before


def test_another_schema_gets_a_backup_first(database: Path) -> None:
    start(database, bundle("a", "1.0"))
    backup = start(database, bundle("b", "2.0"), 1)
    assert backup == "backups/2024-05-01T100100-000Z-before-version-2.0.db"
    assert names(database.parent / backup) == ["first"]


OLDER = [
    # bundles that ran                          the one that starts   may start
    ([bundle("a", "1.0"), bundle("b", "2.0")],  bundle("a", "1.0"),   False),
    ([bundle("a"), bundle("b")],                bundle("a"),          False),
    ([bundle("a"), bundle("b")],                bundle("a", "3.0"),   True),   # taken back on purpose
    ([bundle("b", "1.10")],                     bundle("x", "1.9"),   False),  # by number, not text
    ([bundle("b", "1.9")],                      bundle("x", "1.10"),  True),
    ([bundle("b", "2.0")],                      bundle("b", "1.0"),   True),   # the schema is the same
    ([bundle("b", "1.0.0")],                    bundle("x", "1.0"),   True),
]  # fmt: skip


@pytest.mark.parametrize(("earlier", "now", "may"), OLDER)
def test_an_older_bundle_does_not_start_over_newer_records(
    database: Path, earlier: list[dict[str, Any]], now: dict[str, Any], may: bool
) -> None:
    for minute, manifest in enumerate(earlier):
        start(database, manifest, minute)
    if may:
        start(database, now, 9)
        return
    with pytest.raises(NewerData, match=r"newer schema by version .*--rollback"):
        start(database, now, 9)


def test_rollback_brings_back_the_records_and_lets_the_older_bundle_start(database: Path) -> None:
    start(database, bundle("a", "1.0"))
    start(database, bundle("b", "2.0"), 1)
    put(database, "second")
    undone, aside = Lineage(database).roll_back(TIMES[2])
    assert (undone.version, names(database)) == ("2.0", ["first"])
    assert aside is not None
    assert names(aside) == ["first", "second"]
    assert start(database, bundle("a", "1.0"), 3) is None


def test_a_refused_upgrade_makes_one_backup_however_often_it_is_tried(database: Path) -> None:
    start(database, bundle("a"))
    for minute in range(1, 5):
        Lineage(database).prepare(bundle("b"), TIMES[minute])  # and never gets to record
    made = list((database.parent / "backups").glob("*-before-version-*"))
    assert len(made) == 2  # one before "a", one before "b"


def test_with_nothing_to_go_back_to_rollback_says_what_else_there_is(database: Path) -> None:
    with pytest.raises(SetupError, match="noodl-portable restore"):
        Lineage(database).roll_back(TIMES[0])


def test_a_backup_that_is_gone_is_named(database: Path) -> None:
    start(database, bundle("a"))
    backup = start(database, bundle("b"), 1)
    assert backup
    (database.parent / backup).unlink()
    with pytest.raises(SetupError, match=r"before-version-0\.0\.0\.db is gone"):
        Lineage(database).roll_back(TIMES[2])
    assert names(database) == ["first"]


@pytest.mark.parametrize("text", ["", "[]", '{"bundles": [1]}', '{"bundles": [{"at": 1}]}'])
def test_a_damaged_list_is_named(database: Path, text: str) -> None:
    (database.parent / "lineage.json").write_text(text)
    with pytest.raises(BadFile, match=r"lineage\.json"):
        Lineage(database)
