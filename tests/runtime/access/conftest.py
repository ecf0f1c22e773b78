"""A backend whose clocks stand still until a test moves them, reached through WSGI."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.access.access import Access
from noodl_runtime.access.keys import Keys
from noodl_runtime.access.tokens import later
from noodl_runtime.backend import Backend
from noodl_runtime.settings import Settings
from noodl_runtime.store.sqlite.store import SqliteStore
from tests.runtime.access.stories import Story
from tests.runtime.http.clients import WsgiClient

START = "2024-05-01T10:00:00.000Z"
SETTINGS: dict[str, Any] = {"mode": "development", "durability": "normal", "scrypt_cost": 10}
KEYS = Keys(master="master-key", read_only="read-only-key")


class Time:
    """Both clocks of a backend: that of kept moments, and that of what is counted."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> str:
        return later(START, self.passed)

    def seconds(self) -> float:
        return self.passed


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def make(tmp_path: Path, time: Time) -> Iterator[Callable[..., Backend]]:
    """make(max_wrong_passwords=3) -> a backend with an empty store."""
    made: list[Backend] = []

    def make_one(**settings: Any) -> Backend:
        chosen = Settings(**{**SETTINGS, **settings})
        store = SqliteStore(tmp_path / str(len(made)) / "local.db", chosen, clock=time.now)
        store.connect()
        access = Access(
            store,
            chosen,
            keys=KEYS,
            name="Shop",
            app_id="shop-app",
            clock=time.now,
            seconds=time.seconds,
        )
        backend = Backend(
            store=store,
            settings=chosen,
            name="Shop",
            app_id="shop-app",
            master_key=KEYS.master,
            access=lambda: access,
        )
        made.append(backend)
        return backend

    yield make_one
    for backend in made:
        backend.close()


@pytest.fixture
def backend(make: Callable[..., Backend]) -> Backend:
    return make()


@pytest.fixture
def story(backend: Backend) -> Story:
    return Story(WsgiClient(backend))
