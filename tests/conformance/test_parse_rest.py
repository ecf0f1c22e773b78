"""The Parse wire against answers recorded from real servers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.functions import Functions
from noodl_runtime.settings import Settings
from noodl_runtime.store.sqlite.store import SqliteStore
from tests.conformance.exceptions import EXCEPTIONS
from tests.conformance.fixture_functions import fixture_document
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
    backend.functions = functions = Functions(settings)
    functions.attach(backend, None, backend.belongings)
    functions.load([("fixtures.workflow.json", fixture_document())])
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


BARE = [
    # function    parameters                 value
    ("constant",  {},                        "hello"),
    ("sum",       {"numbers": [1, 2, 3.5]},  6.5),
    ("when",      {},                        "2020-01-02T03:04:05.678Z"),
    ("whoami",    {},                        None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "parameters", "value"), BARE)
def test_what_a_recorded_function_answers_bare_is_a_parameter_here(
    area_client: Callable[[str], Send], name: str, parameters: Any, value: Any
) -> None:
    headers = {"X-Parse-Application-Id": APP_ID}
    got = area_client("functions")("POST", f"/functions/{name}", parameters, headers)
    assert (got.status, got.body) == (200, {"result": {"value": value}})


def test_a_function_reads_a_record_with_full_rights(area_client: Callable[[str], Send]) -> None:
    send, headers = area_client("functions"), {"X-Parse-Application-Id": APP_ID}
    made = send("POST", "/classes/Hidden", {"n": 7, "ACL": {}}, headers).body["objectId"]
    assert send("GET", f"/classes/Hidden/{made}", None, headers).status == 404
    asked = {"id": made, "className": "Hidden"}
    got = send("POST", "/functions/readBack", asked, headers)
    assert got.body == {"result": {"value": 7}}


def test_every_exception_is_a_case() -> None:
    assert CASES.keys() >= EXCEPTIONS.keys()
