"""What the recorded cases leave open of the Parse wire: credentials in bodies, errors, envelopes."""

import json
from typing import Any

import pytest

from noodl_runtime.errors import WrongType
from noodl_runtime.http.dialects import parse
from noodl_runtime.values import (
    Bytes,
    Date,
    File,
    GeoPoint,
    Included,
    Pointer,
    Polygon,
    RelationTo,
)
from tests.runtime.http.clients import Send

APP = {"X-Parse-Application-Id": "shop-app"}
TEXT = {"Content-Type": "text/plain"}

IN_BODY = [
    # url, body                                                                     status, part of the answer
    ("/classes/Product", {"_method": "GET", "_ApplicationId": "shop-app", "limit": 1}, 200, '"apple"'),
    ("/parse/classes/Product", {"_method": "GET", "_ApplicationId": "shop-app", "where": {"price": 5}}, 200, '"bread"'),
    ("/classes/Product/p1", {"_method": "GET", "_ApplicationId": "shop-app"},       200, '"apple"'),
    ("/classes/Product/p1", {"_method": "PUT", "_ApplicationId": "shop-app", "price": 3}, 200, '"updatedAt"'),
    ("/classes/Product/p1", {"_method": "DELETE", "_ApplicationId": "shop-app"},    200, "{}"),
    ("/classes/Product", {"_ApplicationId": "shop-app", "name": "dill"},            201, '"createdAt"'),
    ("/classes/Product", {"_method": "GET"},                                        403, "application id"),
    ("/classes/Product", {"_method": "GET", "_ApplicationId": "other"},             403, "application id"),
    ("/classes/Product", {"_method": "TRACE", "_ApplicationId": "shop-app"},        400, "_method must be"),
    ("/classes/Product", {"_method": ["GET"], "_ApplicationId": "shop-app"},        400, "_method must be"),
    ("/schemas", {"_method": "GET", "_ApplicationId": "shop-app"},                  403, "master key"),
    ("/schemas", {"_method": "GET", "_ApplicationId": "shop-app", "_MasterKey": "key"}, 200, '"className"'),
    ("/schemas", {"_method": "GET", "_ApplicationId": "shop-app", "_MasterKey": "guess"}, 403, "the master key is wrong"),
    ("/serverInfo", {"_method": "GET", "_ApplicationId": "shop-app", "_MasterKey": "key"}, 200, '"parseServerVersion"'),
    ("/classes/Product", {"_method": "GET", "_ApplicationId": "shop-app", "_SessionToken": "undefined"}, 200, '"results"'),
    ("/classes/Product", {"_method": "GET", "_ApplicationId": "shop-app", "_SessionToken": "r:gone"}, 400, "209"),
    ("/functions/none", {"_ApplicationId": "shop-app", "_SessionToken": "r:gone"},  400, "no function 'none'"),
    ("/functions/none", {},                                                         400, "no function 'none'"),
    ("/functions/none", {"_ApplicationId": "other"},                                403, "application id"),
]  # fmt: skip


@pytest.mark.parametrize(("url", "body", "status", "part"), IN_BODY)
def test_credentials_and_method_may_come_in_the_body(
    call: Send, url: str, body: Any, status: int, part: str
) -> None:
    got = call("POST", url, body, TEXT)
    assert got.status == status, got.body
    assert part in json.dumps(got.body)


THEN, LATER = "2020-01-02T03:04:05.678Z", "2021-01-02T03:04:05.678Z"
MASTER = {**APP, "X-Parse-Master-Key": "key"}
MOMENTS = [
    # createdAt                                                 updatedAt  as stored
    (THEN,                                                      LATER,     (THEN, LATER)),
    ({"__type": "Date", "iso": "2020-01-02T04:04:05.678+01:00"}, LATER,    (THEN, LATER)),
    (THEN,                                                      None,      (THEN, THEN)),
]  # fmt: skip


@pytest.mark.parametrize(("created", "updated", "stored"), MOMENTS)
@pytest.mark.parametrize("batch", [False, True])
def test_an_import_with_the_master_key_keeps_ids_and_times(
    call: Send, created: Any, updated: Any, stored: Any, batch: bool
) -> None:
    record = {"objectId": "old1", "createdAt": created, "updatedAt": updated, "name": "relic"}
    path = "/classes/Product"
    if batch:
        call("POST", "/batch", {"requests": [{"method": "POST", "path": path, "body": record}]}, MASTER)  # fmt: skip
    else:
        assert call("POST", path, record, MASTER).body == {"objectId": "old1", "createdAt": THEN}
    found = call("GET", f"{path}/old1", None, APP).body
    assert (found["createdAt"], found["updatedAt"]) == stored


