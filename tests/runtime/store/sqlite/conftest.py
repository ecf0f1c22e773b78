"""A store in SQLite with the collections of the shop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from noodl_runtime.store.sqlite.store import SqliteStore
from tests.runtime.store.worlds import SHOP, sqlite_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Return a connected store, empty."""
    made = sqlite_store(tmp_path)
    made.connect()
    made.update_schema(SHOP)
    yield made
    made.disconnect()
