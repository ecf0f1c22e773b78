import pytest

from tests.runtime.query.world import World, shop


@pytest.fixture(scope="session")
def world() -> World:
    """The shop: apple a1, Bread 100% b2, candle c3, and d4 with no field set. Read only."""
    return shop()