def test_nobody_else_sets_times_and_what_is_no_time_is_refused(call: Send) -> None:
    made = call("POST", "/classes/Product", {"name": "x", "createdAt": THEN}, APP)
    assert made.status == 201
    assert made.body["createdAt"] != THEN
    for wrong in ("soon", 5, {}):
        refused = call("POST", "/classes/Product", {"createdAt": wrong}, MASTER)
        assert (refused.status, refused.body["code"]) == (400, 111)
        assert "createdAt" in refused.body["error"]


ERRORS = [
    # method, url, body                                     status, members of the body
    ("GET", "/classes/Product/p9", None,                    404, ["code", "error"]),
    ("GET", "/schemas/Never", None,                         403, ["error"]),
    ("POST", "/classes/Product", b"{",                      400, ["error"]),
    ("POST", "/classes/Product", b"",                       400, ["error"]),
    ("POST", "/classes/Product", {"name": 5},               400, ["code", "error"]),
    ("GET", "/classes/_Session", None,                      400, ["code", "error"]),
    ("PUT", "/classes/Product", {"a": 1},                   404, ["code", "error"]),
    ("GET", "/classes/Product?excludeKeys=%3B--", None,     400, ["code", "error"]),
    ("POST", "/batch", {"requests": [], "transaction": {}}, 400, ["code", "error"]),
    ("TRACE", "/classes/Product", None,                     405, ["code", "error"]),
]  # fmt: skip


@pytest.mark.parametrize(("method", "url", "body", "status", "members"), ERRORS)
def test_errors_look_as_parse_clients_know_them(
    call: Send, method: str, url: str, body: Any, status: int, members: list[str]
) -> None:
    got = call(method, url, body, APP)
    assert (got.status, sorted(got.body)) == (status, members)


def test_distinct_takes_the_name_of_a_field(call: Send) -> None:
    got = call("GET", "/aggregate/Product?distinct=0.5", None, {**APP, "X-Parse-Master-Key": "key"})
    assert (got.status, got.body["code"]) == (400, 105)


def test_a_group_arrives_unencoded(call: Send) -> None:
    got = call(
        "GET", '/aggregate/Product?frob={"objectId":null,"a":{"$sum":"$price"}}', None, MASTER
    )
    assert (got.status, got.body["code"]) == (400, 102)


def test_a_stored_file_is_answered_with_its_url(call: Send) -> None:
    image = {"__type": "File", "name": "a b.png"}
    headers = {**APP, "X-Parse-Master-Key": "key"}
    call("PUT", "/classes/Product/p1", {"image": image}, headers)
    url = call("GET", "/classes/Product/p1", None, APP).body["image"]["url"]
    assert url.startswith("http://127.0.0.1")
    assert url.endswith("/files/shop-app/a%20b.png")


ENVELOPES = [
    (Date("2024-05-01T10:01:00.000Z"), {"__type": "Date", "iso": "2024-05-01T10:01:00.000Z"}),
    (Pointer("List", "a1"), {"__type": "Pointer", "className": "List", "objectId": "a1"}),
    (RelationTo("Tag"), {"__type": "Relation", "className": "Tag"}),
    (GeoPoint(1, 2.5), {"__type": "GeoPoint", "latitude": 1, "longitude": 2.5}),
    (File("a.png"), {"__type": "File", "name": "a.png"}),
    (Bytes("ZnJveW8="), {"__type": "Bytes", "base64": "ZnJveW8="}),
    (
        Included("List", {"objectId": "a1", "n": 1}),
        {"__type": "Object", "className": "List", "objectId": "a1", "n": 1},
    ),
    (
        Polygon(((0, 0), (0, 1), (1, 1), (0, 0))),
        {"__type": "Polygon", "coordinates": [[0, 0], [0, 1], [1, 1], [0, 0]]},
    ),
]


@pytest.mark.parametrize(("value", "members"), ENVELOPES)
def test_a_typed_value_and_its_envelope_are_one(value: Any, members: dict[str, Any]) -> None:
    assert parse.typed(members) == value
    assert json.loads(json.dumps(parse.envelope(value))) == members


BROKEN: list[dict[str, Any]] = [
    {"__type": "Colour"},
    {"__type": 5},
    {"__type": ["Date"]},
    {"__type": "Date"},
    {"__type": "Date", "iso": "soon"},
    {"__type": "Date", "iso": "2024-02-31T00:00:00Z"},
    {"__type": "Pointer", "className": "List"},
    {"__type": "Pointer", "className": "List", "objectId": {"$ne": None}},
    {"__type": "GeoPoint", "latitude": 91, "longitude": 0},
    {"__type": "GeoPoint", "latitude": "1", "longitude": 0},
    {"__type": "GeoPoint", "latitude": True, "longitude": 0},
    {"__type": "Polygon", "coordinates": [[0, 0], [1, 1], [2]]},
    {"__type": "File", "name": 5},
    {"__type": "Object", "className": "List"},
]


@pytest.mark.parametrize("members", BROKEN)
def test_a_broken_envelope_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(WrongType):
        parse.typed(members)
