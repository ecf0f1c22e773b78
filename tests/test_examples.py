"""The examples do what their names say: each function is called, over a real store."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.access.caller import ANYONE, MASTER
from noodl_runtime.assemble import assemble
from noodl_runtime.backend import Backend
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import read_definition
from noodl_runtime.functions import FunctionRequest
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Query
from noodl_runtime.values import Pointer

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
Call = Callable[[str, Any], tuple[int, Any]]


@pytest.fixture
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """The example that the test names with indirect parametrisation."""
    definition = read_definition(EXAMPLES / request.param)
    made = assemble(Settings(), definition, DataFolder(tmp_path), {})
    yield made
    made.close()


@pytest.fixture
def call(backend: Backend) -> Call:
    """call("hello", {"name": "Ada"}) -> (status, decoded body)."""

    def send(name: str, body: Any) -> tuple[int, Any]:
        assert backend.functions is not None
        request = FunctionRequest(body=json.dumps(body).encode(), headers={}, caller=ANYONE)
        answer = backend.functions.call(name, request)
        return answer.status, json.loads(answer.body)

    return send


todo = pytest.mark.parametrize("backend", ["todo"], indirect=True)
guestbook = pytest.mark.parametrize("backend", ["guestbook"], indirect=True)


@todo
@pytest.mark.parametrize(
    ("body", "message"), [({"name": "Ada"}, "Hello, Ada!"), ({}, "Hello, stranger!")]
)
def test_hello_greets_by_name(backend: Backend, call: Call, body: Any, message: str) -> None:
    assert call("hello", body) == (200, {"result": {"message": message}})


@todo
def test_complete_all_completes_what_is_open(backend: Backend, call: Call) -> None:
    for number in range(25):
        values = {"title": f"Todo {number}", "done": number < 5}
        backend.write(MASTER, Create(collection="Todo", values=values))
    assert call("completeAll", {}) == (200, {"result": {"count": 20}})
    assert backend.count(MASTER, "Todo", {"done": True}) == 25
    assert call("completeAll", {}) == (200, {"result": {"count": 0}})


@todo
def test_complete_all_can_keep_to_one_list(backend: Backend, call: Call) -> None:
    shopping, work = (
        backend.write(MASTER, Create(collection="List", values={"name": name}))["objectId"]
        for name in ("Shopping", "Work")
    )
    for owner in (shopping, shopping, work):
        values = {"title": "x", "list": Pointer("List", owner)}
        backend.write(MASTER, Create(collection="Todo", values=values))
    assert call("completeAll", {"list": shopping}) == (200, {"result": {"count": 2}})
    left = backend.query(MASTER, Query(collection="Todo", where={"done": False})).records
    assert [record["list"] for record in left] == [Pointer("List", work)]


@todo
def test_stats_are_about_priorities(backend: Backend, call: Call) -> None:
    assert call("stats", {}) == (200, {"result": {}})
    for priority in (1, 2, 6, None):
        values = {"title": "x", "priority": priority}
        backend.write(MASTER, Create(collection="Todo", values=values))
    numbers = {"highest": 6, "lowest": 1, "average": 3, "total": 9}
    assert call("stats", {}) == (200, {"result": numbers})


SIGNED = [
    # sent                                          status  answer
    ({"name": "Ada", "message": " Hi   there! "},   200,    {"message": "Hi there!", "mood": "excited"}),
    ({"message": "Lovely place"},                   200,    {"message": "Lovely place", "mood": "calm"}),
    ({"message": "x" * 300},                        200,    {"message": "x" * 279 + "…", "mood": "calm"}),
    ({"message": " a "},                            400,    "Please write at least three letters."),
    ({},                                            400,    "Please write at least three letters."),
]  # fmt: skip


@guestbook
@pytest.mark.parametrize(("sent", "status", "answer"), SIGNED)
def test_signing_tidies_the_message_and_keeps_it(
    backend: Backend, call: Call, sent: Any, status: int, answer: Any
) -> None:
    got, body = call("sign", sent)
    assert got == status
    if status == 400:
        assert body == {"error": answer}
        assert backend.count(MASTER, "Entry", {}) == 0
        return
    entry = backend.fetch(MASTER, "Entry", body["result"].pop("id"))
    assert body["result"] == answer
    assert entry["name"] == sent.get("name", "somebody")
    assert {key: entry[key] for key in answer} == answer


@guestbook
def test_the_latest_entries_come_newest_first(backend: Backend, call: Call) -> None:
    for number in range(12):
        call("sign", {"message": f"Entry number {number}"})
    status, body = call("latest", {"limit": 2})
    assert status == 200
    assert body["result"]["total"] == 12
    assert [e["message"] for e in body["result"]["entries"]] == [
        "Entry number 11",
        "Entry number 10",
    ]
    assert len(call("latest", {"limit": 1000})[1]["result"]["entries"]) == 10
