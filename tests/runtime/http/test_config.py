"""Configuration parameters over both hosts, and what functions see of them."""

import json
from typing import Any

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.functions import FunctionRequest, Functions
from tests.runtime.http.clients import Send
from tests.runtime.workflow.graphs import component, document, node

APP = {"X-Parse-Application-Id": "shop-app"}
KEY = {**APP, "X-Parse-Master-Key": "key"}

VALUES = [
    "open", 1.5, True, None, [1, {"a": None}], {"deep": {"er": []}}, "",
    {"__type": "Date", "iso": "2024-05-01T10:01:00.000Z"},
    {"__type": "GeoPoint", "latitude": 1, "longitude": 2.5},
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_a_parameter_comes_back_as_it_was_set(call: Send, value: Any) -> None:
    assert call("PUT", "/config", {"params": {"x": value}}, KEY).body == {"result": True}
    assert call("GET", "/config", None, APP).body == {"params": {"x": value}}


def test_a_backend_without_parameters_has_none(call: Send) -> None:
    assert call("GET", "/config", None, APP).body == {"params": {}}
    assert call("GET", "/config", None, KEY).body == {"params": {}, "masterKeyOnly": {}}


def test_what_only_the_master_key_sees_is_absent_for_others(call: Send) -> None:
    given = {"params": {"shown": 1, "hidden": 2}, "masterKeyOnly": {"hidden": True}}
    call("PUT", "/config", given, KEY)
    call("PUT", "/config", {"params": {"hidden": 3}}, KEY)
    assert call("GET", "/config", None, APP).body == {"params": {"shown": 1}}
    assert call("GET", "/config", None, KEY).body == {
        "params": {"shown": 1, "hidden": 3}, "masterKeyOnly": {"hidden": True},
    }  # fmt: skip
    call("PUT", "/config", {"masterKeyOnly": {"hidden": False, "unknown": True}}, KEY)
    assert call("GET", "/config", None, APP).body == {"params": {"shown": 1, "hidden": 3}}


REFUSED = [
    # body, headers                                        status
    ({"params": {"a": 1}}, APP,                             403),
    ({"params": {"a.b": 1}}, KEY,                           400),
    ({"params": {"good": 1, "": 1}}, KEY,                   400),
    ({"params": {"good": 1, "_": 1}}, KEY,                  400),
    ({"params": [1]}, KEY,                                  400),
    ({"params": {"a": 1}, "masterKeyOnly": {"a": 1}}, KEY,  400),
    ({"params": {"a": {"__op": "Explode"}}}, KEY,           400),
]  # fmt: skip


@pytest.mark.parametrize(("body", "headers", "status"), REFUSED)
def test_a_change_that_is_refused_changes_nothing(
    call: Send, body: Any, headers: dict[str, str], status: int
) -> None:
    answer = call("PUT", "/config", body, headers)
    assert answer.status == status
    assert "objectId" not in answer.body["error"]
    assert call("GET", "/config", None, KEY).body["params"] == {}


def test_parameters_are_no_class_of_the_app(call: Send) -> None:
    call("PUT", "/config", {"params": {"a": 1}}, KEY)
    names = [row["className"] for row in call("GET", "/schemas", None, KEY).body["results"]]
    assert "_GlobalConfig" not in names
    assert call("GET", "/classes/_GlobalConfig", None, APP).status in (400, 403)


def test_a_config_node_shows_every_parameter(call: Send, shop: Backend) -> None:
    call("PUT", "/config", {"params": {"rate": 7}, "masterKeyOnly": {"rate": True}}, KEY)
    functions = Functions(shop.settings)
    functions.attach(shop, None, shop.belongings)
    nodes = [node("q", "Request"), node("c", "DbConfig", configKey="rate"), node("r", "Response")]
    rate = component("rate", nodes, "c.value -> r.pm-rate, q.receive -> r.send")
    functions.load([("f", document(rate))])
    answer = functions.call("rate", FunctionRequest(body=b"{}"))
    assert json.loads(answer.body) == {"result": {"rate": 7}}


def test_an_export_holds_the_parameters(call: Send) -> None:
    call("PUT", "/config", {"params": {"welcome": "Hello"}}, KEY)
    records = call("GET", "/api/_export", None, KEY).body["records"]
    assert [row["objectId"] for row in records["_GlobalConfig"]] == ["welcome"]
