"""Whole workflows recorded from the original runtime: data, calls, answers, data afterwards."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Query
from noodl_runtime.values import RelationTo
from noodl_runtime.workflow.wire import from_wire, to_wire
from tests.runtime.workflow.recorded import Case, Playing, cases, waits_for_a_limit
from tests.runtime.workflow.small_backend import SmallBackend
from tests.runtime.workflow.stub_server import StubServer

# case -> why it fails; strict, so that a case that passes must leave this list
KNOWN_FAILURES: dict[str, str] = {}


def params() -> Iterator[Any]:
    """Yield the cases; those that wait for a time limit are slow."""
    for case in cases():
        marks = [pytest.mark.slow] if waits_for_a_limit(case) else []
        if case["id"] in KNOWN_FAILURES:
            marks.append(pytest.mark.xfail(reason=KNOWN_FAILURES[case["id"]], strict=True))
        yield pytest.param(case, id=case["id"], marks=marks)


@pytest.fixture(autouse=True)
def universal_time() -> Iterator[None]:
    """Dates were recorded in UTC."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("case", list(params()))
def test_a_workflow_does_what_it_did_in_the_original(case: Case, tmp_path: Path) -> None:
    settings = Settings(
        mode="development", function_timeout=case.get("function_timeout_s", 15), durability="normal"
    )
    world = InProcess(tmp_path, settings)
    try:
        with StubServer(case.get("http_stub", [])) as stub:
            Playing(case, world, stub).play()
    finally:
        world.close()


class InProcess(SmallBackend):
    """A world without HTTP: a backend and functions over it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        super().__init__(folder, settings)
        self._called = Functions(settings, self, self, self)

    def deploy(self, name: str, workflow: Any) -> None:
        self._called.load([(name, workflow)])

    def session(self, username: str, password: str) -> str:
        return str(self.log_in(username, password)["sessionToken"])

    def call(self, function: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        lower = {name.lower(): value for name, value in headers.items()}
        answer = self._called.call(function, FunctionRequest(body=body, headers=lower))
        return answer.status, json.loads(answer.body)

    def records(self, collection: str) -> list[dict[str, Any]]:
        found = self.query(MASTER, Query(collection=collection, limit=1000)).records
        return [self._shown(collection, record) for record in found]

    def _shown(self, collection: str, record: dict[str, Any]) -> dict[str, Any]:
        shown = {}
        for name, value in record.items():
            if isinstance(value, RelationTo):
                shown[name] = self._related(collection, record["objectId"], name, value)
            else:
                shown[name] = to_wire(value)
        return shown

    def _related(self, collection: str, owner: str, name: str, field: RelationTo) -> list[str]:
        pointer = {"__type": "Pointer", "className": collection, "objectId": owner}
        where = {"$relatedTo": {"object": from_wire(pointer), "key": name}}
        found = self.query(MASTER, Query(collection=field.collection, where=where))
        return sorted(record["objectId"] for record in found.records)
