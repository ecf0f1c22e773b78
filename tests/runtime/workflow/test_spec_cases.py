"""The worked cases of the workflow specification: one graph, one call, the recorded answer.

The cases are read from a `shared` folder beside the checkout when there is one, else from the copy
in tests/conformance.
"""

import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gevent
import pytest

from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from tests.runtime.workflow.wire_store import NoSchema, WireAnswers

TESTS = Path(__file__).resolve().parents[2]
BESIDE = TESTS.parent.parent / "shared" / "spec" / "examples" / "cases.json"
FILE = BESIDE if BESIDE.exists() else TESTS / "conformance" / "spec-cases.json"
DOCUMENT = json.loads(FILE.read_text(encoding="utf-8"))
PATIENCE = 0.9  # seconds; the original was watched this long for cases without an answer

# case -> why it fails; strict, so that a case that passes must leave this list
KNOWN_FAILURES: dict[str, str] = {}


def cases() -> Iterator[Any]:
    """Yield the cases; those that wait for a time limit are slow."""
    for case in DOCUMENT["cases"]:
        marks = [pytest.mark.slow] if case["expect"].get("noAnswer") else []
        if case["id"] in KNOWN_FAILURES:
            marks.append(pytest.mark.xfail(reason=KNOWN_FAILURES[case["id"]], strict=True))
        yield pytest.param(case, id=case["id"], marks=marks)


@pytest.fixture
def time_zone() -> Iterator[Any]:
    """Change the time zone of the process for one test."""
    before = os.environ.get("TZ")

    def change(name: str) -> None:
        os.environ["TZ"] = name
        time.tzset()

    yield change
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize("case", list(cases()))
def test_a_graph_gives_the_recorded_answer(
    case: dict[str, Any], caplog: pytest.LogCaptureFixture, time_zone: Any
) -> None:
    if "timezone" in case:
        time_zone(case["timezone"])
    caplog.set_level(logging.DEBUG, "noodl.functions")
    answers = WireAnswers(case.get("db", []), case.get("config", {}))
    functions = Functions(
        Settings(function_timeout=PATIENCE),
        NoSchema(),  # type: ignore[arg-type]
        make_answers=lambda *_: answers,  # type: ignore[arg-type,return-value]
    )
    metadata = case.get("metadata", {})
    metadata = DOCUMENT["metadata"][metadata] if isinstance(metadata, str) else metadata
    document = {"components": case["components"], "metadata": metadata, "settings": {}}
    functions.load([("case", document)])
    body = case.get("rawBody", json.dumps(case.get("body", {})))
    answer = functions.call(
        case.get("function", "F"),
        FunctionRequest(body=body.encode(), headers=case.get("headers", {})),
    )
    gevent.sleep(0.03)
    check(case["expect"], answer, [record.getMessage() for record in caplog.records], answers.calls)


def check(expect: dict[str, Any], answer: Any, lines: list[str], calls: list[Any]) -> None:
    """Compare an answer, the texts scripts logged, and the calls to the database."""
    if expect.get("noAnswer"):
        assert (answer.status, json.loads(answer.body)) == (500, {"error": "timeout"})
    else:
        assert (answer.status, json.loads(answer.body)) == (expect["status"], expect["body"])
    if "logs" in expect:
        assert [line.split("L:", 1)[1] for line in lines if "L:" in line] == expect["logs"]
    if "calls" in expect:
        assert [_comparable(call) for call in calls][: len(expect["calls"])] == [
            _comparable(call) for call in expect["calls"]
        ] or _loose(calls, expect["calls"])
        assert len(calls) == len(expect["calls"])


def _comparable(call: list[Any]) -> list[Any]:
    return [call[0], unquote(call[1]), *call[2:]]


def _loose(calls: list[Any], wanted: list[Any]) -> bool:
    """An entry of two elements checks method and path only."""
    return all(
        _comparable(call)[: len(entry)] == _comparable(entry)
        for call, entry in zip(calls, wanted, strict=False)
    )
