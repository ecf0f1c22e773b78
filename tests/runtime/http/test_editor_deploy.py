"""What a stock editor with address, application id and master key does to a running backend."""

import json
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.access.caller import MASTER as MASTER_CALLER
from noodl_runtime.access.keys import Keys
from noodl_runtime.backend import Backend
from noodl_runtime.deployments.deployments import Deployments
from noodl_runtime.deployments.versions import Versions
from noodl_runtime.functions import Functions
from tests.runtime.http.clients import Answer, Send
from tests.runtime.test_deployments import saying

APP = {"X-Parse-Application-Id": "shop-app"}
MASTER = {**APP, "X-Parse-Master-Key": "key"}


@pytest.fixture(autouse=True)
def deployments(shop: Backend, tmp_path: Path) -> Deployments:
    functions = Functions(shop.settings)
    functions.attach(shop)
    shop.functions = functions
    shop.deployments = Deployments(Versions(tmp_path / "deployed"), functions, 10)
    return shop.deployments


def deploy(call: Send, export: Any, mount: str = "", headers: Any = MASTER) -> Answer:
    body = {"deploy": json.dumps(export), "runtime": "default"}
    return call("POST", f"{mount}/functions-admin/deploy", body, headers)


def said(call: Send, version: str = "", mount: str = "") -> Any:
    headers = {**APP, "X-Noodl-Cloud-Version": version} if version else APP
    return call("POST", f"{mount}/functions/F", {}, headers).body.get("result", {}).get("said")


@pytest.mark.parametrize("mount", ["", "/parse"])
def test_an_editor_deploys_and_the_functions_answer(call: Send, mount: str) -> None:
    info = call("GET", f"{mount}/functions-admin/info", None, MASTER)
    assert (info.status, info.body) == (200, {"version": "1.0"})
    first = deploy(call, saying("one"), mount)
    assert (first.status, first.body["status"]) == (200, "success")
    second = deploy(call, saying("two"), mount).body["version"]
    assert second != first.body["version"]
    assert said(call, mount=mount) == "two"
    assert said(call, first.body["version"], mount) == "one"
    assert said(call, "undefined", mount) == "two"


def test_credentials_of_an_editor_may_travel_in_a_text_body(call: Send) -> None:
    body = {
        "deploy": json.dumps(saying("one")),
        "_ApplicationId": "shop-app",
        "_MasterKey": "key",
        "_method": "POST",
    }
    headers = {"Content-Type": "text/plain"}
    got = call("POST", "/functions-admin/deploy", json.dumps(body).encode(), headers)
    assert got.body["status"] == "success"
    asked = {"_ApplicationId": "shop-app", "_MasterKey": "key", "_method": "GET"}
    got = call("POST", "/functions-admin/info", json.dumps(asked).encode(), headers)
    assert got.body == {"version": "1.0"}


STRANGERS = [
    # headers                                          status
    ({},                                               403),
    (APP,                                              403),
    ({"X-Parse-Master-Key": "key"},                    403),
    ({**APP, "X-Parse-Master-Key": "wrong"},           403),
    ({**APP, "X-Parse-Master-Key": "undefined"},       403),
    ({**APP, "X-Parse-Session-Token": "r:someone"},    400),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "status"), STRANGERS)
def test_without_the_master_key_nothing_is_deployed(
    call: Send, deployments: Deployments, headers: Any, status: int
) -> None:
    assert deploy(call, saying("one"), headers=headers).status == status
    assert call("GET", "/functions-admin/info", None, headers).status == status
    assert not deployments.versions


def test_the_read_only_key_may_look_and_not_deploy(
    call: Send, shop: Backend, deployments: Deployments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.access.callers, "_keys", Keys(master="key", read_only="looking"))
    headers = {**APP, "X-Parse-Master-Key": "looking"}
    assert call("GET", "/functions-admin/info", None, headers).status == 200
    refused = deploy(call, saying("one"), headers=headers)
    assert (refused.status, refused.body["code"]) == (400, 119)
    assert not deployments.versions


REFUSED = [
    # body                                              says
    ({},                                                "deploy must be the JSON text of an export"),
    ({"deploy": {"components": []}},                    "deploy must be the JSON text of an export"),
    ({"deploy": "{"},                                   "deploy is not JSON"),
    ({"deploy": "[]"},                                  "deploy must be a JSON object"),
    ({"deploy": '{"components": [{}]}'},                "components[0] lacks 'name'"),
    ({"deploy": '{"components": [], "a": "\\ud800"}'},  "half of a surrogate pair"),
    ({"deploy": '{"a":' * 200 + "1" + "}" * 200},       "nested deeper than 100 levels"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "says"), REFUSED)
