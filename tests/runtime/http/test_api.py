"""The plain dialect: /health, /api and what is wrong with requests to it, over both hosts."""

import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest

from noodl_runtime.backend import Backend
from tests.runtime.http.clients import Send, ServerClient, WsgiClient

KEY = {"X-Parse-Master-Key": "key"}
P1 = {
    "objectId": "p1", "createdAt": "2024-05-01T10:01:00.000Z",
    "updatedAt": "2024-05-01T10:01:00.000Z", "name": "apple", "price": 2,
}  # fmt: skip
M1 = {
    "objectId": "m1", "createdAt": "2024-05-01T10:04:00.000Z",
    "updatedAt": "2024-05-01T10:04:00.000Z", "name": "ann",
}  # fmt: skip
DESK = {
    "objectId": "made", "createdAt": "2024-05-01T10:05:00.000Z",
    "updatedAt": "2024-05-01T10:05:00.000Z", "name": "desk",
    "due": "2024-06-01T00:00:00.000Z", "maker": "m1",
}  # fmt: skip


def where(document: Any) -> str:
    return "/api/Product?where=" + quote(json.dumps(document))


SCENARIOS = [
    # method, url, body                                           status, answer (names, or part of its error)
    ("GET", "/health", None,                                       200, {"status": "ok", "backend": "shop", "version": "", "workflowProblems": 0, "brokenFiles": []}),
    ("GET", "/api/Product", None,                                  200, ["apple", "bread", "candle", "desk"]),
    ("GET", "/api/Product/", None,                                 200, ["apple", "bread", "candle", "desk"]),
    ("GET", "/api/Product/p1", None,                               200, P1),
    ("GET", "/api/Product/p9", None,                               404, "Object not found"),
    ("GET", "/api/Product/a%2Fb", None,                            404, "Object not found"),
    ("GET", "/api/Product/..%2f..%2fetc", None,                    404, "Object not found"),
    ("GET", "/api/Product/made", None,                             200, DESK),
    ("GET", "/api/Product/made?include=maker", None,               200, {**DESK, "maker": M1}),
    ("GET", where({"price": 2}), None,                             200, ["apple"]),
    ("GET", where({"price": {"greaterThan": 2}}), None,            200, ["bread"]),
    ("GET", where({"due": {"greaterThan": "2024-05-31"}}), None,   200, ["desk"]),
    ("GET", where({"due": {"lessThan": "2024-05-31T12:00:00+02:00"}}), None, 200, []),
    ("GET", where({"createdAt": {"lessThan": "2024-05-01T10:02:00Z"}}), None, 200, ["apple"]),
    ("GET", where({"maker": "m1"}), None,                          200, ["desk"]),
    ("GET", where({"or": [{"maker": "m1"}, {"price": 5}]}), None,  200, ["bread", "desk"]),
    ("GET", where({"price": {"near": 2}}), None,                   400, "near"),
    ("GET", where([1]), None,                                      400, "where must be a JSON object"),
    ("GET", "/api/Product?where={", None,                          400, "where is not JSON"),
    ("GET", "/api/Product?where=" + "[" * 200, None,               400, "nested deeper than 100"),
    ("GET", "/api/Product?sort=-name&limit=2", None,               200, ["desk", "candle"]),
    ("GET", '/api/Product?sort=["-name"]&limit=1&skip=1', None,    200, ["candle"]),
    ("GET", "/api/Product?limit=0&count=1", None,                  200, {"results": [], "count": 4}),
    ("GET", "/api/Product?limit=100000", None,                     200, ["apple", "bread", "candle", "desk"]),
    ("GET", "/api/Product?limit=-1", None,                         400, "limit must be a whole number"),
    ("GET", "/api/Product?limit=1.5", None,                        400, "limit must be a whole number"),
    ("GET", "/api/Product?skip=two", None,                         400, "skip must be a whole number"),
    ("GET", "/api/Product?count=maybe", None,                      400, "count must be"),
    ("GET", "/api/Product?keys=price&limit=1", None,               200, {"results": [{k: v for k, v in P1.items() if k != "name"}]}),
    ("GET", "/api/Product?keys=na'me", None, 400, "keys holds \"na'me\", which is no name of a field"),
    ("GET", "/api/Product/p1?include=a%20b", None, 400, "include holds 'a b'"),
    ("GET", "/api/Product?wher={}", None, 400, "unknown parameter 'wher'"),
    ("GET", "/api/Product?_=1234&limit=1", None, 200, ["apple"]),
    ("GET", "/api/Nothing", None,                                  404, "there is no collection 'Nothing'"),
    ("GET", "/api/Nothing/p1", None,                               404, "there is no collection 'Nothing'"),
    ("DELETE", "/api/Nothing/p1", None,                            404, "there is no collection 'Nothing'"),
    ("GET", "/api/Bad-Name", None,                                 400, "Bad-Name"),
    ("GET", "/api/sqlite_master", None,                            400, "names with sqlite_ are SQLite's"),
    ("GET", "/api/_GlobalConfig", None,                            400, "invalid class name: _GlobalConfig"),
    ("POST", "/api/Product", {"name": "dill"},                     201, {
        "objectId": "p4", "createdAt": "2024-05-01T10:06:00.000Z",
        "updatedAt": "2024-05-01T10:06:00.000Z", "name": "dill"}),
    ("POST", "/api/Product", {"due": "2024-07-01", "place": {"latitude": 1, "longitude": 2.5}}, 201, {
        "objectId": "p4", "createdAt": "2024-05-01T10:06:00.000Z", "updatedAt": "2024-05-01T10:06:00.000Z",
        "due": "2024-07-01T00:00:00.000Z", "place": {"latitude": 1, "longitude": 2.5}}),
    ("POST", "/api/Product", {"objectId": "own-1", "createdAt": "1999-01-01"}, 201, {
        "objectId": "own-1", "createdAt": "2024-05-01T10:06:00.000Z", "updatedAt": "2024-05-01T10:06:00.000Z"}),
    ("POST", "/api/Product", {"objectId": "role:admin"},           400, "objectId must have"),
    ("POST", "/api/Product", {"objectId": "p1"},                   400, "objectId"),
    ("POST", "/api/Product", {"name": 5},                          400, "expected String but got Number"),
    ("POST", "/api/Product", {"due": "soon"},                      400, "expected Date but got String"),
    ("POST", "/api/Product", {"place": {"latitude": 99, "longitude": 0}}, 400, "latitude must be between"),
    ("POST", "/api/Product", {"colour": "red"},                    403, "the field 'colour' of the collection 'Product'"),
    ("POST", "/api/Nothing", {"a": 1},                             404, "there is no collection 'Nothing'"),
    ("POST", "/api/Product", None,                                 400, "the body is not JSON"),
    ("POST", "/api/Product", b"[]",                                400, "the body must be a JSON object"),
    ("POST", "/api/Product", b'{"price": NaN}',                    400, "NaN"),
    ("POST", "/api/Product", b'{"price": 1e999}',                  400, "beyond what a double can hold"),
    ("POST", "/api/Product", b'{"name": "\xff"}',                  400, "not UTF-8"),
    ("POST", "/api/Product", b'{"name": "\\ud800"}',               400, "half of a surrogate pair"),
    ("POST", "/api/Product", b'{"a":' * 50_000,                    400, "nested deeper than 100"),
    ("PUT", "/api/Product/p1", {"price": 3},                       200, {**P1, "price": 3, "updatedAt": "2024-05-01T10:06:00.000Z"}),
    ("PUT", "/api/Product/p1", {"price": {"__op": "Increment", "amount": 5}}, 200, {**P1, "price": 7, "updatedAt": "2024-05-01T10:06:00.000Z"}),
    ("PUT", "/api/Product/p1", {"price": {"__op": "Explode"}},     400, "unknown operation 'Explode'"),
    ("PUT", "/api/Product/p9", {"price": 3},                       404, "Object not found"),
    ("PUT", "/api/Nothing/p9", {"price": 3},                       404, "there is no collection 'Nothing'"),
    ("DELETE", "/api/Product/p1", None,                            200, {}),
    ("DELETE", "/api/Product/p9", None,                            404, "Object not found"),
    ("GET", "/nowhere", None,                                      404, "no such path"),
    ("GET", "/", None,                                             404, "this backend has no front end; its records are at /api"),
    ("GET", "/api/Product/p1/more", None,                          404, "no such path"),
    ("GET", "/api/_batch", None,                                   405, "possible: POST, OPTIONS"),
    ("DELETE", "/api/Product", None,                               405, "possible: GET, POST, OPTIONS"),
    ("PATCH", "/api/Product/p1", None,                             405, "possible: GET, PUT, DELETE, OPTIONS"),
    ("GET", "/api/_schema", None,                                  403, "needs the master key"),
    ("GET", "/api/_export", None,                                  403, "needs the master key"),
    ("POST", "/functions/a/b", {},                                 400, "no function 'a/b'"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "url", "body", "status", "answer"), SCENARIOS)
