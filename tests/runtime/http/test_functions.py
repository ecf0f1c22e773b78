"""Functions over HTTP: names, sessions, credentials in bodies, and health."""

from typing import Any

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.functions import Functions
from tests.runtime.http.clients import Send
from tests.runtime.workflow.graphs import component, document, node, script


def echo(name: str, *, admits_everyone: bool) -> dict[str, Any]:
    """Return a function that answers its parameters a and b."""
    wires = [("pm-a", "pm-a"), ("pm-b", "pm-b"), ("receive", "send")]
    return {
        "name": f"/#__cloud__/{name}",
        "nodes": [
            {"id": "q", "type": "noodl.cloud.request",
             "parameters": {"allowNoAuth": admits_everyone, "params": "a,b"}},
            {"id": "r", "type": "noodl.cloud.response", "parameters": {"params": "a,b"}},
        ],
        "connections": [
            {"sourceId": "q", "sourcePort": source, "targetId": "r", "targetPort": target}
            for source, target in wires
        ],
        "ports": [], "roots": [],
    }  # fmt: skip


@pytest.fixture
def workflows(shop: Backend) -> Functions:
    functions = Functions(shop.settings)
    functions.attach(shop)
    components = [
        echo("echo", admits_everyone=True),
        echo("Orders/New one", admits_everyone=True),
        echo("members", admits_everyone=False),
    ]
    functions.load([("shop.workflow.json", {"components": components, "metadata": {}})])
    shop.functions = functions
    return functions


CALLS = [
    # url, body                                                status, answer
    ("/functions/echo", {"a": 1, "b": [None, "x"]},            200, {"result": {"a": 1, "b": [None, "x"]}}),
    ("/parse/functions/echo", {"a": {"c": True}},              200, {"result": {"a": {"c": True}}}),
    ("/functions/echo", None,                                  200, {"result": {}}),
    ("/functions/echo", b"no json",                            200, {"result": {}}),
    ("/functions/Orders/New%20one", {"a": 1},                  200, {"result": {"a": 1}}),
    ("/functions/Orders%2FNew%20one", {"a": 1},                200, {"result": {"a": 1}}),
    ("/functions/echo", {"a": 1, "_SessionToken": "r:gone"},   200, {"result": {"a": 1}}),
    ("/functions/members", {"a": 1},                           400, {"error": "Unauthenticated requests not accepted."}),
    ("/functions/__class__", {},                               400, {"error": "Can't find component model for /#__cloud__/__class__"}),
    ("/functions/..%2f..%2fetc", {},                           400, {"error": "Can't find component model for /#__cloud__/../../etc"}),
]  # fmt: skip


@pytest.mark.parametrize(("url", "body", "status", "answer"), CALLS)
def test_a_function_is_called_by_name(
    call: Send, workflows: Functions, url: str, body: Any, status: int, answer: Any
) -> None:
    headers = {"X-Parse-Application-Id": "shop-app", "X-Noodl-Cloud-Version": "abc"}
    got = call("POST", url, body, headers)
    assert (got.status, got.body) == (status, answer)
    assert got.headers["content-type"] == "application/json"


def test_an_old_session_does_not_lock_out_of_a_function_that_admits_everyone(
    call: Send, workflows: Functions
) -> None:
    for token in ("undefined", "r:gone"):
        headers = {"X-Parse-Session-Token": token}
        assert call("POST", "/functions/echo", {"a": 1}, headers).status == 200


def test_below_the_mount_a_failure_has_the_code_that_sdks_know(
    call: Send, workflows: Functions
) -> None:
    got = call("POST", "/parse/functions/members", {"a": 1})
    assert got.body == {"code": 141, "error": "Unauthenticated requests not accepted."}


def secretive(text: str) -> dict[str, Any]:
    nodes = [node("q", "Request"), script("f", text, "Done"), node("r", "Response")]
    return component("pay", nodes, "q.receive -> f.run, f.out-v -> r.pm-v, f.out-Done -> r.send")


def test_a_function_can_read_a_secret_and_the_log_never_shows_it(
    call: Send, shop: Backend, workflows: Functions, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "noodl.functions")
    text = (
        'const key = await Noodl.Secrets.get("SHOP_KEY"); console.log("key is " + key);'
        " Outputs.v = key.length; Outputs.Done()"
    )
    workflows.attach(shop, None, shop.belongings)
    workflows.load([("pay", document(secretive(text)))])
    assert call("POST", "/functions/pay", {}).body == {"result": {"v": len("a secret")}}
    assert "key is ***" in caplog.text
    assert "a secret" not in caplog.text


def test_an_unknown_secret_says_where_to_put_it(
    call: Send, shop: Backend, workflows: Functions
) -> None:
    text = (
        'try { await Noodl.Secrets.get("NONE") } catch (e) { Outputs.v = String(e.message ?? e) }'
        " Outputs.Done()"
    )
    workflows.attach(shop, None, shop.belongings)
    workflows.load([("pay", document(secretive(text)))])
    assert "NOODL_SECRET_NONE" in call("POST", "/functions/pay", {}).body["result"]["v"]


def test_a_function_is_not_called_by_get(call: Send, workflows: Functions) -> None:
    assert call("GET", "/functions/echo").status == 405


def test_health_names_the_problems_of_workflows_to_the_master_key(
    call: Send, workflows: Functions
) -> None:
    workflows.load([("odd.workflow.json", {"components": "none"})])
    count = call("GET", "/health").body["workflowProblems"]
    named = call("GET", "/health", None, {"X-Parse-Master-Key": "key"}).body["problems"]
    assert count == len(named)
    assert any("odd.workflow.json" in problem for problem in named)


def test_health_is_told_to_sdks_which_ask_with_post(call: Send) -> None:
    body = {"_method": "GET", "_ApplicationId": "shop-app"}
    assert call("POST", "/parse/health", body).body["status"] == "ok"
