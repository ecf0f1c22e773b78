"""The examples do what their names say: each function is called, over a real store."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from noodl_runtime.access.caller import ANYONE, MASTER
from noodl_runtime.assemble import assemble
from noodl_runtime.backend import Backend
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import read_definition
from noodl_runtime.functions import FunctionRequest
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Query
from noodl_runtime.triggers.waking import Waking
from noodl_runtime.values import Pointer, Record

PAYMENT_SECRET = "what the payment service signs with"
EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
Call = Callable[[str, Any], tuple[int, Any]]


@pytest.fixture
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """The example that the test names with indirect parametrisation."""
    definition = read_definition(EXAMPLES / request.param)
    settings, secrets = Settings(), {"NOODL_SECRET_PAYMENT_SECRET": PAYMENT_SECRET}
    made = assemble(settings, definition, DataFolder(tmp_path), secrets)
    assert made.functions
    triggers = Waking(made, made.functions, made.store, settings)
    triggers.prepare()
    triggers.start()
    yield made
    triggers.hold()
    triggers.stop()
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
orders = pytest.mark.parametrize("backend", ["orders"], indirect=True)


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


def notes(backend: Backend, count: int) -> list[Record]:
    """Return the notes once there are so many."""
    with gevent.Timeout(10):
        while backend.count(MASTER, "Note", {}) < count:
            gevent.sleep(0.002)
    return backend.query(MASTER, Query(collection="Note")).records


def trigger(backend: Backend, kind: str) -> dict[str, Any]:
    assert backend.triggers
    return next(one for one in backend.triggers.all() if one["kind"] == kind)


@orders
def test_each_new_order_is_noted(backend: Backend) -> None:
    order = backend.write(MASTER, Create(collection="Order", values={"item": "ink"}))
    (note,) = notes(backend, 1)
    assert note["text"] == "New order: ink"
    assert note["order"] == Pointer("Order", order["objectId"])


@orders
def test_at_night_the_orders_that_are_not_paid_are_counted(backend: Backend) -> None:
    for paid in (True, False, False):
        backend.write(MASTER, Create(collection="Order", values={"item": "ink", "paid": paid}))
    notes(backend, 3)
    nightly = trigger(backend, "schedule")
    assert nightly["meaning"] == "at 03:00"
    assert backend.triggers
    backend.triggers.fire(nightly["id"], {}, "c1")
    assert notes(backend, 4)[-1]["text"] == "Orders that are not paid: 2"


@orders
def test_a_signed_payment_marks_an_order_as_paid(backend: Backend) -> None:
    order = backend.write(MASTER, Create(collection="Order", values={"item": "ink"}))["objectId"]
    for paid, status in ((order, 200), ("nobody", 400)):
        body = json.dumps({"order": paid}).encode()
        digest = hmac.new(PAYMENT_SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert backend.triggers
        answer = backend.triggers.hooks.call(
            method="POST", path="payment", headers={"x-signature": digest}, query={}, body=body,
            document=json.loads(body),
        )  # fmt: skip
        assert answer.status == status
    assert backend.fetch(MASTER, "Order", order)["paid"] is True