def test_the_api(call: Send, method: str, url: str, body: Any, status: int, answer: Any) -> None:
    got = call(method, url, body)
    assert got.status == status, got.body
    assert got.headers["content-type"] == "application/json"
    assert got.headers["x-content-type-options"] == "nosniff"
    if isinstance(answer, str):
        assert answer in got.body["error"]
        assert isinstance(got.body["code"], int)
    elif isinstance(answer, list):
        assert [record["name"] for record in got.body["results"]] == answer
    else:
        assert got.body == answer


def test_an_error_carries_the_request_id_that_the_log_has(call: Send) -> None:
    got = call("GET", "/api/Product/p9")
    assert got.body["requestId"] == got.headers["x-request-id"]


def test_head_is_answered_like_get_without_the_body(call: Send) -> None:
    got = call("HEAD", "/api/Product/p1")
    assert (got.status, got.body) == (200, None)
    assert int(got.headers["content-length"]) > 50


# -- keys ------------------------------------------------------------------------------------------

KEYS = [
    # headers                                    status of a request that needs the master key
    ({"X-Parse-Master-Key": "key"},              200),
    ({"Authorization": "Bearer key"},            200),
    ({"authorization": "bearer key"},            200),
    ({},                                         403),
    ({"X-Parse-Master-Key": "undefined"},        403),
    ({"X-Parse-Master-Key": ""},                 403),
    ({"X-Parse-Master-Key": "Key"},              403),
    ({"Authorization": "Basic key"},             403),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "status"), KEYS)
