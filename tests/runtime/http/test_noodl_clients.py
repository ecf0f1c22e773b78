"""What front ends and cloud runtimes of existing projects send, as they send it, byte for byte."""

import json
from typing import Any

import pytest

from noodl_runtime.backend import Backend
from tests.runtime.http.clients import Send, ServerClient

APP = {"X-Parse-Application-Id": "shop-app"}
MASTER = {**APP, "X-Parse-Master-Key": "key"}

GROUPS = [
    # query, as it stands in the URL                                                        row
    ('match={}&group={"total":{"$sum":"$price"},"objectId":null}',                          {"objectId": None, "total": 7}),
    ('limit=100&skip=0&match={"price":{"$gt":2}}&group={"n":{"$max":"$price"},"objectId":null}', {"objectId": None, "n": 5}),
    ('$match={}&$group={"total":{"$avg":"$price"},"_id":null}',                             {"objectId": None, "total": 3.5}),
    ('group={"low":{"$min":"$price"},"all":{"$addToSet":"$price"},"objectId":null}',        {"objectId": None, "low": 2, "all": [2, 5]}),
    ('group={"größte%20Zahl":{"$max":"$price"},"objectId":null}',                           {"objectId": None, "größte Zahl": 5}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "row"), GROUPS)
def test_group_arrives_with_braces_quotes_and_dollars_as_they_are(
    shop: Backend, query: str, row: dict[str, Any]
) -> None:
    client = ServerClient(shop)
    target = f"/aggregate/Product?{query}".encode()
    head = b"Host: 127.0.0.1\r\nX-Parse-Application-Id: shop-app\r\nX-Parse-Master-Key: key\r\n"
    received = client.raw(b"GET " + target + b" HTTP/1.1\r\n" + head + b"Connection: close\r\n\r\n")
    client.close()
    lines, _, body = received.partition(b"\r\n\r\n")
    assert lines.startswith(b"HTTP/1.1 200 "), received
    rows = json.loads(body)["results"]
    if "all" in row:  # a set
        rows[0]["all"].sort(key=lambda price: price or 0)
        rows[0]["all"] = [price for price in rows[0]["all"] if price is not None]
    assert rows == [row]


@pytest.mark.parametrize(
    "alias", ["", "objectId", "a.b", "$a", "ACL", "a\x01", "_rperm", "x" * 129]
)
def test_a_group_cannot_call_its_fields_what_means_something_else(call: Send, alias: str) -> None:
    group = {alias: {"$sum": "$price"}, "_id": None}
    body = {"_method": "GET", "$group": group}
    got = call("POST", "/aggregate/Product", body, MASTER)
    assert (got.status, got.body.get("code")) == (400, 102), got.body


def test_undefined_in_every_header_means_nobody(call: Send) -> None:
    names = ("Session-Token", "Master-Key", "Installation-Id")
    headers = {**APP, **{f"X-Parse-{name}": "undefined" for name in names}}
    assert call("GET", "/classes/Product?limit=1", None, headers).status == 200
    assert call("GET", "/schemas", None, headers).status == 403
    made = call("POST", "/classes/Product", {"name": "x"}, headers)
    assert (made.status, set(made.body)) == (201, {"objectId", "createdAt"})
    path = f"/classes/Product/{made.body['objectId']}"
    assert set(call("PUT", path, {"name": "y"}, headers).body) == {"updatedAt"}
    gone = call("DELETE", path, None, headers)
    assert (gone.status, gone.body) == (200, {})


def test_a_function_becomes_a_user_by_way_of_a_session_it_makes(call: Send) -> None:
    """Impersonate: a session that is still good is looked for, else made, and then used."""
    user = {"username": "ann", "password": "pw"}
    made = call("POST", "/classes/_User", user, MASTER).body
    pointer = {"__type": "Pointer", "className": "_User", "objectId": made["objectId"]}
    now = {"__type": "Date", "iso": "2026-01-01T00:00:00.000Z"}
    asked = {"_method": "GET", "where": {"user": pointer, "expiresAt": {"$gt": now}}, "limit": 1}
    found = call("POST", "/classes/_Session", asked, MASTER).body["results"]
    assert [entry["sessionToken"] for entry in found] == [made["sessionToken"]]
    session = {
        "user": pointer,
        "sessionToken": "r:chosen",
        "expiresAt": {"__type": "Date", "iso": "2099-01-01T00:00:00.000Z"},
        "restricted": False,
    }
    assert call("POST", "/classes/_Session", session, MASTER).status == 201
    me = call("GET", "/users/me", None, {**APP, "X-Parse-Session-Token": "r:chosen"}).body
    assert (me["username"], me["sessionToken"]) == ("ann", "r:chosen")
    assert call("POST", "/classes/_Session", asked, APP).body.get("results", []) == []


def test_a_preflight_names_every_header_that_clients_send(call: Send) -> None:
    asked = {"Origin": "http://localhost:8574", "Access-Control-Request-Method": "POST"}
    got = call("OPTIONS", "/functions/F", None, asked)
    allowed = {name.strip().lower() for name in got.headers["access-control-allow-headers"].split(",")}  # fmt: skip
    assert allowed >= {
        "content-type", "authorization", "x-parse-application-id", "x-parse-session-token",
        "x-parse-master-key", "x-parse-installation-id", "x-noodl-cloud-version",
    }  # fmt: skip
