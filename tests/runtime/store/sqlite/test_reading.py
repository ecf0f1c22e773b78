"""Reading: how many statements, in which thread, and until when."""

import time
from collections.abc import Callable

import gevent
import pytest

from noodl_runtime.errors import QueryTooSlow
from noodl_runtime.store.contract import Create, Query
from noodl_runtime.store.sqlite.connection import Connection
from noodl_runtime.store.sqlite.failures import Interrupted
from noodl_runtime.store.sqlite.store import SqliteStore
from noodl_runtime.values import Pointer
from tests.runtime.store.sqlite.watching import pragma, reading, statements, words, writing
from tests.runtime.store.worlds import create, found, sqlite_store


def test_include_takes_one_statement_for_a_level_and_collection(store: SqliteStore) -> None:
    hall = create(store, "Room")
    for _ in range(20):
        shelf = create(store, "Shelf", room=Pointer("Room", hall["objectId"]))
        create(store, "Product", shelf=Pointer("Shelf", shelf["objectId"]))
    query = Query(collection="Product", include=("shelf.room",))

    with statements(store) as seen:
        gevent.spawn(store.query, query).get()

    assert words(seen) == ["SELECT"] * 3


def test_a_fetch_takes_one_statement(store: SqliteStore) -> None:
    made = create(store, "Product")

    with statements(store) as seen:
        gevent.spawn(store.fetch, "Product", made["objectId"]).get()

    assert words(seen) == ["SELECT"]


LONG = {"details.a": {"$regex": "^x*y$"}}  # a function call for every record


def fill(store: SqliteStore) -> None:
    values = {"details": {"a": "x" * 200}}
    store.batch([Create(collection="Product", values=values)] * 4000)


def test_a_long_read_moves_to_a_thread_and_stays_there(store: SqliteStore) -> None:
    fill(store)
    query = Query(collection="Product", where=LONG)

    assert gevent.spawn(store.query, query).get().records == []
    with statements(store) as seen:
        gevent.spawn(store.query, query).get()

    assert seen == []  # nothing on the hub's own connection


def busy(_connection: Connection) -> None:
    end = time.thread_time() + 0.005
    while time.thread_time() < end:
        pass


# what a read does once it is in a thread, and whether the next one goes there directly
AGAIN: list[tuple[Callable[[Connection], None], bool]] = [
    (lambda _: None, False),
    (lambda _: time.sleep(0.01), False),  # as on a busy machine
    (lambda _: time.sleep(0.06), True),  # as on a slow disk
    (busy, True),
]


@pytest.mark.parametrize(("work", "directly"), AGAIN)
def test_a_read_that_had_to_wait_begins_on_the_spot_again(
    store: SqliteStore, work: Callable[[Connection], None], directly: bool
) -> None:
    places: list[bool] = []

    def read(connection: Connection) -> None:
        places.append(connection is reading(store))
        if len(places) == 1:
            raise Interrupted
        work(connection)

    for _ in range(2):
        gevent.spawn(store._parts.reader.read, "shape", read).get()

    assert places == [True, False, not directly]


def test_others_go_on_while_a_long_read_runs(store: SqliteStore) -> None:
    fill(store)
    made = create(store, "Product")
    long = gevent.spawn(store.count, "Product", LONG)

    fetched = 0
    while not long.ready():
        gevent.spawn(store.fetch, "Product", made["objectId"]).get()
        fetched += 1

    assert long.get() == 0
    assert fetched > 1


def in_greenlet(work: Callable[[], object]) -> object:
    return gevent.spawn(work).get()


@pytest.mark.parametrize("run", [in_greenlet, lambda work: work()])
def test_a_read_that_takes_too_long_is_stopped_and_refused(
    tmp_path_factory: pytest.TempPathFactory, run: Callable[[Callable[[], object]], object]
) -> None:
    store = sqlite_store(tmp_path_factory.mktemp("slow"), query_timeout=0.005)
    store.connect()
    try:
        store.batch([Create(collection="_User", values={"authData": {"a": "x" * 200}})] * 4000)
        where = {"authData.a": {"$regex": "^x*y$"}}

        with pytest.raises(QueryTooSlow, match=r"query_timeout \(0\.005 s\)"):
            run(lambda: store.count("_User", where))
        assert store.fetch("_User", found(store, "_User", limit=1)[0]["objectId"])
    finally:
        store.disconnect()


def test_a_read_sees_every_write_that_was_answered_before_it(store: SqliteStore) -> None:
    def work() -> None:
        for _ in range(10):
            made = create(store, "Product")
            assert store.fetch("Product", made["objectId"]) == made

    gevent.joinall([gevent.spawn(work) for _ in range(5)], raise_error=True)


def test_a_misspelt_name_is_no_text_to_sqlite(store: SqliteStore) -> None:
    create(store, "Product", name="a")

    for where in ({"nmae": "nmae"}, {"nmae": {"$ne": None}}, {"nmae": {"$exists": True}}):
        assert found(store, "Product", where=where) == []
    assert len(found(store, "Product", order=("nmae", "-nmae"))) == 1


def test_an_indexed_field_is_found_by_its_index(store: SqliteStore) -> None:
    create(store, "Tag", word="new")
    query = Query(collection="Tag", where={"word": "new"})

    with statements(store) as seen:
        gevent.spawn(store.query, query).get()
    (plan,) = writing(store).rows(f"EXPLAIN QUERY PLAN {seen[0]}")

    assert "USING INDEX _index:Tag:word" in plan[3]


def test_connections_are_set_up_the_one_safe_way(store: SqliteStore) -> None:
    assert pragma(writing(store), "journal_mode") == "wal"
    assert pragma(writing(store), "foreign_keys") == 0
    assert pragma(writing(store), "trusted_schema") == 0
    assert pragma(reading(store), "query_only") == 1


@pytest.mark.parametrize(("durability", "synchronous"), [("full", 2), ("normal", 1)])
def test_acknowledged_means_flushed_unless_set_otherwise(
    tmp_path_factory: pytest.TempPathFactory, durability: str, synchronous: int
) -> None:
    store = sqlite_store(tmp_path_factory.mktemp("durable"), durability=durability)
    store.connect()

    assert pragma(writing(store), "synchronous") == synchronous
    store.disconnect()