def test_the_schema_needs_the_master_key(call: Send, headers: dict[str, str], status: int) -> None:
    assert call("GET", "/api/_schema", None, headers).status == status


def test_a_wrong_master_key_is_refused_and_never_taken_for_nobody(call: Send) -> None:
    got = call("GET", "/api/Product", None, {"X-Parse-Master-Key": "guess"})
    assert (got.status, got.body["error"]) == (403, "the master key is wrong")


def test_the_text_undefined_is_no_credential(call: Send) -> None:
    headers = {"X-Parse-Master-Key": "undefined", "X-Parse-Session-Token": "undefined"}
    assert call("GET", "/api/Product/p1", None, headers).status == 200


def test_an_unknown_session_is_an_error(call: Send) -> None:
    got = call("GET", "/api/Product", None, {"X-Parse-Session-Token": "r:gone"})
    assert (got.status, got.body["code"]) == (400, 209)


def test_the_master_key_adds_fields_and_collections_by_writing(call: Send) -> None:
    assert call("POST", "/api/Nothing", {"a": 1}, KEY).status == 201
    assert call("PUT", "/api/Product/p1", {"colour": "red"}, KEY).body["colour"] == "red"


# -- batch -----------------------------------------------------------------------------------------


def test_a_batch_is_answered_entry_by_entry(call: Send) -> None:
    operations = [
        {"method": "POST", "path": "/api/Product", "body": {"name": "dill", "due": "2024-07-01"}},
        {"op": "save", "collection": "Product", "id": "p9", "data": {"name": "x"}},
        {"op": "save", "collection": "Product", "id": "p1", "data": {"price": 9}},
        {"method": "DELETE", "path": "/api/Product/p2"},
    ]
    results = call("POST", "/api/_batch", {"operations": operations}).body["results"]
    assert [entry["status"] for entry in results] == [201, 404, 200, 200]
    assert results[0]["record"]["due"] == "2024-07-01T00:00:00.000Z"
    assert results[1]["code"] == 101
    assert results[2]["record"]["price"] == 9


