"""Every test in this folder runs over every store in STORES."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from noodl_runtime.store.contract import CloudStore
from tests.runtime.store.worlds import STORES, opened


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CloudStore]:
    """Return a connected store with the collections of the shop, empty."""
    yield from opened(STORES[request.param](tmp_path))
