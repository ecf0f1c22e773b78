"""Webhooks over HTTP, on both hosts: who may call, what the run sees, what is answered."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.functions import Functions
from noodl_runtime.store.contract import Query
from noodl_runtime.triggers.triggers import Triggers
from tests.runtime.http.clients import Send
from tests.runtime.http.conftest import SETTINGS, make_shop
from tests.runtime.workflow.graphs import component, document, node, script

KEY = {"X-Parse-Master-Key": "key"}
OUTPUTS = ("body", "headers", "query", "rawBody", "rawBase64")


def echoing(name: str, **parameters: Any) -> Any:
    wires = [f"t.{output} -> r.pm-{output}" for output in OUTPUTS]
    return component(
        name,
        [
            node("t", "noodl.trigger.webhook", **parameters),
            node("o", "Model2", modelId="Request"),
            node("r", "Response", **dict.fromkeys((f"pm-{output}" for output in OUTPUTS), None)),
        ],
        ", ".join([*wires, "o.prop-Parameters -> r.pm-parameters", "t.triggered -> r.send"]),
    )


MAKES = [
    node("i", "noodl.local.insert", collection="Maker", **{"prop-name": "hook"}),
]
COMPONENTS = [
    echoing("Default"),
    echoing("All", path="/a b/c/", method="GET, put,POST,DELETE"),
    echoing("Signed", path="signed", verify="github", secret="SHOP_KEY"),
    echoing("Token", path="token", verify="token", secret="SHOP_KEY"),
    echoing("NoSecret", path="no-secret", verify="hmac", secret="NOBODY_SET"),
    echoing("Second", path="webhook"),
    echoing("Wrong", path="wrong", method="PATCH"),
    component(
        "Challenge",
        [node("t", "noodl.trigger.webhook", path="challenge", respond="bare"),
         node("e", "Expression", expression="body.challenge"),
         node("r", "Response", **{"pm-challenge": None})],
        "t.body -> e.body, e.result -> r.pm-challenge, t.triggered -> r.send",
    ),
    component("Quiet", [node("t", "noodl.trigger.webhook", path="quiet")]),
    component(
        "Fails",
        [node("t", "noodl.trigger.webhook", path="fails"),
         node("r", "Response", status="failure", errorMessage="out of stock")],
        "t.triggered -> r.send",
    ),
    component(
        "Later",
        [node("t", "noodl.trigger.webhook", path="later", respond="accepted"), *MAKES],
        "t.triggered -> i.insert",
    ),
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Backend]:
    backend = make_shop(tmp_path, SETTINGS)
    backend.functions = Functions(SETTINGS, backend, None, backend.belongings)
    backend.functions.load([("f.workflow.json", document(*COMPONENTS))])
    backend.triggers = Triggers(backend.functions, backend.store, SETTINGS)
    backend.triggers.prepare()
    backend.triggers.start()
    yield backend
    backend.triggers.hold()
    backend.triggers.stop()
    backend.close()


def result(call: Send, *given: Any) -> Any:
    answer = call(*given)
    assert answer.status == 200, answer.body
    return answer.body["result"]


def test_the_run_sees_body_headers_and_query(call: Send) -> None:
    body = '{"n": 1, "tags": ["ä"], "ACL": {"x": 1}}'.encode()
    url = "/hooks/webhook?a=1&b=2&b=3&%C3%A4=%20"
    seen = result(call, "POST", url, body, {"X-Own": "yes"})
    assert seen["body"] == {"n": 1, "tags": ["ä"], "ACL": {"x": 1}}
    assert seen["parameters"] == seen["body"]
    assert seen["query"] == {"a": "1", "b": ["2", "3"], "ä": " "}
    assert seen["headers"]["x-own"] == "yes"
    assert seen["rawBody"] == body.decode()


BODIES: list[tuple[bytes, str, Any]] = [
    # sent          content type                        body output
    (b"[1]",        "application/json",                 [1]),
    (b"[1]",        "application/cloudevents+json",     [1]),
    (b"[1]",        "Application/JSON; charset=utf-8",  [1]),
    (b"[1]",        "text/plain",                       "[1]"),
    (b"a=1&b=2",    "application/x-www-form-urlencoded", "a=1&b=2"),
    (b"\xff\x00",   "application/octet-stream",         "\ufffd\x00"),
    (b"",           "application/json",                 None),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "kind", "body"), BODIES)
def test_a_body_is_json_where_it_says_so_else_text_and_undefined_where_it_is_empty(
    call: Send, sent: bytes, kind: str, body: Any
) -> None:
    import base64

    seen = result(call, "POST", "/hooks/webhook", sent, {"Content-Type": kind})
    assert seen.get("body") == body
    assert seen["parameters"] == {}
    assert base64.b64decode(seen["rawBase64"]) == sent


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_a_webhook_can_take_several_methods_and_odd_paths(call: Send, method: str) -> None:
    assert "headers" in result(call, method, "/hooks/a%20b/c")


ANSWERS = [
    # method  path                    body         status  answer
    ("POST",  "/hooks/quiet",         {},          200,    {"result": {}}),
    ("POST",  "/hooks/fails",         {},          400,    {"error": "out of stock"}),
    ("POST",  "/hooks/challenge",     {"challenge": "3eZb"}, 200, {"challenge": "3eZb"}),
    ("POST",  "/hooks/nowhere",       {},          404,    "no webhook has this path"),
    ("POST",  "/hooks",               {},          404,    "no such path"),
    ("POST",  "/hooks/wrong",         {},          404,    "no webhook has this path"),
    ("GET",   "/hooks/webhook",       None,        405,    "GET is not possible here; possible: POST"),
    ("POST",  "/hooks/webhook",       b"{",        400,    "the body"),
    ("POST",  "/hooks/webhook",       b"[" * 200,  400,    "max_nesting"),
    ("POST",  "/hooks/webhook",       b"x" * 10_000_001, 413, "max_body"),
    ("POST",  "/hooks/no-secret",     {},          503,    "not set up yet"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status", "answer"), ANSWERS)
def test_what_is_answered(
    call: Send, method: str, path: str, body: Any, status: int, answer: Any
) -> None:
    got = call(method, path, body)
    assert got.status == status
    if isinstance(answer, dict):
        assert got.body == answer
    else:
        assert answer in got.body["error"]


def signed(body: bytes, secret: str = "a secret") -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


def test_a_signature_is_checked_over_the_raw_bytes(call: Send) -> None:
    body = b'{ "spaces" :   1 }'
    assert result(call, "POST", "/hooks/signed", body, signed(body))["body"] == {"spaces": 1}
    for headers in ({}, signed(body, "another"), signed(b'{"spaces":1}')):
        refused = call("POST", "/hooks/signed", body, headers)
        assert (refused.status, refused.body["code"]) == (403, 119)


def test_a_compressed_body_is_not_taken_for_a_signed_one(call: Send) -> None:
    import gzip

    body = gzip.compress(b"{}")
    headers = {**signed(b"{}"), "Content-Encoding": "gzip"}
    assert call("POST", "/hooks/signed", body, headers).status == 415


def test_a_bearer_token_is_the_webhooks_own_and_never_a_key(call: Send) -> None:
    assert "body" in result(call, "POST", "/hooks/token", {}, {"Authorization": "Bearer a secret"})
    assert call("POST", "/hooks/token", {}, {"Authorization": "Bearer other"}).status == 403
    odd = {"Authorization": "Bearer other", "X-Parse-Session-Token": "r:none"}
    assert call("POST", "/hooks/webhook", {}, odd).status == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_a_page_of_another_site_cannot_call_a_webhook(call: Send, headers: dict[str, str]) -> None:
    assert call("POST", "/hooks/later", {}, headers).status == 403


def made(shop: Backend) -> int:
    where = {"name": "hook"}
    return shop.store.count("Maker", where)


def until(condition: Callable[[], Any]) -> None:
    with gevent.Timeout(10):
        while not condition():
            gevent.sleep(0.002)


def test_one_that_answers_at_once_runs_afterwards(shop: Backend, call: Send) -> None:
    answer = call("POST", "/hooks/later", {"n": 1})
    assert (answer.status, answer.body) == (202, {"accepted": True})
    until(lambda: made(shop) == 1)
    until(lambda: not shop.store.remembered("accepted"))


def test_what_was_accepted_is_run_after_a_restart(shop: Backend, call: Send) -> None:
    assert shop.triggers
    assert shop.functions
    for _ in range(SETTINGS.max_trigger_runs):  # no room: the call has to wait
        shop.triggers._runs.take(wait=True)
    assert call("POST", "/hooks/later", {"n": 1}).status == 202
    shop.triggers.hold()
    shop.triggers._stop_at = 0
    shop.triggers.stop()
    assert made(shop) == 0

    shop.triggers = Triggers(shop.functions, shop.store, SETTINGS)
    shop.triggers.prepare()
    shop.triggers.start()
    until(lambda: made(shop) == 1)
    until(lambda: not shop.store.remembered("accepted"))


def test_what_was_accepted_waits_while_a_file_cannot_be_read_and_is_given_up_when_it_is_gone(
    shop: Backend, call: Send, caplog: pytest.LogCaptureFixture
) -> None:
    assert shop.triggers
    assert shop.functions
    for _ in range(SETTINGS.max_trigger_runs):
        shop.triggers._runs.take(wait=True)
    call("POST", "/hooks/later", {"n": 1})
    for broken, kept in ((["no workflow"], 1), ([], 0)):
        shop.triggers.hold()
        shop.triggers._stop_at = 0
        shop.triggers.stop()
        shop.functions.load([(name, name) for name in broken])
        shop.triggers = Triggers(shop.functions, shop.store, SETTINGS)
        shop.triggers.prepare()
        shop.triggers.start()
        assert len(shop.store.remembered("accepted")) == kept
    assert "a call of later is given up" in caplog.text


def test_more_than_may_wait_are_refused_until_there_is_room(shop: Backend, call: Send) -> None:
    assert shop.triggers
    shop.triggers.hooks._most = 0
    refused = call("POST", "/hooks/later", {})
    assert (refused.status, refused.headers["retry-after"]) == (503, "10")
    assert "max_waiting_hooks" in refused.body["error"]


def test_they_are_listed_with_their_address_and_what_is_wrong(call: Send) -> None:
    found = call("GET", "/_admin/triggers", None, KEY).body["results"]
    listed = {one["component"].split("/")[-1]: one for one in found}
    assert listed["All"]["url"] == "/hooks/a%20b/c"
    assert listed["All"]["methods"] == ["DELETE", "GET", "POST", "PUT"]
    problems = {name: one["problem"] for name, one in listed.items() if one["problem"]}
    assert problems == {
        "NoSecret": "the secret NOBODY_SET is not set; put it under secrets in secrets.json, or "
        "into NOODL_SECRET_NOBODY_SET",
        "Second": "POST /hooks/webhook goes to /#__local__/Default (webhook t)",
        "Wrong": "method has 'PATCH'; known: GET, POST, PUT, DELETE",
    }


def test_one_can_be_fired_by_hand(call: Send) -> None:
    found = call("GET", "/_admin/triggers", None, KEY).body["results"]
    own = next(one["id"] for one in found if one["component"].endswith("Default"))
    given = {"body": {"n": 1}, "query": {"a": "1"}, "headers": {"X-Own": "yes"}}
    seen = result(call, "POST", f"/_admin/triggers/{own}/fire", given, KEY)
    assert (seen["body"], seen["query"], seen["headers"]) == (
        {"n": 1},
        {"a": "1"},
        {"x-own": "yes"},
    )
    refused = call("POST", f"/_admin/triggers/{own}/fire", {"headers": 1}, KEY)
    assert refused.status == 400


WRONG = [
    ({"path": "/"}, "path is empty"),
    ({"verify": "magic"}, "verify is 'magic', not one of none, token, hmac"),
    ({"verify": "hmac"}, "secret is empty; name the secret that hmac goes by"),
    ({"respond": "later"}, "respond is 'later', not one of response, bare, accepted"),
    ({"tolerance": 0}, "tolerance is '0', not seconds up to 86400"),
]


@pytest.mark.parametrize(("parameters", "problem"), WRONG)
def test_one_that_cannot_be_called_is_named(
    shop: Backend, parameters: dict[str, Any], problem: str
) -> None:
    assert shop.functions
    shop.functions.load([("f.workflow.json", document(echoing("W", **parameters)))])
    assert shop.triggers
    (one,) = shop.triggers.all()
    assert problem in one["problem"]


def test_a_run_out_of_time_is_a_500(shop: Backend, call: Send) -> None:
    waits = component(
        "Waits",
        [node("t", "noodl.trigger.webhook", path="waits"), script("f", "await new Promise(() => {})")],
        "t.triggered -> f.run",
    )  # fmt: skip
    endless = component(
        "Endless",
        [node("t", "noodl.trigger.webhook", path="endless"), script("f", "while (true) {}")],
        "t.triggered -> f.run",
    )
    assert shop.functions
    from dataclasses import replace

    shop.functions.settings = replace(SETTINGS, trigger_timeout=0.3)
    shop.functions.load([("f.workflow.json", document(waits, endless))])
    answer = call("POST", "/hooks/endless", {})
    assert (answer.status, answer.body) == (500, {"error": "timeout"})
    assert json.dumps(call("POST", "/hooks/waits", {}).body) == '{"result": {}}'


def test_the_records_of_a_webhook_carry_the_id_of_its_request(shop: Backend, call: Send) -> None:
    call("POST", "/hooks/later", {}, {"X-Request-Id": "from-outside"})
    until(lambda: made(shop) == 1)
    (change,) = shop.store.changes(shop.store.last_change() - 1) or ()
    assert change.origin.chain == "from-outside"
    assert shop.store.query(Query(collection="Maker", where={"name": "hook"})).records