def test_a_batch_of_requests_is_answered_as_other_backends_do(call: Send) -> None:
    requests = [
        {"method": "POST", "path": "/api/Product", "body": {"name": "dill"}},
        {"method": "PUT", "path": "/api/Product/p9", "body": {"name": "x"}},
        {"method": "DELETE", "path": "/api/Product/p2"},
    ]
    made, lacking, removed = call("POST", "/api/_batch", {"requests": requests}).body["results"]
    assert made["success"]["name"] == "dill"
    assert lacking["error"]["code"] == 101
    assert removed == {"success": {}}


def test_an_index_may_be_a_bare_list_of_fields(call: Send) -> None:
    table = {"name": "Product", "indexes": [["name", "-createdAt"]]}
    assert call("POST", "/api/_schema", {"tables": [table]}, KEY).status == 200
    (found,) = [
        t for t in call("GET", "/api/_schema", None, KEY).body["tables"] if t["name"] == "Product"
    ]
    assert {"name": "name_createdAt", "fields": ["name", "-createdAt"]} in found["indexes"]
    refused = call(
        "POST", "/api/_schema", {"tables": [{"name": "Product", "indexes": ["name"]}]}, KEY
    )
    assert "an object or a list of fields" in refused.body["error"]


def test_a_transaction_is_all_or_nothing(call: Send) -> None:
    operations = [
        {"op": "delete", "collection": "Product", "id": "p1"},
        {"op": "create", "collection": "Product", "data": {"name": 5}},
    ]
    got = call("POST", "/api/_batch", {"operations": operations, "transaction": True})
    assert (got.status, got.body["code"]) == (400, 111)
    assert call("GET", "/api/Product/p1").status == 200


BATCHES = [
    # body                                                       status, part of the error
    ({},                                                         400, "needs operations"),
    ({"operations": {}},                                         400, "needs operations"),
    ({"operations": ["x"]},                                      400, "needs operations"),
    ({"operations": [{}] * 6},                                   413, "limit of 5 (setting max_batch)"),
    ({"operations": [{"op": "drop"}]},                           400, "op must be one of create, save, delete"),
    ({"operations": [{"op": ["x"]}]},                            400, "op must be one of"),
    ({"operations": [{"op": "save", "collection": "Product"}]},  400, "need an id"),
    ({"operations": [{"op": "create", "collection": 5}]},        400, "must be texts"),
    ({"operations": [{"method": "GET", "path": "/api/Product"}]}, 400, "no operation of a batch"),
    ({"operations": [{"method": {}, "path": "/api/Product"}]},   400, "no operation of a batch"),
    ({"operations": [{"method": "POST", "path": "/classes/X"}]}, 400, "no operation of a batch"),
    ({"operations": [{"method": "POST"}]},                       400, "needs a method, a path"),
    ({"operations": [], "transaction": "yes"},                   400, "transaction must be true or false"),
    ({"operations": []},                                         200, ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "status", "error"), BATCHES)
