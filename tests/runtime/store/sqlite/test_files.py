"""The database file: one process, the owner alone, never trusted when damaged, copied while in use."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import gevent
import pytest

from noodl_runtime.errors import DataFolderInUse, DestructiveChange, SetupError, StoreDamaged
from noodl_runtime.schema.model import Schema
from noodl_runtime.store.contract import Create, Origin
from noodl_runtime.store.sqlite import formats
from noodl_runtime.store.sqlite.backup import restore
from noodl_runtime.store.sqlite.connection import Connection
from noodl_runtime.store.sqlite.store import SqliteStore
from tests.runtime.store.sqlite.watching import pragma
from tests.runtime.store.worlds import SHOP, create, found, sqlite_store

NOW = "2024-05-01T10:00:00.000Z"


def file_of(folder: Path) -> Path:
    return folder / "data" / "local.db"


def closed_store(folder: Path, *names: str) -> Path:
    """Make a store with some products, close it, and return its file."""
    store = sqlite_store(folder)
    store.connect()
    store.update_schema(SHOP)
    for name in names:
        create(store, "Product", name=name)
    store.disconnect()
    return file_of(folder)


def names_in(folder: Path) -> list[str]:
    store = sqlite_store(folder)
    store.connect()
    try:
        return [record["name"] for record in found(store, "Product")]
    finally:
        store.disconnect()


# -- one process


def test_a_folder_in_use_is_refused_by_name_and_the_first_goes_on(
    store: SqliteStore, tmp_path: Path
) -> None:
    with pytest.raises(DataFolderInUse, match=str(tmp_path / "data")):
        sqlite_store(tmp_path).connect()

    assert create(store, "Product")


def test_another_process_is_kept_out_as_well(store: SqliteStore, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from noodl_runtime.store.sqlite.lock import FolderLock\n"
        "FolderLock(Path(sys.argv[1])).take()"
    )

    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "data")], capture_output=True, text=True
    )

    assert ended.returncode != 0
    assert "DataFolderInUse" in ended.stderr


def test_a_lock_file_that_was_left_behind_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lock").write_text("4711")

    assert closed_store(tmp_path).exists()


def test_disconnecting_twice_is_fine_and_connecting_again_too(tmp_path: Path) -> None:
    closed_store(tmp_path, "a")
    store = sqlite_store(tmp_path)
    for _ in range(2):
        store.connect()
        assert store.count("Product", {}) == 1
        store.disconnect()
        store.disconnect()


def test_a_folder_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    if os.geteuid() == 0:  # root may write anywhere but into the kernel
        (tmp_path / "data").symlink_to("/proc/sys")
    else:
        (tmp_path / "data").mkdir(mode=0o500)

    with pytest.raises(SetupError, match="cannot be written"):
        sqlite_store(tmp_path).connect()


# -- whose it is, and what is left


def test_files_and_folders_are_the_owners_alone(store: SqliteStore, tmp_path: Path) -> None:
    create(store, "Product")
    data = tmp_path / "data"

    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in data.iterdir()} == {0o600}
    assert {file.name for file in data.iterdir()} == {
        "local.db",
        "local.db-wal",
        "local.db-shm",
        "lock",
    }


def test_after_disconnect_the_main_file_alone_holds_everything(tmp_path: Path) -> None:
    file = closed_store(tmp_path, "a")

    assert {each.name for each in file.parent.iterdir()} == {"local.db", "lock"}
    assert names_in(tmp_path) == ["a"]


def test_a_start_that_was_cut_off_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "local.db.new").write_bytes(b"half made")

    assert closed_store(tmp_path).exists()
    assert not (tmp_path / "data" / "local.db.new").exists()


# -- damage

DAMAGES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("empty", lambda _: b""),
    ("wrong header", lambda whole: b"x" * 100 + whole[100:]),
    ("cut in half", lambda whole: whole[: len(whole) // 2]),
    ("cut inside the header", lambda whole: whole[:50]),
    ("pages overwritten", lambda whole: whole[:8192] + b"\x07" * 40_000 + whole[48_192:]),
]


@pytest.mark.parametrize("damage", [damage for _, damage in DAMAGES], ids=[n for n, _ in DAMAGES])
def test_a_damaged_database_is_named_and_left_byte_for_byte(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    file = closed_store(tmp_path, *"abc")
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)

    with pytest.raises(StoreDamaged) as refusal:
        sqlite_store(tmp_path).connect()

    assert str(file) in str(refusal.value)
    assert "restore the newest backup" in str(refusal.value)
    assert file.read_bytes() == damaged
    assert {each.name for each in file.parent.iterdir()} <= {"local.db", "lock"}


def test_the_folder_is_free_again_after_a_refusal(tmp_path: Path) -> None:
    file = closed_store(tmp_path, "a")
    whole = file.read_bytes()
    file.write_bytes(b"")
    with pytest.raises(StoreDamaged):
        sqlite_store(tmp_path).connect()

    file.write_bytes(whole)

    assert names_in(tmp_path) == ["a"]


def test_a_check_finds_nothing_in_a_whole_database(store: SqliteStore) -> None:
    create(store, "Product")

    assert store.check() == []
    assert gevent.spawn(store.check).get() == []


def test_a_path_that_is_a_folder_or_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "data" / "local.db").mkdir(parents=True)

    for folder in ("file", "folder"):
        with pytest.raises(SetupError):
            sqlite_store(tmp_path / folder).connect()


# -- formats

LAST = max(formats.UPGRADES)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    file = closed_store(tmp_path)
    connection = Connection(file, writes=True)
    connection.run("PRAGMA application_id = 7")
    connection.close()

    with pytest.raises(SetupError, match="of another program"):
        sqlite_store(tmp_path).connect()


def test_a_database_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    file = closed_store(tmp_path)
    connection = Connection(file, writes=True)
    connection.run("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(SetupError, match="written by a newer version"):
        sqlite_store(tmp_path).connect()


def test_an_older_format_is_brought_up_to_date_after_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = closed_store(tmp_path, "a")
    newer = {**formats.UPGRADES, LAST + 1: ("CREATE TABLE `_more` (`x`)",)}
    monkeypatch.setattr(formats, "UPGRADES", newer)

    assert names_in(tmp_path) == ["a"]

    (copy,) = (file.parent / "backups").iterdir()
    assert f"format-{LAST}" in copy.name
    connection = Connection(file)
    assert pragma(connection, "user_version") == LAST + 1
    assert connection.rows("SELECT * FROM `_more`") == []
    connection.close()


def test_what_a_database_of_the_first_format_has_logged_is_kept_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "data" / "local.db"
    first = {1: formats.UPGRADES[1]}
    with monkeypatch.context() as patched:
        patched.setattr(formats, "UPGRADES", first)
        connection = formats.open_database(file, durability="normal", now=lambda: "")
        connection.run(
            "INSERT INTO `_changes` VALUES (7, '2024-05-01T10:00:00.000Z', 'Product', 'create', "
            "'p1', NULL, '{\"objectId\": \"p1\"}', 'r', 1)"
        )
        connection.close()

    store = sqlite_store(tmp_path)
    store.connect()
    (change,) = store.changes(6) or ()
    store.remember("area", {"name": "text"})
    store.disconnect()

    assert (change.object_id, change.origin) == ("p1", Origin(run="r", depth=1))


def test_an_upgrade_that_fails_leaves_the_old_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed_store(tmp_path, "a")
    broken = {**formats.UPGRADES, LAST + 1: ("CREATE TABLE `_more` (`x`)", "NONSENSE")}
    with monkeypatch.context() as patched:
        patched.setattr(formats, "UPGRADES", broken)
        with pytest.raises(Exception, match="NONSENSE"):
            sqlite_store(tmp_path).connect()

    assert names_in(tmp_path) == ["a"]


# -- copies


def test_a_backup_is_of_one_moment_while_writes_go_on(store: SqliteStore, tmp_path: Path) -> None:
    store.batch([Create(collection="Product", values={"name": "before"})] * 500)
    copying = gevent.spawn(store.backup, tmp_path / "copy.db")

    while not copying.ready():
        store.batch([Create(collection="Product", values={"name": "x"})] * 2, transaction=True)
        gevent.sleep(0)
    copying.get()

    connection = Connection(tmp_path / "copy.db")
    ((count,),) = connection.rows("SELECT count(*) FROM Product")
    assert connection.rows("PRAGMA integrity_check") == [("ok",)]
    connection.close()
    assert count >= 500
    assert count % 2 == 0
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600


def test_a_backup_never_overwrites_a_file(store: SqliteStore, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(SetupError, match="is there already"):
        store.backup(tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_backup_is_put_back_and_the_old_database_kept_aside(tmp_path: Path) -> None:
    file = closed_store(tmp_path, "a")
    store = sqlite_store(tmp_path)
    store.connect()
    store.backup(tmp_path / "copy.db")
    create(store, "Product", name="b")
    with pytest.raises(DataFolderInUse):
        restore(file, tmp_path / "copy.db", NOW)
    store.disconnect()

    aside = restore(file, tmp_path / "copy.db", NOW)

    assert names_in(tmp_path) == ["a"]
    assert aside is not None
    assert aside.parent == file.parent / "backups"
    restore(file, aside, "2024-05-01T11:00:00.000Z")
    assert names_in(tmp_path) == ["a", "b"]


def test_a_backup_is_restored_over_a_damaged_database_and_on_an_empty_machine(
    tmp_path: Path,
) -> None:
    copy = closed_store(tmp_path / "there", "a")
    file = closed_store(tmp_path / "damaged")
    file.write_bytes(b"broken")

    restore(file, copy, NOW)
    restore(file_of(tmp_path / "empty"), copy, NOW)

    assert names_in(tmp_path / "damaged") == names_in(tmp_path / "empty") == ["a"]


def test_a_damaged_backup_is_not_restored(tmp_path: Path) -> None:
    file = closed_store(tmp_path, "a")
    (tmp_path / "copy.db").write_bytes(file.read_bytes()[:5000])

    with pytest.raises(StoreDamaged):
        restore(file, tmp_path / "copy.db", NOW)

    assert names_in(tmp_path) == ["a"]


def test_a_change_that_loses_records_makes_a_copy_first(store: SqliteStore, tmp_path: Path) -> None:
    create(store, "Product", name="a")
    with pytest.raises(DestructiveChange):
        store.update_schema(Schema())
    assert not (tmp_path / "data" / "backups").exists()

    gevent.spawn(store.update_schema, Schema(), allow_destructive=True).get()

    (copy,) = (tmp_path / "data" / "backups").iterdir()
    connection = Connection(copy)
    assert connection.rows("SELECT name FROM Product") == [("a",)]
    connection.close()


def test_only_the_newest_copies_are_kept(store: SqliteStore, tmp_path: Path) -> None:
    for _ in range(7):
        store.update_schema(SHOP)
        create(store, "Product", name="a")
        store.update_schema(Schema(), allow_destructive=True)

    assert len(list((tmp_path / "data" / "backups").iterdir())) == 5
