"""Whole workflows recorded from the original runtime: data, calls, answers, data afterwards.

The cases are read from a `shared` folder beside the checkout when there is one, else from the copy
in tests/conformance.
"""

import json
import os
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import gevent
import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Query
from noodl_runtime.values import RelationTo
from noodl_runtime.workflow.wire import to_wire
from tests.runtime.workflow.comparing import Comparison
from tests.runtime.workflow.small_backend import SmallBackend
from tests.runtime.workflow.stub_server import StubServer

TESTS = Path(__file__).resolve().parents[2]
BESIDE = TESTS.parent.parent / "shared" / "conformance" / "workflows"
FOLDER = BESIDE if BESIDE.is_dir() else TESTS / "conformance" / "workflows"

# case -> why it fails; strict, so that a case that passes must leave this list
KNOWN_FAILURES: dict[str, str] = {}


def cases() -> Iterator[Any]:
    """Yield the cases; those that wait for a time limit are slow."""
    for file in sorted(FOLDER.glob("*.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        marks = [pytest.mark.slow] if "time-limit" in case["features"] else []
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


@pytest.mark.parametrize("case", list(cases()))
def test_a_workflow_does_what_it_did_in_the_original(case: dict[str, Any], tmp_path: Path) -> None:
    settings = Settings(
        mode="development", function_timeout=case.get("function_timeout_s", 15), durability="normal"
    )
    backend = SmallBackend(tmp_path, settings)
    try:
        with StubServer(case.get("http_stub", [])) as stub:
            Playing(case, backend, settings, stub).play()
    finally:
        backend.close()


class Playing:
    """Plays one case against a fresh backend."""

    def __init__(
        self,
        case: Mapping[str, Any],
        backend: SmallBackend,
        settings: Settings,
        stub: StubServer,
    ) -> None:
        self._case = case
        self._backend = backend
        self._stub = stub
        self._same = Comparison()
        self._words = {"{{stub}}": stub.address, "{{closed}}": _closed_address()}
        backend.seed(case.get("seed", {}))
        self._functions = Functions(settings, backend, backend, backend)
        self._functions.load([(case["id"], self._filled(case["workflow"]))])

    def play(self) -> None:
        """Make the calls and compare answers, data and outgoing requests."""
        for number, step in enumerate(self._case["steps"], 1):
            self._step(step, f"step {number}")
        gevent.sleep(self._case.get("settle_ms", 20) / 1000)
        for collection, expected in self._case.get("expect_db", {}).items():
            self._check_records(collection, expected)
        if "expect_http" in self._case:
            received = [self._stubbed(entry) for entry in self._stub.received]
            assert not self._same.difference(self._case["expect_http"], received, "http")

    def _step(self, step: Mapping[str, Any], name: str) -> None:
        if "login" in step:
            login = step["login"]
            user = self._backend.log_in(login["username"], login["password"])
            self._words[f"{{{{session:{login['save']}}}}}"] = user["sessionToken"]
        elif "parallel" in step:
            jobs = [gevent.spawn(self._call, one["call"]) for one in step["parallel"]]
            gevent.joinall(jobs)
            for one, job in zip(step["parallel"], jobs, strict=True):
                self._check(one["expect"], job.value, name)
        else:
            self._check(step["expect"], self._call(step["call"]), name)

    def _call(self, call: Mapping[str, Any]) -> dict[str, Any]:
        call = self._filled(call)
        headers = {name.lower(): value for name, value in call.get("headers", {}).items()}
        body = json.dumps(call.get("body", {})).encode()
        answer = self._functions.call(call["function"], FunctionRequest(body=body, headers=headers))
        return {"status": answer.status, "body": json.loads(answer.body)}

    def _check(self, expected: Any, got: Any, name: str) -> None:
        difference = self._same.difference(expected, self._stubbed(got), name)
        assert not difference, difference

    def _check_records(self, collection: str, expected: Mapping[str, Any]) -> None:
        found = self._backend.query(MASTER, Query(collection=collection, limit=1000)).records
        shown = [self._shown(collection, record) for record in found]
        order = expected["order_by"]
        shown.sort(key=lambda record: str(record.get(order) or ""))
        for want, record in zip(expected["records"], shown, strict=True):
            names = {*want, *record} if collection != "_User" else set(want)
            nulled = [
                {name: one.get(name) for name in names} for one in (self._relations(want), record)
            ]
            difference = self._same.difference(nulled[0], nulled[1], f"{collection} afterwards")
            assert not difference, difference

    def _relations(self, want: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value["$relation"] if isinstance(value, dict) and "$relation" in value else value
            for name, value in want.items()
        }

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
        from noodl_runtime.workflow.wire import from_wire

        where = {"$relatedTo": {"object": from_wire(pointer), "key": name}}
        found = self._backend.query(MASTER, Query(collection=field.collection, where=where))
        return sorted(record["objectId"] for record in found.records)

    def _filled(self, value: Any) -> Any:
        text = json.dumps(value)
        for word, meaning in self._words.items():
            text = text.replace(word, meaning)
        return json.loads(text)

    def _stubbed(self, value: Any) -> Any:
        return json.loads(json.dumps(value).replace(self._stub.address, "{{stub}}"))


def _closed_address() -> str:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"
