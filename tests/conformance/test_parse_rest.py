"""The Parse wire against answers recorded from real servers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.settings import Settings
from noodl_runtime.store.sqlite.store import SqliteStore
from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.running import APP_ID, MASTER_KEY, cases, run
from tests.runtime.http.clients import Send, WsgiClient
from tests.runtime.http.conftest import make_belongings

CASES = {case["id"]: (area, case) for area, case in cases()}


@pytest.fixture(scope="session")
def area_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Send]]:
    """area_client("ops") -> the client of a backend that all cases of an area share."""
    backends: dict[str, tuple[Backend, Send]] = {}

    def client(area: str) -> Send:
        if area not in backends:
            backend = fresh_backend(tmp_path_factory.mktemp(area))
            backends[area] = backend, WsgiClient(backend)
        return backends[area][1]

    yield client
    for backend, _ in backends.values():
        backend.close()


def fresh_backend(folder: Path) -> Backend:
    store = SqliteStore(folder / "local.db", Settings())
    store.connect()
    settings = Settings(mode="development", scrypt_cost=10)
    backend = Backend(
        store=store, settings=settings, name="conf", app_id=APP_ID, master_key=MASTER_KEY
    )
    backend.belongings = make_belongings(folder, backend)
    return backend


def _params() -> Iterator[Any]:
    for name, (area, case) in CASES.items():
        reason = EXCEPTIONS.get(name)
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        yield pytest.param(area, case, id=name, marks=marks)


@pytest.mark.parametrize(("area", "case"), list(_params()))
def test_the_answers_are_those_recorded(
    area_client: Callable[[str], Send], area: str, case: dict[str, Any]
) -> None:
    run(case, area_client(area))


def test_every_exception_is_a_case() -> None:
    assert CASES.keys() >= EXCEPTIONS.keys()