def test_an_odd_batch_is_refused_as_a_whole(call: Send, body: Any, status: int, error: str) -> None:
    got = call("POST", "/api/_batch", body)
    assert got.status == status
    assert error in got.body.get("error", "")


# -- schema and export -----------------------------------------------------------------------------


def columns(call: Send) -> dict[str, list[str]]:
    tables = call("GET", "/api/_schema", None, KEY).body["tables"]
    return {
        table["name"]: [column["name"] for column in table["columns"]]
        for table in tables
        if not table["name"].startswith("_")
    }


def test_what_a_schema_change_does_not_list_stays(call: Send) -> None:
    table = {"name": "Product", "columns": [{"name": "colour", "type": "String"}]}
    assert call("POST", "/api/_schema", {"tables": [table]}, KEY).status == 200
    assert columns(call) == {
        "Maker": ["name"],
        "Product": ["name", "price", "due", "maker", "place", "colour"],
    }


DESTRUCTIVE = [
    {"name": "Maker", "drop": True},
    {"name": "Product", "columns": [{"name": "price", "drop": True}]},
    {"name": "Product", "columns": [{"name": "price", "type": "Boolean"}]},
]


@pytest.mark.parametrize("table", DESTRUCTIVE)
def test_losing_data_needs_to_be_allowed(call: Send, table: dict[str, Any]) -> None:
    before = columns(call)
    refused = call("POST", "/api/_schema", {"tables": [table]}, KEY)
    assert (refused.status, columns(call)) == (400, before)
    allowed = {"tables": [table], "allowDestructive": True}
    assert call("POST", "/api/_schema", allowed, KEY).status == 200


RENAMES = [
    ({"table": "Maker", "to": "Person"},                      {"Person": ["name"], "Product": ["name", "price", "due", "maker", "place"]}),
    ({"table": "Product", "column": "price", "to": "cost"},   {"Maker": ["name"], "Product": ["name", "cost", "due", "maker", "place"]}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "after"), RENAMES)
def test_a_renaming_loses_nothing(call: Send, given: Any, after: dict[str, list[str]]) -> None:
    assert call("POST", "/api/_schema", {"rename": given}, {}).status == 403
    assert call("POST", "/api/_schema", {"rename": given}, KEY).status == 200
    assert columns(call) == after
    assert call("GET", "/api/Product/made?include=maker", None).body["maker"] == M1


ODD_SCHEMAS = [
    ({"rename": []},                                                         "rename must be an object"),
    ({"rename": {"table": "Maker", "to": "M"}, "tables": []},                "stand alone"),
    ({"rename": {"table": "Maker"}},                                         "rename needs a member 'to'"),
    ({"rename": {"table": "Maker", "to": "Product"}},                        "there is such a collection already"),
    ({"rename": {"table": "Maker", "field": "name", "to": "x"}},             "rename has no member 'field'"),
    ({},                                                                     "tables must be a list"),
    ({"tables": [{}]},                                                       "needs a name"),
    ({"tables": [{"name": "T", "columns": 5}]},                              "columns of a table cannot be 5"),
    ({"tables": [{"name": "T", "colums": []}]},                              "a table has no member 'colums'"),
    ({"tables": [{"name": "T", "columns": [{"name": "a"}]}]},                "a column of T needs a member 'type'"),
    ({"tables": [{"name": "T", "columns": [{"name": "a", "type": "X"}]}]},   "invalid field type: X"),
    ({"tables": [{"name": "T", "columns": [], "indexes": [{}]}]},            "an index of T needs a member 'fields'"),
    ({"tables": [{"name": "T", "columns": [], "indexes": [{"fields": [5]}]}]}, "the fields of an index of T must be names"),
    ({"tables": [{"name": "1T", "columns": []}]},                            "1T"),
    ({"tables": [], "allowDestructive": 1},                                  "allowDestructive"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "error"), ODD_SCHEMAS)
