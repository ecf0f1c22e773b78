"""What the backend itself must not forget: texts by area and name, beside the records."""

from noodl_runtime.store.contract import Change, CloudStore
from tests.runtime.store.worlds import create


def test_a_text_is_remembered_until_it_is_forgotten(store: CloudStore) -> None:
    store.remember("triggers", {"a": "1", "b": "2"})
    store.remember("triggers", {"a": None, "b": "3", "c": None})
    store.remember("other", {"b": "4"})

    assert store.remembered("triggers") == {"b": "3"}
    assert store.remembered("other") == {"b": "4"}
    assert store.remembered("unknown") == {}


def test_what_is_remembered_is_no_change(store: CloudStore) -> None:
    heard: list[Change] = []
    store.on("create", heard.append)
    before = store.last_change()

    store.remember("triggers", {"a": "1"})

    assert heard == []
    assert store.last_change() == before


def test_the_latest_change_is_the_one_after_which_there_is_none_yet(store: CloudStore) -> None:
    create(store, "Product", name="a")

    assert store.changes(store.last_change()) == []
    assert [c.after and c.after["name"] for c in store.changes(store.last_change() - 1) or ()] == [
        "a"
    ]
