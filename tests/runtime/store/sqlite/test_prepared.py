"""What depends on the schema alone is made once per schema. Work is counted, never timed."""

from collections.abc import Callable
from typing import Any

import pytest

from noodl_runtime.schema.field_types import FIELD_TYPES
from noodl_runtime.store import applying
from noodl_runtime.store.sqlite import table
from noodl_runtime.store.sqlite.store import SqliteStore
from tests.runtime.store.worlds import create, found, save


class Looked(dict[str, Any]):
    """The table of field types, counting who looks into it."""

    count = 0

    def __getitem__(self, name: str) -> Any:
        self.count += 1
        return super().__getitem__(name)


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> Looked:
    """Count looks into the table of field types, by reading and by writing."""
    looked = Looked(FIELD_TYPES)
    monkeypatch.setattr(applying, "FIELD_TYPES", looked)
    monkeypatch.setattr(table, "FIELD_TYPES", looked)
    monkeypatch.setattr("noodl_runtime.schema.field_types.FIELD_TYPES", looked)
    return looked


def test_writes_of_plain_values_look_up_no_type(store: SqliteStore, looked: Looked) -> None:
    looked.count = 0

    for number in range(10):
        made = create(store, "Product", name="a", price=number, sold=True, details={"a": [1]})
        save(store, made, "Product", price=number + 0.5, sizes=[1, "x"])

    assert looked.count == 0


def test_records_that_are_read_look_up_no_type(store: SqliteStore, looked: Looked) -> None:
    for number in range(10):
        create(store, "Product", name="a", price=number, details={"a": [1]})
    whole = found(store, "Product")
    looked.count = 0

    assert found(store, "Product") == whole
    assert looked.count == 0


def counted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[Any]:
    """Collect the calls of a function that the tables use."""
    calls: list[Any] = []
    work: Callable[..., Any] = getattr(table, name)

    def watched(*arguments: Any) -> Any:
        calls.append(arguments)
        return work(*arguments)

    monkeypatch.setattr(table, name, watched)
    return calls


def test_an_order_becomes_sql_once(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = counted(monkeypatch, "compile_order")

    for place in range(5):
        found(store, "Product", where={"price": place}, order=("-price", "name"))

    assert len(compiled) == 1


def test_a_selection_of_fields_is_made_once(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = counted(monkeypatch, "Selection")

    for _ in range(5):
        found(store, "Product", keys=("name", "sizes"))

    assert len(made) == 1