def test_what_is_no_export_is_refused_in_words(
    call: Send, deployments: Deployments, body: Any, says: str
) -> None:
    deploy(call, saying("one"))
    got = call("POST", "/functions-admin/deploy", body, MASTER)
    assert got.status == 400
    assert says in got.body["error"]
    assert said(call) == "one"
    assert len(deployments.versions) == 1


def test_an_editor_makes_a_class_and_a_function_that_uses_it(call: Send) -> None:
    """The whole way: server, schema, class, deploy, call."""
    text = {"_method": "GET", "_ApplicationId": "shop-app", "_MasterKey": "key"}
    server = call("POST", "/serverInfo", json.dumps(text).encode(), {"Content-Type": "text/plain"})
    assert int(server.body["parseServerVersion"].split(".")[0]) > 4
    made = {"className": "Order", "fields": {"title": {"type": "String"}}}
    assert call("POST", "/schemas/Order", made, MASTER).status == 200
    classes = call("GET", "/schemas", None, MASTER).body["results"]
    assert "Order" in [entry["className"] for entry in classes]
    export = {
        "components": [{
            "name": "/#__cloud__/Orders/Create",
            "nodes": [
                {"id": "q", "type": "noodl.cloud.request", "parameters": {"allowNoAuth": True, "params": "Title"}},
                {"id": "c", "type": "NewDbModelProperties", "parameters": {"collectionName": "Order"}},
                {"id": "r", "type": "noodl.cloud.response", "parameters": {"params": "Id"}},
            ],
            "connections": [
                {"sourceId": "q", "sourcePort": "pm-Title", "targetId": "c", "targetPort": "prop-title"},
                {"sourceId": "q", "sourcePort": "receive", "targetId": "c", "targetPort": "store"},
                {"sourceId": "c", "sourcePort": "id", "targetId": "r", "targetPort": "pm-Id"},
                {"sourceId": "c", "sourcePort": "created", "targetId": "r", "targetPort": "send"},
            ],
        }],
        "metadata": {"dbCollections": [{"name": "Order", "schema": {"properties": {"title": {"type": "String"}}}}]},
    }  # fmt: skip
    assert deploy(call, export).body["status"] == "success"
    answer = call("POST", "/functions/Orders%2FCreate", {"Title": "Tea"}, APP)
    assert answer.status == 200, answer.body
    found = call("GET", f"/classes/Order/{answer.body['result']['Id']}", None, MASTER)
    assert found.body["title"] == "Tea"


@pytest.mark.parametrize("origin", ["null", "file://"])
def test_an_editor_that_is_a_page_of_files_gets_in_by_its_key(call: Send, origin: str) -> None:
    page = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    ask = {**page, "Access-Control-Request-Method": "POST"}
    wanted = "x-parse-application-id,x-parse-master-key"
    preflight = call("OPTIONS", "/functions-admin/deploy", None, {**ask, "Access-Control-Request-Headers": wanted})  # fmt: skip
    assert (preflight.status, preflight.headers["access-control-allow-origin"]) == (204, origin)
    done = deploy(call, saying("one"), headers={**MASTER, **page})
    assert (done.status, done.headers["access-control-allow-origin"]) == (200, origin)
    body = {"_method": "GET", "_ApplicationId": "shop-app", "_MasterKey": "key"}
    got = call("POST", "/serverInfo", json.dumps(body).encode(), {**page, "Content-Type": "text/plain"})  # fmt: skip
    assert (got.status, got.headers["access-control-allow-origin"]) == (200, origin)


PAGES: list[tuple[str, str, Any, dict[str, str]]] = [
    # method, url, body, headers
    ("OPTIONS", "/classes/Product", None, {"Access-Control-Request-Headers": "x-parse-application-id"}),
    ("POST", "/classes/Product", {"name": "x"}, {"Access-Control-Request-Headers": "x-parse-master-key"}),
    ("POST", "/classes/Product", {"name": "x", "_ApplicationId": "shop-app"}, {}),
    ("POST", "/classes/Product", {"name": "x", "_ApplicationId": "shop-app", "_MasterKey": "guess"}, {}),
    ("POST", "/api/Product", {"name": "x", "_MasterKey": "key"}, {}),
    ("GET", "/classes/Product", None, APP),
]  # fmt: skip


@pytest.mark.parametrize(("method", "url", "body", "headers"), PAGES)
def test_any_other_page_of_files_stays_out(
    call: Send, shop: Backend, method: str, url: str, body: Any, headers: dict[str, str]
) -> None:
    before = shop.count(MASTER_CALLER, "Product", {})
    got = call(method, url, body, {"Origin": "null", **headers})
    assert got.status == 403
    assert "access-control-allow-origin" not in got.headers
    assert shop.count(MASTER_CALLER, "Product", {}) == before
