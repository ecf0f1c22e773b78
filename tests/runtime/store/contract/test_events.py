"""Events and the change log: each committed write once, in order, and nothing else."""

from collections.abc import Iterator

import gevent
import pytest

from noodl_runtime.errors import PortableError
from noodl_runtime.schema.operations import Increment
from noodl_runtime.store.contract import Action, Change, CloudStore, Create, Origin, Save
from noodl_runtime.values import Date, Pointer
from tests.runtime.store.worlds import create, delete, found, save

ACTIONS: tuple[Action, ...] = ("create", "save", "delete")


@pytest.fixture
def heard(store: CloudStore) -> Iterator[list[Change]]:
    """Return the list in which changes arrive."""
    changes: list[Change] = []
    for action in ACTIONS:
        store.on(action, changes.append)
    yield changes
    for action in ACTIONS:
        store.off(action, changes.append)


def test_each_write_is_heard_once_with_the_record_before_and_after(
    store: CloudStore, heard: list[Change]
) -> None:
    made = create(store, "Product", name="a")
    saved = save(store, made, "Product", price=1)
    delete(store, made, "Product")

    assert [(c.action, c.before, c.after) for c in heard] == [
        ("create", None, made),
        ("save", made, saved),
        ("delete", saved, None),
    ]
    assert {(c.collection, c.object_id) for c in heard} == {("Product", made["objectId"])}
    assert [c.sequence for c in heard] == list(
        range(heard[0].sequence, heard[0].sequence + len(heard))
    )


def test_the_change_log_keeps_what_was_heard(store: CloudStore, heard: list[Change]) -> None:
    made = create(store, "Product", since=Date("2024-05-01T00:00:00.000Z"), name=None)
    save(store, made, "Product", shelf=Pointer("Shelf", "s1"), ACL={"*": {"read": True}})
    delete(store, made, "Product")

    assert store.changes(heard[0].sequence - 1) == heard
    assert store.changes(heard[0].sequence) == heard[1:]
    assert store.changes(heard[0].sequence - 1, limit=2) == heard[:2]
    assert store.changes(heard[-1].sequence) == []


def test_a_failed_write_is_not_heard(store: CloudStore, heard: list[Change]) -> None:
    good = Create(collection="Product", values={"price": 1})
    bad = Create(collection="Product", values={"price": "x"})

    for writes in ([bad], [good, bad]):
        with pytest.raises(PortableError):
            store.batch(writes, transaction=True)
    store.batch([good, bad, good])

    assert [c.after and c.after["price"] for c in heard] == [1, 1]
    assert heard[1].sequence == heard[0].sequence + 1
    assert store.changes(heard[0].sequence - 1) == heard


def test_the_origin_of_a_write_travels_with_its_change(
    store: CloudStore, heard: list[Change]
) -> None:
    origin = Origin(run="r7", depth=2, chain="c1")

    store.write(Create(collection="Product", values={}, origin=origin))

    logged = store.changes(heard[0].sequence - 1)
    assert logged is not None
    assert [heard[0].origin, logged[0].origin] == [origin, origin]


def test_a_change_is_heard_after_its_commit(store: CloudStore) -> None:
    seen: list[int] = []
    store.on("create", lambda _change: seen.append(store.count("Product", {})))

    create(store, "Product")

    assert seen == [1]


def test_a_handler_may_write_and_the_order_stays(store: CloudStore, heard: list[Change]) -> None:
    def follow(change: Change) -> None:
        if change.collection == "Product":
            create(store, "Tag", word=change.object_id)

    store.on("create", follow)
    first, second = create(store, "Product"), create(store, "Product")

    assert [c.collection for c in heard] == ["Product", "Tag", "Product", "Tag"]
    assert [c.object_id for c in heard][::2] == [first["objectId"], second["objectId"]]


def test_a_handler_that_fails_harms_neither_the_write_nor_the_others(
    store: CloudStore, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_change: Change) -> None:
        raise ValueError("broken listener")

    heard: list[Change] = []
    store.on("create", fail)
    store.on("create", heard.append)

    create(store, "Product")

    assert len(heard) == len(found(store, "Product")) == 1
    assert "broken listener" in caplog.text


def test_a_handler_that_was_taken_off_hears_nothing(store: CloudStore, heard: list[Change]) -> None:
    store.off("create", heard.append)
    store.off("create", heard.append)

    create(store, "Product")

    assert heard == []


def test_what_the_caller_does_to_its_answer_does_not_reach_the_listeners(
    store: CloudStore, heard: list[Change]
) -> None:
    create(store, "Product", name="a").clear()

    assert heard[0].after is not None
    assert heard[0].after["name"] == "a"


def test_many_writers_at_once_are_each_heard_once_in_the_order_of_the_log(
    store: CloudStore, heard: list[Change]
) -> None:
    counter = create(store, "Product", price=0)

    def work() -> None:
        for _ in range(10):
            save(store, counter, "Product", price=Increment(1))
            create(store, "Tag")

    gevent.joinall([gevent.spawn(work) for _ in range(8)], raise_error=True)

    prices = [c.after["price"] for c in heard if c.collection == "Product" and c.after]
    assert prices == list(range(81))
    assert [c.sequence for c in heard] == sorted({c.sequence for c in heard})
    assert store.changes(heard[0].sequence - 1) == heard


def test_updated_at_grows_with_every_save_of_a_record(
    store: CloudStore, heard: list[Change]
) -> None:
    made = create(store, "Product", price=0)

    writes = [
        Save(collection="Product", object_id=made["objectId"], values={"price": Increment(1)})
    ] * 20
    store.batch(writes)

    times = [change.after["updatedAt"] for change in heard if change.after]
    assert times == sorted(set(times))
    assert len(times) == 21
