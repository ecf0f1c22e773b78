"""The HTTP node: what it sends, and what it makes of answers; errors that a graph hears of."""

from typing import Any

import pytest

from noodl_runtime.functions.outbound import RequestTimedOut
from noodl_runtime.workflow.asks import SendRequest
from noodl_runtime.workflow.json_paths import found_at
from tests.runtime.workflow import wire_store
from tests.runtime.workflow.conftest import Call
from tests.runtime.workflow.graphs import node, script

Q = node("q", "Request")


def http(**parameters: Any) -> Any:
    named = {name.replace("__", "-"): value for name, value in parameters.items()}
    return node("n", "net.noodl.HTTP", **{"url": "http://mock/a", **named})


@pytest.mark.parametrize(
    ("parameters", "sent"),
    [
        # inputs                                                       what leaves
        ({"url": "http://mock/{id}", "path__id": "a b"},               {"url": "http://mock/a%20b"}),
        ({"queryParams": "x,y", "query__x": "1 2", "query__y": 3},     {"url": "http://mock/a?x=1%202&y=3"}),
        ({"headers": "X-A", "header__X-A": 5},                         {"headers": {"X-A": "5"}}),
        ({"method": "POST", "bodyFields": "a,b", "body__a": "1", "body__type-a": "number",
          "body__b": "x"}, {"body": '{"a":1,"b":"x"}', "headers": {"Content-Type": "application/json"}}),
        ({"method": "POST", "bodyType": "urlencoded", "bodyFields": "a", "body__a": "x y"},
         {"body": "a=x%20y", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}),
        ({"method": "PUT", "bodyType": "raw", "body__raw": "hi", "headers": "content-type",
          "header__content-type": "text/x"}, {"body": "hi", "headers": {"content-type": "text/x"}}),
        ({"method": "GET", "bodyFields": "a", "body__a": "1"},         {"body": None}),
        ({"authType": "bearer", "auth__authToken": "t"},               {"headers": {"Authorization": "Bearer t"}}),
        ({"authType": "basic", "auth__authUsername": "u", "auth__authPassword": "p"},
         {"headers": {"Authorization": "Basic dTpw"}}),
        ({"authType": "apiKey", "auth__authApiKeyName": "k", "auth__authApiKeyValue": "v",
          "auth__authApiKeyLocation": "query"},                        {"url": "http://mock/a?k=v"}),
        ({},                                                           {"timeout_s": 30}),
    ],
)  # fmt: skip
def test_what_is_sent(
    call: Call, monkeypatch: pytest.MonkeyPatch, parameters: Any, sent: dict[str, Any]
) -> None:
    asked: list[SendRequest] = []

    def watch(self: Any, ask: SendRequest, timeout_s: float) -> Any:
        asked.append(ask)
        raise RequestTimedOut("late")

    monkeypatch.setattr(wire_store.WireAnswers, "send", watch)
    nodes = [Q, http(**parameters), node("r", "Response")]
    assert call(nodes, "q.receive -> n.fetch, n.canceled -> r.send")[0] == 200
    assert {name: getattr(asked[0], name) for name in sent} == sent


@pytest.mark.parametrize(
    ("reply", "outcome", "result"),
    [
        ({"status": 200, "json": {"a": [{"b": 7}]}}, "success", {"s": 200, "m": 7, "e": None}),
        ({"status": 200, "text": "hi"}, "success", {"s": 200, "m": None, "e": None}),
        ({"status": 404, "json": {}}, "failure", {"s": 404, "m": None, "e": "HTTP 404: "}),
        ({"networkError": "refused"}, "failure", {"s": None, "m": None, "e": "refused"}),
    ],
)
def test_what_comes_of_an_answer(call: Call, reply: Any, outcome: str, result: Any) -> None:
    nodes = [
        Q,
        http(responseMapping="b", **{"mapping-path-b": "$.a[0].b"}),
        node("r", "Response", **{f"pm-{name}": None for name in result}),
    ]
    connections = (
        "q.receive -> n.fetch, n.statusCode -> r.pm-s, n.out-b -> r.pm-m, n.error -> r.pm-e,"
        f" n.{outcome} -> r.send"
    )
    rules = [{"method": "GET", "path": "/a", "reply": reply}]
    assert call(nodes, connections, rules=rules) == (200, {"result": result})


def test_an_address_is_required(call: Call) -> None:
    nodes = [Q, http(url=""), node("r", "Response", **{"pm-e": None})]
    connections = "q.receive -> n.fetch, n.error -> r.pm-e, n.failure -> r.send"
    assert call(nodes, connections) == (200, {"result": {"e": "URL is required"}})


def test_a_canceled_request_tells_nothing_more(call: Call) -> None:
    nodes = [Q, http(), node("r", "Response"), node("x", "Response", status="failure")]
    rules = [{"method": "GET", "path": "/a", "reply": {"json": {}}}]
    connections = (
        "q.receive -> n.fetch, q.receive -> c.eval, c.onfalse -> n.cancel, n.success -> x.send,"
        " n.canceled -> r.send"
    )
    assert call([*nodes, node("c", "Condition")], connections, rules=rules)[0] == 200


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", {"a": [1, {"b c": 2}]}),
        ("$.a[0]", 1),
        ("a[1]['b c']", 2),
        ("$.x.y", "undefined"),
        ("$.a[", "undefined"),
    ],
)
def test_a_json_path(path: str, found: Any) -> None:
    value = found_at({"a": [1, {"b c": 2}]}, path)
    assert (value if found != "undefined" else repr(value)) == found


# -- On App Error ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "told"), [("", True), ("JavaScriptFunction", True), ("other", False)]
)
def test_errors_of_nodes_are_told_of(call: Call, wanted: str, told: bool) -> None:
    nodes = [
        Q,
        script("f", "throw new Error('oh')"),
        node("e", "On App Error", filter=wanted),
        node("r", "Response", **{"pm-i": None, "pm-t": None, "pm-c": None}),
    ]
    connections = (
        "q.receive -> f.run, e.nodeId -> r.pm-i, e.nodeType -> r.pm-t, e.componentName -> r.pm-c,"
        " e.error -> r.send"
    )
    status, body = call(nodes, connections, timeout=2 if told else 0.3)
    assert status == (200 if told else 500)
    if told:
        result = {"i": "f", "t": "JavaScriptFunction", "c": "/#__local__/F"}
        assert body == {"result": result}
