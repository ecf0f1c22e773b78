"""Group commit: how many transactions writes take, from greenlets, plain code and threads."""

import threading

import gevent
import pytest

from noodl_runtime.errors import WrongType
from noodl_runtime.schema.operations import Increment
from noodl_runtime.store.contract import Create
from noodl_runtime.store.sqlite.store import SqliteStore
from tests.runtime.store.sqlite.watching import statements, words, writing
from tests.runtime.store.worlds import create, found, save


def test_writes_of_greenlets_that_are_ready_together_share_one_commit(store: SqliteStore) -> None:
    with statements(store) as seen:
        jobs = [gevent.spawn(create, store, "Product", price=n) for n in range(10)]
        gevent.joinall(jobs, raise_error=True)

    assert words(seen).count("COMMIT") == 1
    assert words(seen).count("SAVEPOINT") == 10
    assert store.count("Product", {}) == 10


def test_a_write_that_nobody_joins_takes_one_commit_and_no_savepoint(store: SqliteStore) -> None:
    with statements(store) as seen:
        gevent.spawn(create, store, "Product").get()

    assert words(seen) == ["BEGIN", "INSERT", "INSERT", "COMMIT"]


def test_plain_code_needs_no_hub(store: SqliteStore) -> None:
    with statements(store) as seen:
        create(store, "Product")
        create(store, "Product")

    assert words(seen).count("COMMIT") == 2


def test_one_that_fails_in_a_group_harms_no_other(store: SqliteStore) -> None:
    good = [gevent.spawn(create, store, "Product", price=n) for n in range(3)]
    bad = gevent.spawn(create, store, "Product", price="x")
    more = gevent.spawn(create, store, "Product", price=3)

    gevent.joinall([*good, bad, more])

    assert isinstance(bad.exception, WrongType)
    assert [record["price"] for record in found(store, "Product")] == [0, 1, 2, 3]
    changes = store.changes(0)
    assert changes is not None
    assert [change.sequence for change in changes] == [1, 2, 3, 4]


def test_a_group_that_cannot_commit_fails_as_a_whole_and_the_next_one_goes_on(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = writing(store).run

    def broken(text: str, parameters: tuple[object, ...] = ()) -> int:
        if text == "COMMIT":
            raise OSError("no more")
        return run(text, parameters)

    monkeypatch.setattr(writing(store), "run", broken)
    jobs = [gevent.spawn(create, store, "Product") for _ in range(3)]
    gevent.joinall(jobs)
    monkeypatch.undo()

    assert {type(job.exception) for job in jobs} == {OSError}
    assert store.count("Product", {}) == 0
    create(store, "Product")
    assert [change.sequence for change in store.changes(0) or []] == [1]


def test_a_greenlet_killed_while_others_joined_it_lets_none_of_them_hang(
    store: SqliteStore,
) -> None:
    leader = gevent.spawn(create, store, "Product", name="leader")
    others = [gevent.spawn(create, store, "Product", name="other") for _ in range(3)]
    gevent.sleep(0)

    leader.kill()
    gevent.joinall(others, timeout=5, raise_error=True)

    assert store.count("Product", {"name": "other"}) == 3


def test_threads_may_write_beside_the_hub(store: SqliteStore) -> None:
    counter = create(store, "Product", price=0)

    def work() -> None:
        for _ in range(20):
            save(store, counter, "Product", price=Increment(1))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    gevent.joinall([gevent.spawn(work) for _ in range(3)], raise_error=True)
    for thread in threads:
        thread.join()

    assert found(store, "Product")[0]["price"] == 120
    assert [change.sequence for change in store.changes(0) or []] == list(range(1, 122))


def test_a_batch_is_one_transaction(store: SqliteStore) -> None:
    with statements(store) as seen:
        store.batch([Create(collection="Product", values={})] * 50)

    assert words(seen).count("COMMIT") == 1
