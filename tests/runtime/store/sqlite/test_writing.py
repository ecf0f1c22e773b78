"""Writing: full disks, clocks set back, ids that collide, the bounds of the change log."""

from pathlib import Path
from typing import Any

import gevent
import pytest

from noodl_runtime.errors import DuplicateValue, StoreFull
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Change, Create
from noodl_runtime.store.sqlite.store import SqliteStore
from tests.runtime.store.sqlite.watching import writing
from tests.runtime.store.worlds import SHOP, create, delete, found, save, sqlite_store, ticking


def opened(folder: Path, **more: Any) -> SqliteStore:
    settings = Settings(durability="normal", **more.pop("settings", {}))
    store = SqliteStore(folder / "data" / "local.db", settings, **more)
    store.connect()
    store.update_schema(SHOP)
    return store


def sequences(changes: list[Change] | None) -> list[int] | None:
    return None if changes is None else [change.sequence for change in changes]


def test_a_full_disk_refuses_writes_whole_and_serves_reads(store: SqliteStore) -> None:
    kept = create(store, "Product", name="kept")
    pages = writing(store).rows("PRAGMA page_count")[0][0]
    writing(store).rows(f"PRAGMA max_page_count = {pages + 3}")
    heard: list[Change] = []
    store.on("create", heard.append)
    large = Create(collection="Product", values={"name": "x" * 50_000})

    with pytest.raises(StoreFull, match="make room") as refusal:
        store.write(large)
    with pytest.raises(StoreFull):
        store.batch([large, large])
    jobs = [gevent.spawn(store.write, large) for _ in range(3)]
    gevent.joinall(jobs)

    assert refusal.value.status == 507
    assert {type(job.exception) for job in jobs} == {StoreFull}
    assert found(store, "Product") == [kept]
    assert heard == []
    writing(store).rows("PRAGMA max_page_count = 1000000")
    store.write(large)
    assert len(found(store, "Product")) == 2
    assert store.check() == []


def test_updated_at_grows_even_when_the_clock_is_set_back(tmp_path: Path) -> None:
    times = iter(["2024-05-01T10:00:00.000Z"] * 4 + ["2020-01-01T00:00:00.000Z"] * 9)
    store = opened(tmp_path, clock=lambda: next(times))
    made = create(store, "Product")

    saved = [save(store, made, "Product")["updatedAt"] for _ in range(4)]

    assert saved == sorted({made["updatedAt"], *saved})[1:]
    assert saved[-1].startswith("2024-05-01T10:00:00.00")
    store.disconnect()


def test_an_id_that_is_taken_is_tried_again_with_another(tmp_path: Path) -> None:
    ids = iter(["a", "a", "a", "b"])
    store = opened(tmp_path, new_id=lambda: next(ids))

    made = [create(store, "Product")["objectId"] for _ in range(2)]

    assert made == ["a", "b"]
    assert sequences(store.changes(0)) == [1, 2]
    store.disconnect()


def test_a_source_of_ids_that_is_stuck_is_an_error_and_no_endless_loop(tmp_path: Path) -> None:
    store = opened(tmp_path, new_id=lambda: "a")
    create(store, "Product")

    with pytest.raises(DuplicateValue):
        create(store, "Product")
    store.disconnect()


def test_the_change_log_keeps_so_many_changes(tmp_path: Path) -> None:
    store = opened(tmp_path, settings={"change_log_size": 3})

    for _ in range(9):
        create(store, "Product")

    assert sequences(store.changes(6)) == [7, 8, 9]
    assert sequences(store.changes(9)) == []
    assert store.changes(2) is None
    assert store.changes(10) is None
    store.disconnect()


def test_the_change_log_keeps_changes_for_so_long_and_the_last_for_ever(tmp_path: Path) -> None:
    store = opened(
        tmp_path, clock=ticking(), settings={"change_log_size": 4, "change_log_age": 90.0}
    )

    for _ in range(8):  # a minute each; the log is trimmed with every fourth
        create(store, "Product")

    assert sequences(store.changes(6)) == [7, 8]
    assert store.changes(5) is None
    store.disconnect()


def test_sequence_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    store = opened(tmp_path)
    made = create(store, "Product")
    delete(store, made, "Product")
    store.disconnect()

    again = sqlite_store(tmp_path)
    again.connect()
    create(again, "Product")

    assert sequences(again.changes(0)) == [1, 2, 3]
    again.disconnect()


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    store = opened(tmp_path)
    made = create(store, "Product", name="a", price=1.0, sizes=[None], details={"x": True})
    schema = store.get_schema()
    store.disconnect()

    again = sqlite_store(tmp_path)
    again.connect()

    assert found(again, "Product") == [made]
    assert again.get_schema() == schema
    again.disconnect()


def test_a_limit_that_was_lowered_does_not_stop_a_start(tmp_path: Path) -> None:
    opened(tmp_path).disconnect()

    store = sqlite_store(tmp_path, max_fields=2)
    store.connect()

    assert create(store, "Product")
    store.disconnect()


def test_a_start_on_a_present_database_writes_nothing(tmp_path: Path) -> None:
    opened(tmp_path).disconnect()
    before = (tmp_path / "data" / "local.db").read_bytes()

    store = sqlite_store(tmp_path)
    store.connect()
    store.disconnect()

    assert (tmp_path / "data" / "local.db").read_bytes() == before
