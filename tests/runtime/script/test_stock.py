"""Contexts made ahead: ready and compiled for the next run, never used by two."""

import json
import threading
from collections.abc import Iterator

import pytest

from noodl_runtime.script import stock as stock_module
from noodl_runtime.script.engine import Engine
from noodl_runtime.script.stock import Stock

TEXT = "Outputs.seen = typeof globalThis.left; globalThis.left = 1; console.log(1)"
RUN = json.dumps([["compile", 0, TEXT], ["run", 0, []]])


def forever() -> None:
    return None


class Made:
    """Watches the contexts that are made: waits for the next one that is ready."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.prepared = threading.Semaphore(0)
        made = self

        class Watched(Engine):
            def call(self, text: str) -> str:
                answer = super().call(text)
                made.calls.append(text)
                if text.startswith('[["prepare"'):
                    made.prepared.release()
                return answer

        monkeypatch.setattr(stock_module, "Engine", Watched)

    def wait(self, count: int = 1) -> None:
        for _ in range(count):
            assert self.prepared.acquire(timeout=20)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    return Made(monkeypatch)


@pytest.fixture
def stock() -> Iterator[Stock]:
    stock = Stock(64_000_000, 2)
    yield stock
    stock.close()


def test_no_context_serves_two_runs(stock: Stock, made: Made) -> None:
    first = stock.take((TEXT,), forever)
    first.call(RUN)
    made.wait(2)
    second, third = (stock.take((TEXT,), forever) for _ in range(2))
    assert len({first, second, third}) == 3
    assert outputs(second.call(RUN)) == [["output", 0, "seen", "undefined"]]


def test_the_scripts_of_a_function_are_compiled_ahead(stock: Stock, made: Made) -> None:
    stock.take((TEXT,), forever)
    made.wait(2)
    assert made.calls == [json.dumps([["prepare", [TEXT], []]])] * 2


def test_parts_of_the_prelude_that_runs_use_are_read_ahead(stock: Stock, made: Made) -> None:
    engine = stock.take((TEXT,), forever)
    made.wait(2)
    for effect in json.loads(engine.call(RUN))["effects"]:
        if effect[0] == "part":
            engine.used(effect[1])
    stock.take((TEXT,), forever)
    made.wait()
    assert made.calls[-1] == json.dumps([["prepare", [TEXT], ["globals"]]])


def test_a_script_that_does_not_compile_is_complained_of_by_its_node(
    stock: Stock, made: Made
) -> None:
    stock.take(("(",), forever)
    made.wait(2)
    answer = json.loads(stock.take(("(",), forever).call(json.dumps([["compile", 0, "("]])))
    assert answer["effects"][0][1] == "error"
    assert "Error while parsing action script" in answer["effects"][0][2]


def test_contexts_are_kept_for_a_bounded_number_of_functions(
    stock: Stock, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_module, "MOST_SHELVES", 1)
    stock.take((TEXT,), forever)
    made.wait(2)
    stock.take(("other",), forever)
    assert len(stock._shelves) == 1


def test_a_closed_stock_makes_contexts_as_they_are_needed(stock: Stock, made: Made) -> None:
    stock.take((TEXT,), forever)
    stock.close()
    assert outputs(stock.take((TEXT,), forever).call(RUN))
    assert stock._shelves == {}


def outputs(answer: str) -> list[list[object]]:
    return [effect for effect in json.loads(answer)["effects"] if effect[0] == "output"]
