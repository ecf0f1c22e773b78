"""Limits of functions: each has a name, an error and an end; a runaway fails alone.

While a runaway works, a second client calls another function over a connection of its own. What
counts is that it is answered, again and again, until the runaway has ended.
"""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent.pool import Pool

from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from tests.runtime.http.clients import ServerClient
from tests.runtime.http.conftest import make_shop
from tests.runtime.workflow.graphs import component, document, node, script
from tests.runtime.workflow.wire_store import NoSchema

ECHO = component(
    "Echo",
    [node("q", "Request"), node("r", "Response")],
    "q.pm-text -> r.pm-text, q.receive -> r.send",
)


def scripted(text: str, *signals: str, name: str = "Runaway") -> Any:
    """Write a function whose script signals Done, or others that lead back to the script."""
    back = "".join(f", f.out-{signal} -> f.run" for signal in signals)
    return component(
        name,
        [node("q", "Request"), script("f", text, "Done", *signals), node("r", "Response")],
        f"q.receive -> f.run, f.out-v -> r.pm-v, f.out-Done -> r.send{back}",
    )


CYCLE = component(
    "Runaway",
    [node("q", "Request"), node("a", "Expression", expression="x + 1"),
     node("b", "Expression", expression="y + 1"), node("r", "Response")],
    "a.result -> b.y, b.result -> a.x, q.receive -> r.send",
)  # fmt: skip
TIMEOUT, MEMORY = {"error": "timeout"}, {"error": "Out of memory"}
TOO_LONG = "timeout: it took more than 1.2 s (settings function_timeout, function_timeouts)"
TOO_MUCH = "Out of memory: its scripts held more than 32000000 bytes (setting script_memory)"

RUNAWAYS = {
    # what                     function                                                        answer   log
    "a loop":                  (scripted("while (true) {}"),                                   TIMEOUT, TOO_LONG),
    "a loop that catches":     (scripted("while (true) { try { null.x } catch {} }"),          TIMEOUT, TOO_LONG),
    "a chain of promises":     (scripted("const go = () => { Promise.resolve().then(go) }; go()"), TIMEOUT, TOO_LONG),
    "an await in a loop":      (scripted("while (true) await null"),                           TIMEOUT, TOO_LONG),
    "a chain of immediates":   (scripted("const go = () => setImmediate(go); go()"),           TIMEOUT, TOO_LONG),
    "a chain of timers":       (scripted("const go = () => setTimeout(go, 0); go()"),          TIMEOUT, TOO_LONG),
    "a backtracking pattern":  (scripted("/^(a+)+$/.test('a'.repeat(60) + 'b')"),              TIMEOUT, TOO_LONG),
    "a script that runs itself": (scripted("Outputs.Again()", "Again"),                        TIMEOUT, TOO_LONG),
    "a script that runs itself later": (scripted("await null; Outputs.Again()", "Again"),      TIMEOUT, TOO_LONG),
    "values in a circle":      (CYCLE,                                                         TIMEOUT, TOO_LONG),
    "arrays without end":      (scripted("const a = []; while (true) a.push(new Array(10000).fill(1))"), MEMORY, TOO_MUCH),
    "texts without end":       (scripted("const a = []; while (true) a.push('x'.repeat(1e5) + a.length)"), MEMORY, TOO_MUCH),
    "bytes without end":       (scripted("const a = []; while (true) a.push(new Uint8Array(1e6))"), MEMORY, TOO_MUCH),
    "outputs without end":     (scripted("for (let i = 0; ; i++) Outputs.v = i"),               MEMORY, TOO_MUCH),
    "lines without end":       (scripted("for (;;) console.log('x'.repeat(1000))"),            MEMORY, TOO_MUCH),
}  # fmt: skip


