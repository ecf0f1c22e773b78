"""No request makes the server answer 5xx: odd values wherever a client can put one."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.settings import Settings
from tests.runtime.http.clients import Send, WsgiClient
from tests.runtime.http.conftest import make_shop

ODD: list[Any] = [
    None, True, 0, -1, 1.5, 10**18, 2**63, 10**30, 1e308, "", "x", "\0", "a b", "🙂", "'; --", "$", "%", "name.x",
    "objectId", "ACL", "__proto__", "constructor", "_rperm", "a" * 200, [], [[]], [None], ["x", 1], {}, {"": 1}, {"x": {}},
    {"$gt": None}, {"$in": 5}, {"$regex": "("}, {"$regex": "(a+)+$"}, {"$exists": "x"}, {"$nope": 1}, {"$ne": {"$ne": 1}},
    {"equalTo": []}, {"contains": 5}, {"$or": []}, {"$or": [1]}, {"$and": [{"$or": [{"name": {}}]}]}, {"name": {"$all": {}}},
    {"$relatedTo": {}}, {"$relatedTo": {"object": 5, "key": "x"}}, {"name": {"$inQuery": {"className": 5}}},
    {"name": {"$select": {"key": 5, "query": {}}}}, {"place": {"$nearSphere": 5}}, {"place": {"$within": {"$box": [1, 2]}}},
    {"place": {"$geoWithin": {"$polygon": 5}}}, {"name": {"$text": {"$search": 5}}},
    {"__type": "Date"}, {"__type": "Date", "iso": "2024-01-01"}, {"__type": "Pointer", "className": "Product", "objectId": "p1"},
    {"__type": "GeoPoint", "latitude": 1, "longitude": 2}, {"__type": "Relation", "className": "Product"},
    {"__type": "File", "name": "a"}, {"__type": "Bytes", "base64": "="}, {"__type": "Object", "className": "X", "objectId": "y"},
    {"__type": "Polygon", "coordinates": [[0, 0], [0, 1], [1, 1]]},
    {"__op": "Increment", "amount": 1}, {"__op": "Increment", "amount": 1e308}, {"__op": "Add", "objects": [1]},
    {"__op": "AddRelation", "objects": []}, {"__op": "AddRelation", "objects": [5]}, {"__op": "Batch", "ops": [{}]},
    {"__op": "Batch", "ops": []}, {"__op": None}, {"__op": "Delete"}, {"__op": "SetOnInsert", "amount": {"__op": "Delete"}},
]  # fmt: skip

HEADERS = {"X-Parse-Application-Id": "shop-app"}
MASTER = {**HEADERS, "X-Parse-Master-Key": "key"}


@pytest.fixture(scope="module")
def send(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Send]:
    backend = _development(tmp_path_factory.mktemp("odd"))
    yield WsgiClient(backend)
    backend.close()


def _development(folder: Path) -> Backend:
    return make_shop(folder, Settings(mode="development", query_timeout=1.0), minutes=False)


def in_urls(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield requests with an odd value in each parameter."""
    text = quote(value if isinstance(value, str) else json.dumps(value))
    for path in ("/api/Product", "/api/Product/p1", "/classes/Product", "/classes/Product/p1"):
        for name in ("where", "sort", "order", "limit", "skip", "count", "keys", "include",
                     "excludeKeys", "includeAll"):  # fmt: skip
            yield "GET", f"{path}?{name}={text}", None
    for name in ("pipeline", "distinct", "where", "$match", "match", "$group", "group", "$sort",
                 "$project", "$limit", "$skip"):  # fmt: skip
        yield "GET", f"/aggregate/Product?distinct=name&{name}={text}", None
        yield "GET", f"/aggregate/Product?{name}={text}", None
    for path in ("/api/Product/", "/api/", "/classes/", "/schemas/", "/functions/", "/parse/"):
        yield "GET", path + text.replace("/", "%2F"), None


def in_bodies(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield requests with an odd value at each place of a body."""
    for table in ("/api/Product", "/classes/Product", "/api/New", "/classes/New"):
        yield "POST", table, value
        for field in ("name", "price", "due", "maker", "place", "o.x", "ACL", "objectId", "new"):
            yield "POST", table, {field: value}
            yield "PUT", f"{table}/p1", {field: value}
    for name in ("where", "order", "keys", "limit", "include", "count"):
        yield "POST", "/classes/Product", {"_method": "GET", name: value}
        yield "POST", "/classes/Product", {"_method": "GET", "where": {name: value, "name": value}}
    for name in ("_method", "_ApplicationId", "_MasterKey", "_SessionToken"):
        yield "POST", "/classes/Product", {name: value}
    for stages in (value, [value], [{"$group": value}], [{"$group": {"_id": value}}],
                   [{"$group": {"_id": None, "x": value}}], [{"$match": value}],
                   [{"$sort": value}], [{"$project": value}]):  # fmt: skip
        yield "POST", "/aggregate/Product", {"_method": "GET", "pipeline": stages}


def in_batches(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield batches and schema changes with an odd value at each place."""
    yield "POST", "/api/_batch", {"operations": value}
    for name in ("method", "path", "body", "op", "collection", "id", "data"):
        entry = {"op": "save", "collection": "Product", "id": "p1", "data": {}}
        yield "POST", "/api/_batch", {"operations": [entry | {name: value}]}
        request = {"method": "PUT", "path": "/api/Product/p1", "body": {}}
        yield "POST", "/api/_batch", {"operations": [request | {name: value}]}
        request = {"method": "PUT", "path": "/classes/Product/p1", "body": {}}
        yield "POST", "/batch", {"requests": [request | {name: value}]}
    for name in ("name", "columns", "indexes", "permissions"):
        yield "POST", "/api/_schema", {"tables": [{"name": "Odd", "columns": []} | {name: value}]}
        yield "POST", "/api/_schema", {"tables": [{"name": "Odd", "columns": [], name: [value]}]}
    for name in ("name", "type", "targetClass", "required", "default", "constraint", "drop"):
        column = {"name": "x", "type": "String", name: value}
        yield "POST", "/api/_schema", {"tables": [{"name": "Odd", "columns": [column]}]}
    for name in ("name", "fields", "unique"):
        index = {"fields": ["name"], name: value}
        yield "POST", "/api/_schema", {"tables": [{"name": "Product", "indexes": [index]}]}
    for name in ("className", "fields", "classLevelPermissions", "indexes"):
        yield "POST", "/schemas/Odd", {name: value}
        yield "PUT", "/schemas/Product", {name: value}
        yield "PUT", "/schemas/Product", {name: {"x": value}}
    for name in ("type", "targetClass", "required", "defaultValue"):
        yield "POST", "/schemas/Odd", {"fields": {"x": {"type": "String", name: value}}}


@pytest.mark.slow
@pytest.mark.parametrize("place", [in_urls, in_bodies, in_batches])
@pytest.mark.parametrize("value", ODD, ids=range(len(ODD)))
def test_an_odd_value_is_answered_or_refused(send: Send, place: Any, value: Any) -> None:
    for headers, (method, url, body) in zip(
        itertools.cycle([HEADERS, MASTER, MASTER]), place(value), strict=False
    ):
        got = send(method, url, body, headers)
        assert got.status < 500, (method, url, body, got.body)