def test_an_odd_schema_is_refused_as_a_whole(call: Send, body: Any, error: str) -> None:
    got = call("POST", "/api/_schema", body, KEY)
    assert got.status == 400
    assert error in got.body["error"]


def test_an_export_holds_schema_and_records_with_their_types(call: Send) -> None:
    export = call("GET", "/api/_export", None, KEY).body
    assert export["format"] == 1
    assert {"name": "Maker", "columns": [{"name": "name", "type": "String"}]} in (
        export["schema"]["tables"]
    )
    assert export["records"]["Product"][3]["due"] == {
        "__type": "Date",
        "iso": "2024-06-01T00:00:00.000Z",
    }
    assert "_Session" not in export["records"]


# -- other pages -----------------------------------------------------------------------------------

FOREIGN = [
    {"Host": "evil.example"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_foreign_page_has_no_effect_and_reads_nothing(
    call: Send, headers: dict[str, str]
) -> None:
    form = {**headers, "Content-Type": "text/plain"}
    for method, url in (("POST", "/api/Product"), ("GET", "/api/Product"), ("GET", "/nowhere")):
        got = call(method, url, {"name": "evil"} if method == "POST" else None, form)
        assert got.status == 403
        assert "access-control-allow-origin" not in got.headers
    assert call("GET", "/api/Product?count=1&limit=0").body["count"] == 4


def test_a_loopback_page_is_named_in_cors_headers(call: Send) -> None:
    got = call("GET", "/api/Product/p9", None, {"Origin": "http://localhost:3000"})
    assert got.status == 404
    assert got.headers["access-control-allow-origin"] == "http://localhost:3000"
    assert "Origin" in got.headers["vary"]


def test_the_health_check_is_answered_to_any_origin_but_not_shown_to_it(call: Send) -> None:
    got = call("GET", "/health", None, {"Origin": "https://evil.example"})
    assert got.status == 200
    assert "access-control-allow-origin" not in got.headers


def test_a_preflight_is_answered_before_any_key_is_known(call: Send) -> None:
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    got = call("OPTIONS", "/api/_schema", None, headers)
    assert got.status == 204
    assert "POST" in got.headers["access-control-allow-methods"]
    assert "X-Parse-Master-Key" in got.headers["access-control-allow-headers"]
    foreign = call("OPTIONS", "/api/_schema", None, {**headers, "Origin": "https://evil.example"})
    assert foreign.status == 403


# -- faults of our own -----------------------------------------------------------------------------


def test_a_fault_of_ours_says_nothing_of_its_inside(
    call: Send, shop: Backend, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(shop, "query", broken)
    got = call("GET", "/api/Product")
    assert got.status == 500
    assert got.body == {"error": "internal error", "requestId": got.headers["x-request-id"]}
    assert got.body["requestId"] in caplog.text
    assert "secret inside" in caplog.text


def test_a_compressed_body_is_read(call: Send) -> None:
    body = gzip.compress(b'{"name": "dill"}')
    assert call("POST", "/api/Product", body, {"Content-Encoding": "gzip"}).status == 201
    assert call("POST", "/api/Product", body, {"Content-Encoding": "br"}).status == 415


def test_both_hosts_answer_the_same(shop: Backend) -> None:
    server = ServerClient(shop)
    try:
        for url in ("/api/Product", "/api/Product/p9", "/nowhere", "/health"):
            over_wsgi, over_socket = WsgiClient(shop)("GET", url), server("GET", url)
            own = {"date", "connection", "x-request-id", "content-length"}
            assert over_wsgi.headers.keys() - own == over_socket.headers.keys() - own
            for answer in (over_wsgi, over_socket):
                answer.body.pop("requestId", None)
            assert over_wsgi[::2] == over_socket[::2]
    finally:
        server.close()
