"""Small print of the Parse wire, as a real server answers it: codes, defaults, narrowed includes."""

from typing import Any

import pytest

from tests.runtime.http.clients import Send

APP = {"X-Parse-Application-Id": "shop-app"}
MASTER = {**APP, "X-Parse-Master-Key": "key"}


def schema(**fields: Any) -> Any:
    return {"className": "Thing", "fields": fields}


REFUSED = [
    # method, path, body                                                                       code
    ("POST", "/schemas/Thing", schema(x={}),                                                   107),
    ("POST", "/schemas/Thing", schema(x="String"),                                             107),
    ("POST", "/schemas/Thing", schema(x={"type": 5}),                                          107),
    ("POST", "/schemas/Thing", schema(x={"type": "Pointer", "targetClass": 5}),                107),
    ("POST", "/schemas/Thing", schema(objectId={"type": "String"}),                            136),
    ("POST", "/schemas/Thing", schema(ACL={"type": "ACL"}),                                    136),
    ("POST", "/schemas/Thing", schema(className={"type": "String"}),                           105),
    ("POST", "/schemas/Thing", schema(r={"type": "Relation", "targetClass": "_User", "required": True}), 111),
    ("PUT", "/schemas/Product", {"fields": {"objectId": {"__op": "Delete"}}},                  136),
    ("POST", "/classes/Product", {"className": "x"},                                           105),
    ("POST", "/classes/Product", {"o": {"a.b": 1}},                                            121),
    ("POST", "/classes/Product", {"o": {"deep": [{"$gt": 1}]}},                                121),
    ("POST", "/classes/Product", {"p": {"__type": "Polygon", "coordinates": [[0, 0], [1, 1]]}}, 107),
    ("GET", "/classes/Product/p1?limit=1", None,                                               102),
    ("GET", '/classes/Product?where={"name":{"$text":{"$search":{"$term":""}}}}', None,        107),
    ("GET", '/classes/Product?where={"list":{"$inQuery":{"className":"List"}}}', None,         102),
    ("POST", "/classes/Product", {"objectId": 5},                                              111),
    ("POST", "/schemas", {"className": ""},                                                    135),
    ("PUT", "/schemas/_User", {"fields": {"email": {"__op": "Delete"}}},                       136),
    ("PUT", "/schemas/_Role", {"fields": {"users": {"__op": "Delete"}}},                       136),
    ("PUT", "/config", {"params": {"n": {"__op": "Increment", "amount": 1}}},                  107),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "code"), REFUSED)
def test_what_is_refused_carries_the_code_that_clients_know(
    call: Send, method: str, path: str, body: Any, code: int
) -> None:
    for headers in (MASTER, APP) if method == "GET" else (MASTER,):
        got = call(method, path.replace('"', "%22").replace("{", "%7B"), body, headers)
        assert (got.status, got.body["code"]) == (400, code), got.body
    assert "Thing" not in str(call("GET", "/schemas", None, MASTER).body)


def test_a_create_says_nothing_of_a_key_inside_that_it_was_sent(call: Send) -> None:
    made = call(
        "POST", "/classes/Area", {"o.k": "x", "o.n": {"__op": "Increment", "amount": 2}}, MASTER
    )
    assert {n: v for n, v in made.body.items() if n not in ("objectId", "createdAt")} == {
        "o": {"n": 2}
    }
    found = call("GET", f"/classes/Area/{made.body['objectId']}", None, APP).body["o"]
    assert found == {"k": "x", "n": 2}


def test_a_polygon_is_answered_closed(call: Send) -> None:
    open_ring = {"__type": "Polygon", "coordinates": [[0, 0], [0, 1], [1, 1]]}
    made = call("POST", "/classes/Area", {"where": open_ring}, MASTER).body["objectId"]
    found = call("GET", f"/classes/Area/{made}", None, APP).body["where"]
    assert found["coordinates"] == [[0, 0], [0, 1], [1, 1], [0, 0]]


UNSET = [
    # sent                                 answered beside id and time
    ({"name": "a"},                        {"size": 5, "open": False}),
    ({"name": "a", "size": None},          {"size": 5, "open": False}),
    ({"name": "a", "size": 0},             {"open": False}),
    ({"name": "a", "open": True},          {"size": 5}),
]  # fmt: skip


@pytest.fixture
def defaults(call: Send) -> Send:
    fields = {
        "name": {"type": "String", "required": True},
        "size": {"type": "Number", "defaultValue": 5},
        "open": {"type": "Boolean", "defaultValue": False},
    }
    assert call("POST", "/schemas/Shop", {"className": "Shop", "fields": fields}, MASTER).body
    return call


@pytest.mark.parametrize(("sent", "told"), UNSET)
def test_a_default_stands_in_for_what_is_not_set(defaults: Send, sent: Any, told: Any) -> None:
    made = defaults("POST", "/classes/Shop", sent, APP).body
    assert {n: v for n, v in made.items() if n not in ("objectId", "createdAt")} == told


@pytest.mark.parametrize("sent", [{}, {"name": None}, {"name": ""}])
def test_an_empty_text_is_none_where_one_is_required(defaults: Send, sent: Any) -> None:
    got = defaults("POST", "/classes/Shop", sent, APP)
    assert (got.status, got.body["code"]) == (400, 142)


