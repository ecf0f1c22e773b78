"""The recorded workflow cases, and how one is played against a world that holds data and functions.

The cases are read from a `shared` folder beside the checkout when there is one, else from the copy
in tests/conformance.
"""

import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import gevent

from tests.runtime.workflow.comparing import Comparison
from tests.runtime.workflow.stub_server import StubServer

TESTS = Path(__file__).resolve().parents[2]
BESIDE = TESTS.parent.parent / "shared" / "conformance" / "workflows"
FOLDER = BESIDE if BESIDE.is_dir() else TESTS / "conformance" / "workflows"

Case = dict[str, Any]


def cases() -> Iterator[Case]:
    """Yield the cases in order of their ids."""
    for file in sorted(FOLDER.glob("*.json")):
        yield json.loads(file.read_text(encoding="utf-8"))


def waits_for_a_limit(case: Case) -> bool:
    """Say whether a call of the case takes its whole time limit."""
    return "time-limit" in case["features"]


class World(Protocol):
    """What a case is played against; empty when it begins."""

    def seed(self, seed: Mapping[str, Any]) -> None:
        """Bring in the schema, records, relations, users and configuration of a case."""

    def deploy(self, name: str, workflow: Any) -> None:
        """Serve the functions of an export."""

    def session(self, username: str, password: str) -> str:
        """Log a user in and return the session token."""

    def call(self, function: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, Any]:
        """Return status and decoded answer."""

    def records(self, collection: str) -> list[dict[str, Any]]:
        """Return all records in wire form, a relation field as the sorted ids it leads to."""


class Playing:
    """Plays one case."""

    def __init__(self, case: Case, world: World, stub: StubServer) -> None:
        self._case = case
        self._world = world
        self._stub = stub
        self._same = Comparison()
        self._words = {"{{stub}}": stub.address, "{{closed}}": _closed_address()}
        world.seed(case.get("seed", {}))
        world.deploy(case["id"], self._filled(case["workflow"]))

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
            token = self._world.session(login["username"], login["password"])
            self._words[f"{{{{session:{login['save']}}}}}"] = token
        elif "parallel" in step:
            jobs = [gevent.spawn(self._call, one["call"]) for one in step["parallel"]]
            gevent.joinall(jobs)
            for one, job in zip(step["parallel"], jobs, strict=True):
                self._check(one["expect"], job.value, name)
        else:
            self._check(step["expect"], self._call(step["call"]), name)

    def _call(self, call: Mapping[str, Any]) -> dict[str, Any]:
        call = self._filled(call)
        body = json.dumps(call.get("body", {})).encode()
        status, answer = self._world.call(call["function"], body, call.get("headers", {}))
        return {"status": status, "body": answer}

    def _check(self, expected: Any, got: Any, name: str) -> None:
        difference = self._same.difference(expected, self._stubbed(got), name)
        assert not difference, difference

    def _check_records(self, collection: str, expected: Mapping[str, Any]) -> None:
        shown = self._world.records(collection)
        order = expected["order_by"]
        shown.sort(key=lambda record: str(record.get(order) or ""))
        for want, record in zip(expected["records"], shown, strict=True):
            names = {*want, *record} if collection != "_User" else set(want)
            nulled = [{name: one.get(name) for name in names} for one in (_related(want), record)]
            difference = self._same.difference(nulled[0], nulled[1], f"{collection} afterwards")
            assert not difference, difference

    def _filled(self, value: Any) -> Any:
        text = json.dumps(value)
        for word, meaning in self._words.items():
            text = text.replace(word, meaning)
        return json.loads(text)

    def _stubbed(self, value: Any) -> Any:
        return json.loads(json.dumps(value).replace(self._stub.address, "{{stub}}"))


def _related(want: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value["$relation"] if isinstance(value, dict) and "$relation" in value else value
        for name, value in want.items()
    }


def _closed_address() -> str:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"
