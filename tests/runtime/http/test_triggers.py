"""Triggers over HTTP, for whoever has the master key."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.functions import Functions
from noodl_runtime.triggers.triggers import Triggers
from tests.runtime.http.clients import Send
from tests.runtime.http.conftest import SETTINGS, make_shop
from tests.runtime.workflow.graphs import component, document, node

KEY = {"X-Parse-Master-Key": "key"}
WATCHES = component(
    "Watches",
    [
        node("t", "noodl.trigger.dbChange", collection="Product"),
        node("r", "Response", **{"pm-what": None}),
    ],
    "t.eventType -> r.pm-what, t.triggered -> r.send",
)
NIGHTLY = component("Nightly", [node("s", "noodl.trigger.schedule", cron="bad")])


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Backend]:
    backend = make_shop(tmp_path, SETTINGS)
    backend.functions = Functions(SETTINGS, backend)
    backend.functions.load([("f.workflow.json", document(WATCHES, NIGHTLY))])
    backend.triggers = Triggers(backend.functions, backend.store, SETTINGS)
    backend.triggers.prepare()
    yield backend
    backend.triggers.stop()
    backend.close()


@pytest.fixture
def watches(call: Send) -> str:
    """The path of the trigger on products."""
    found = call("GET", "/_admin/triggers", None, KEY).body["results"]
    return f"/_admin/triggers/{next(one['id'] for one in found if one['kind'] == 'dbChange')}"


def test_they_are_listed_with_all_that_is_known(call: Send) -> None:
    watches, nightly = call("GET", "/_admin/triggers", None, KEY).body["results"]
    assert watches.items() >= {
        "kind": "dbChange", "component": "/#__local__/Watches", "node": "t", "enabled": True,
        "file": "f.workflow.json", "problem": "", "running": 0, "behind": 0, "waiting": 0,
        "parked": [], "gap": None, "last": None, "counts": {},
        "parameters": {"collection": "Product", "events": "all", "where": None},
    }.items()  # fmt: skip
    assert (
        nightly["problem"]
        == "cron 'bad': 1 fields, not five: minute hour day-of-month month day-of-week"
    )
    assert call("GET", "/health").body["triggerProblems"] == 1


def test_firing_by_hand_answers_what_the_run_answers(call: Send, watches: str) -> None:
    headers = {**KEY, "X-Request-Id": "mine"}
    answer = call("POST", f"{watches}/fire", {"objectId": "p1", "event": "save"}, headers)
    assert (answer.status, answer.body) == (200, {"result": {"what": "save"}})
    last = call("GET", watches, None, KEY).body["last"]
    assert (last["by"], last["chain"], last["status"], last["error"]) == ("manual", "mine", 200, "")


REFUSED = [
    # path behind the trigger   body                            status  error
    ("/fire",                   {},                             400,    "say which record"),
    ("/fire",                   {"objectId": "nobody"},         404,    "Object not found"),
    ("/fire",                   {"record": {}, "event": "x"},   400,    "event is 'x', not one of create"),
    ("/retry",                  {"sequence": 7},                400,    "no change 7 of this trigger is parked"),
    ("/retry",                  {"sequence": "7"},              400,    "sequence must be the number"),
    ("/forget",                 {"sequence": 7},                400,    "no change 7 of this trigger is parked"),
    ("/fire",                   b"[]",                          400,    "JSON object"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "body", "status", "error"), REFUSED)
def test_what_cannot_be_done_is_refused_by_name(
    call: Send, watches: str, path: str, body: object, status: int, error: str
) -> None:
    answer = call("POST", watches + path, body, KEY)
    assert answer.status == status
    assert error in answer.body["error"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_trigger_is_not_found(call: Send, method: str) -> None:
    path = "/_admin/triggers/nobody" + ("/fire" if method == "POST" else "")
    answer = call(method, path, {}, KEY)
    assert (answer.status, answer.body["error"].split(";")[0]) == (
        404,
        "there is no trigger 'nobody'",
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "/x"), ("POST", "/x/fire"), ("POST", "/x/retry"), ("POST", "/x/forget")],
)
def test_without_the_master_key_nothing_is_shown_or_done(
    call: Send, method: str, path: str
) -> None:
    assert call(method, f"/_admin/triggers{path}", {}).status == 403