NARROWED = [
    # parameters                          the list in the answer, or its lack
    ("keys=list.owner.nick",              {"owner": {"nick": "ann"}}),
    ("keys=list.title",                   {"title": "home"}),
    ("include=list&excludeKeys=list.title", {"owner": None}),
    ("include=list&excludeKeys=list",     None),
    ("excludeKeys=list,objectId",         None),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "expected"), NARROWED)
@pytest.mark.parametrize("single", [True, False])
def test_keys_narrow_what_is_included(
    call: Send, parameters: str, expected: Any, single: bool
) -> None:
    owner = call("POST", "/classes/Owner", {"nick": "ann", "age": 5}, MASTER).body["objectId"]
    pointer = {"__type": "Pointer", "className": "Owner", "objectId": owner}
    made = call("POST", "/classes/List", {"title": "home", "owner": pointer}, MASTER).body[
        "objectId"
    ]
    pointer = {"__type": "Pointer", "className": "List", "objectId": made}
    entry = call("POST", "/classes/Entry", {"list": pointer}, MASTER).body["objectId"]
    path = f"/classes/Entry/{entry}" if single else "/classes/Entry"
    body = call("GET", f"{path}?{parameters}", None, APP).body
    record = body if single else body["results"][0]
    assert record["objectId"] == entry
    assert bare(record.get("list"), expected)


def bare(found: Any, expected: Any) -> bool:
    """Tell whether a record has exactly these members beside those of every record."""
    if expected is None:
        return found is None or found["__type"] == "Pointer"
    own = {"__type", "className", "objectId", "createdAt", "updatedAt"}
    return {*found} - own == {*expected} and all(
        bare(found[name], member) if isinstance(member, dict | None) else found[name] == member
        for name, member in expected.items()
    )


# -- batches ---------------------------------------------------------------------------------------


def batch(call: Send, *requests: tuple[str, str, Any], headers: Any = APP) -> Any:
    listed = [{"method": m, "path": p, **({"body": b} if b else {})} for m, p, b in requests]
    return call("POST", "/parse/batch", {"requests": listed}, headers)


def test_a_batch_carries_reads_beside_writes_in_order(call: Send) -> None:
    got = batch(
        call,
        ("GET", "/parse/classes/Product/p1", None),
        ("PUT", "/parse/classes/Product/p1", {"name": "pear"}),
        ("GET", "/classes/Product", {"where": {"name": "pear"}, "keys": "name", "count": 1}),
        ("GET", "/parse/classes/Product/nope", None),
    )
    read, written, found, lacking = got.body
    assert read["success"]["name"] == "apple"
    assert [*written["success"]] == ["updatedAt"]
    assert [r["name"] for r in found["success"]["results"]] == ["pear"]
    assert found["success"]["count"] == 1
    assert lacking["error"]["code"] == 101


def test_a_batch_has_the_rights_of_its_caller(call: Send) -> None:
    schemas = ("GET", "/parse/schemas/Product", None)
    (refused,) = batch(call, schemas).body
    assert refused == {"error": {"error": "GET /parse/schemas/:className needs the master key"}}
    (read,) = batch(call, schemas, headers=MASTER).body
    assert read["success"]["className"] == "Product"


NOWHERE = [
    ("GET", "/api/Product", None),
    ("GET", "/realtime", None),
    ("GET", "/parse/nonsense", None),
    ("PATCH", "/parse/classes/Product/p1", {"n": 1}),
    ("POST", "/parse/batch", {"requests": []}),
    ("POST", "/parse/classes/Product/p1/x", {"n": 1}),
]


@pytest.mark.parametrize("request_", NOWHERE)
def test_a_path_that_leads_nowhere_refuses_the_whole_batch(call: Send, request_: Any) -> None:
    got = batch(call, ("POST", "/parse/classes/Product", {"name": "x"}), request_)
    assert (got.status, got.body["code"]) == (400, 107)
    assert not call("GET", '/classes/Product?where=%7B"name":"x"}', None, APP).body["results"]


# -- purge and aggregate ---------------------------------------------------------------------------


def test_a_purge_removes_the_records_and_keeps_the_class(call: Send) -> None:
    assert call("DELETE", "/purge/Product", None, APP).status == 403
    got = call("DELETE", "/parse/purge/Product", None, MASTER)
    assert (got.status, got.body) == (200, {})
    assert call("GET", "/classes/Product", None, APP).body == {"results": []}
    assert call("GET", "/schemas/Product", None, MASTER).status == 200
    assert call("DELETE", "/purge/Never", None, MASTER).status == 200


AGGREGATES = ["distinct=name", "%24group=%7B%22_id%22:null%7D", "pipeline=%5B%5D"]


@pytest.mark.parametrize("query", AGGREGATES)
def test_aggregates_are_not_for_everyone(call: Send, query: str) -> None:
    assert call("GET", f"/aggregate/Product?{query}", None, APP).status == 403
    assert call("GET", f"/aggregate/Product?{query}", None, MASTER).status == 200
    user = call("POST", "/users", {"username": "ann", "password": "x"}, APP).body["sessionToken"]
    headers = {**APP, "X-Parse-Session-Token": user}
    assert call("GET", f"/aggregate/Product?{query}", None, headers).status == 200


def test_a_pipeline_may_be_one_object_of_stages(call: Send) -> None:
    pipeline = "%7B%22$match%22:%7B%22name%22:%22apple%22%7D,%22$count%22:%22n%22%7D"
    got = call("GET", f"/aggregate/Product?pipeline={pipeline}", None, MASTER)
    assert got.body == {"results": [{"n": 1}]}
