"""A backend inside a desktop app answers to that app alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.errors import ForeignOrigin, LaunchTokenMissing
from noodl_runtime.http.guard import Guard
from noodl_runtime.http.routes import ROUTES
from noodl_runtime.settings import Settings
from tests.runtime.http.clients import ServerClient, WsgiClient
from tests.runtime.http.conftest import make_shop

TOKEN = "a-token-of-this-start"
WITH = {"X-Noodl-Launch-Token": TOKEN}
GUARD = Guard(hosts=[], origins=["https://editor.example"], launch_token=TOKEN)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Backend]:
    backend = make_shop(tmp_path, Settings(mode="development", launch_token=TOKEN))
    yield backend
    backend.close()


@pytest.mark.parametrize("client", [WsgiClient, ServerClient])
def test_no_request_is_answered_without_it_whatever_else_it_brings(
    shop: Backend, client: type[WsgiClient]
) -> None:
    send = client(shop)
    key = {"X-Parse-Application-Id": "shop-app", "X-Parse-Master-Key": "key"}
    wrong = {"X-Noodl-Launch-Token": TOKEN + "x"}
    for path in ("/", "/health", "/api/Product", "/classes/Product", "/nowhere"):
        for headers in ({}, key, wrong, {"X-Noodl-Launch-Token": ""}):
            answer = send("GET", path, None, headers)
            assert (answer.status, answer.body["code"]) == (403, 119), (path, headers)
            assert "X-Noodl-Launch-Token" in answer.body["error"]
            assert TOKEN not in answer.body["error"]
    assert send("GET", "/api/Product/p1", None, WITH).body["name"] == "apple"


def test_every_route_of_the_table_is_behind_it(shop: Backend) -> None:
    send = WsgiClient(shop)
    for route in ROUTES:
        assert send(route.method, route.pattern, None, {}).status == 403, route
    assert send("OPTIONS", "/api/Product", None, {}).status == 403


def test_a_preflight_carries_nothing_and_is_answered_to_known_origins(shop: Backend) -> None:
    send = WsgiClient(shop)
    asked = {"Access-Control-Request-Method": "POST", "Origin": "http://localhost:3000"}
    answer = send("OPTIONS", "/api/Product", None, asked)
    assert answer.status == 204
    assert "X-Noodl-Launch-Token" in answer.headers["access-control-allow-headers"]
    foreign = {**asked, "Origin": "https://evil.example"}
    assert send("OPTIONS", "/api/Product", None, foreign).status == 403


FROM_PAGES = [
    # Origin                     Sec-Fetch-Site   passes
    (None,                       "cross-site",    True),  # a page that was opened as a file
    ("null",                     "cross-site",    True),
    ("file://",                  None,            True),
    ("http://localhost:1",       "same-site",     True),
    ("https://editor.example",   "cross-site",    True),
    ("https://evil.example",     "cross-site",    False),
    ("file://evil.example",      None,            False),
]  # fmt: skip


@pytest.mark.parametrize(("origin", "site", "passes"), FROM_PAGES)
def test_with_it_pages_that_are_files_pass_and_foreign_ones_still_do_not(
    origin: str | None, site: str | None, passes: bool
) -> None:
    given = {"host": "127.0.0.1:1", "origin": origin, "sec-fetch-site": site}
    headers = {name: value for name, value in given.items() if value is not None}
    if passes:
        assert GUARD.check_origin(headers, trusted=False) == origin
    else:
        with pytest.raises(ForeignOrigin):
            GUARD.check_origin(headers, trusted=False)


def test_an_upgrade_is_admitted_like_any_request() -> None:
    upgrade = {"host": "127.0.0.1:1", "upgrade": "websocket"}
    with pytest.raises(LaunchTokenMissing):
        GUARD.admit("GET", upgrade)
    GUARD.admit("GET", {**upgrade, "x-noodl-launch-token": TOKEN})
    with pytest.raises(ForeignOrigin):
        GUARD.admit("GET", {"host": "evil.example", "x-noodl-launch-token": TOKEN})
