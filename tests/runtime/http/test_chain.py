"""One id from a request, through the runs it brings about, to the last write."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.functions import Functions
from noodl_runtime.runs import RunHistory
from noodl_runtime.store.contract import Change
from tests.runtime.http.clients import Send
from tests.runtime.http.conftest import SETTINGS, make_shop
from tests.runtime.workflow.graphs import component, document, node

ORDER = component(
    "order",
    [
        node("q", "Request"),
        node("i", "noodl.local.insert", collection="Maker", **{"prop-name": "ann"}),
        node("r", "Response"),
    ],
    "q.receive -> i.insert, i.success -> r.send",
)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Backend]:
    backend = make_shop(tmp_path, SETTINGS)
    backend.functions = Functions(SETTINGS, backend)
    backend.functions.history = RunHistory(tmp_path / "runs.db", SETTINGS)
    backend.functions.load([("f.workflow.json", document(ORDER))])
    yield backend
    backend.close()


def last(shop: Backend) -> Change:
    changes = shop.store.changes(shop.store.last_change() - 1)
    assert changes
    return changes[0]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/Product", {"name": "x"}),
        ("PUT", "/api/Product/p1", {"name": "y"}),
        ("DELETE", "/api/Product/p2", None),
        ("POST", "/classes/Product", {"name": "x"}),
        ("POST", "/functions/order", {}),
    ],
)
def test_the_id_of_a_request_is_kept_with_each_change_it_makes(
    shop: Backend, call: Send, method: str, path: str, body: object
) -> None:
    headers = {"X-Request-Id": "from-the-proxy.7", "X-Parse-Application-Id": "shop-app"}
    answer = call(method, path, body, headers)
    assert answer.status in (200, 201)
    assert answer.headers["x-request-id"] == "from-the-proxy.7"
    assert last(shop).origin.chain == "from-the-proxy.7"


def test_each_write_of_a_batch_carries_it(shop: Backend, call: Send) -> None:
    before = shop.store.last_change()
    one = {"method": "POST", "path": "/classes/Product", "body": {"name": "x"}}
    headers = {"X-Request-Id": "b1", "X-Parse-Application-Id": "shop-app"}
    assert call("POST", "/batch", {"requests": [one, one]}, headers).status == 200
    assert [c.origin.chain for c in shop.store.changes(before) or ()] == ["b1", "b1"]


@pytest.mark.parametrize("odd", ["", "a b", "x" * 65, "ä", "a\tb"])
def test_an_id_that_is_none_is_replaced_by_our_own(shop: Backend, call: Send, odd: str) -> None:
    answer = call("POST", "/api/Product", {"name": "x"}, {"X-Request-Id": odd})
    assert re.fullmatch(r"[0-9a-f]{6}-[0-9a-f]+", answer.headers["x-request-id"])
    assert last(shop).origin.chain == answer.headers["x-request-id"]


def test_the_history_finds_the_runs_of_a_request(shop: Backend, call: Send) -> None:
    for given in ("one", "two"):
        call("POST", "/functions/order", {}, {"X-Request-Id": given})
    key = {"X-Parse-Master-Key": "key"}
    (run,) = call("GET", "/_admin/runs?chain=two", None, key).body["results"]
    assert run["chain"] == "two"
    assert call("GET", f"/_admin/runs/{run['id']}", None, key).body["chain"] == "two"


def test_a_page_may_send_an_id_of_its_own(call: Send) -> None:
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    allowed = call("OPTIONS", "/api/Product", None, headers).headers["access-control-allow-headers"]
    assert "X-Request-Id" in allowed.split(", ")