class House:
    """A backend behind a real server, and calls of its functions over connections of their own."""

    def __init__(self, folder: Path, *components: Any, **settings: Any) -> None:
        given = {"function_timeout": 1.2, "script_memory": 32_000_000, **settings}
        given["function_timeouts"] = ("Echo=30",)  # the others' calls have time on a busy machine
        self.backend = make_shop(folder, Settings(mode="development", **given))
        functions = self.backend.functions = Functions(self.backend.settings)
        functions.attach(self.backend, self.backend.access.accounts, self.backend.belongings)
        functions.load([("test.workflow.json", document(ECHO, *components))])
        self.client = ServerClient(self.backend)

    def call(self, name: str, body: Any = None) -> tuple[int, Any]:
        answer = self.client("POST", f"/functions/{name}", body or {})
        return answer.status, answer.body

    def close(self) -> None:
        self.client.close()
        assert self.backend.functions is not None
        self.backend.functions.close()
        self.backend.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_runaway_ends_at_its_limit_and_stops_nobody(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runaway, answer, told = RUNAWAYS[name]
    house = House(tmp_path, runaway, function_timeout=1.2 if answer is TIMEOUT else 30)
    assert house.call("Echo", {"text": "before"})[0] == 200
    running = gevent.spawn(house.call, "Runaway")
    gevent.sleep(0)
    answered = 0
    while not running.ready():
        assert house.call("Echo", {"text": "hi"}) == (200, {"result": {"text": "hi"}})
        answered += not running.ready()
    assert answered >= 1
    assert running.get() == (500, answer)
    assert house.call("Echo", {"text": "after"}) == (200, {"result": {"text": "after"}})
    line = next(r.getMessage() for r in caplog.records if told in r.getMessage())
    assert "/#__local__/Runaway " in line  # component and node, whichever worked last
    house.close()


def test_endless_recursion_is_an_error_that_the_script_can_catch(tmp_path: Path) -> None:
    text = """
    const f = () => f() + 1;
    try { f() } catch (e) { Outputs.v = e instanceof RangeError; Outputs.Done() }
    """
    house = House(tmp_path, scripted(text))
    assert house.call("Runaway") == (200, {"result": {"v": True}})
    house.close()


def test_endless_recursion_is_logged_with_component_and_node(
    caplog: pytest.LogCaptureFixture,
) -> None:
    text = "Outputs.Done(); const f = () => f() + 1; f()"
    assert called(served(scripted(text)), "Runaway")[0] == 200
    line = next(r.getMessage() for r in caplog.records if "RangeError" in r.getMessage())
    assert "/#__local__/Runaway JavaScriptFunction f: Error in JS node run code" in line


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="tells memory on Linux only")
def test_the_memory_of_runaways_comes_back() -> None:
    functions = served(RUNAWAYS["arrays without end"][0], script_memory=100_000_000, timeout=5)

    def resident() -> int:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    called(functions, "Runaway")
    before = resident()
    for _ in range(4):
        assert called(functions, "Runaway") == (500, MEMORY)
    assert resident() - before < 80_000_000


@pytest.mark.slow
def test_a_caller_does_not_wait_for_work_that_cannot_be_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("noodl_runtime.functions.hosting.PATIENCE", 0.01)
    text = "const a = []; a.length = 2 ** 26; a.reverse(); Outputs.Done()"
    functions = served(scripted(text), timeout=0.15)
    assert called(functions, "Runaway") == (500, TIMEOUT)
    assert len(functions.running.scripts_pool) == 1  # its thread works on
    functions.running.scripts_pool.join()


@pytest.mark.slow
def test_many_runaways_at_once_leave_a_place_for_others(tmp_path: Path) -> None:
    house = House(tmp_path, RUNAWAYS["a loop"][0])
    running = Pool(8)
    for _ in range(8):
        running.spawn(house.call, "Runaway")
    answered = 0
    while len(running):
        assert house.call("Echo", {"text": "hi"})[0] == 200
        answered += bool(len(running))
    assert answered >= 1
    house.close()


# -- limits without a runaway ----------------------------------------------------------------------


def served(*components: Any, timeout: float = 1, **settings: Any) -> Functions:
    made = Functions(Settings(function_timeout=timeout, **settings), NoSchema())  # type: ignore[arg-type]
    made.load([("test.workflow.json", document(ECHO, *components))])
    return made


def called(functions: Functions, name: str, body: Any = None) -> tuple[int, Any]:
    found = functions.call(name, FunctionRequest(body=json.dumps(body or {}).encode()))
    return found.status, json.loads(found.body)


def test_updates_of_a_node_in_one_frame_are_limited_and_the_loop_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    called(served(CYCLE, timeout=0.05, max_rounds=7), "Runaway")
    lines = [r.getMessage() for r in caplog.records if "max_rounds" in r.getMessage()]
    assert len(lines) == 2  # for each of the two nodes
    assert "/#__local__/Runaway Expression" in lines[0]
    assert "updated 7 times in one frame (setting max_rounds)" in lines[0]


def test_a_response_that_is_too_large_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    functions = served(ECHO, max_response=100)
    assert called(functions, "Echo", {"text": "x" * 50})[0] == 200
    error = "the response is larger than 100 bytes (setting max_response)"
    assert called(functions, "Echo", {"text": "x" * 100}) == (500, {"error": error})
    assert any(
        "/#__local__/Echo noodl.cloud.response r: " in r.getMessage() for r in caplog.records
    )


@pytest.fixture
def large(tmp_path: Path) -> Iterator[House]:
    """A backend whose functions may take little from a server, here from itself."""
    fetch = scripted("try { Outputs.v = (await fetch(Inputs.url)).status } catch (e) { Outputs.v = e }"
                     "; Outputs.Done()", name="Fetch")  # fmt: skip
    fetch["connections"] += [
        {"sourceId": "q", "sourcePort": "pm-url", "targetId": "f", "targetPort": "in-url"}
    ]
    house = House(tmp_path, fetch, max_reply=10, function_timeout=5)
    yield house
    house.close()


def test_an_answer_from_a_server_that_is_too_large_is_refused(large: House) -> None:
    url = f"http://127.0.0.1:{large.client.server.port}/health"
    error = "the answer is larger than 10 bytes (setting max_reply)"
    assert large.call("Fetch", {"url": url}) == (200, {"result": {"v": error}})
