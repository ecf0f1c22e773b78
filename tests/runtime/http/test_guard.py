from pathlib import Path

import pytest

from noodl_runtime.errors import ForeignOrigin
from noodl_runtime.http import guard
from noodl_runtime.http.guard import Guard, cors_headers, preflight_headers
from noodl_runtime.settings import Settings
from tests.runtime.http.clients import WsgiClient
from tests.runtime.http.conftest import make_shop

GUARD = Guard(hosts=["0.0.0.0", "app.example", "10.0.0.7:9000"], origins=["https://editor.example"])

HOSTS = [
    # Host                    answered
    ("localhost",             True),
    ("LOCALHOST:8577",        True),
    ("todo.localhost:80",     True),
    ("127.0.0.1",             True),
    ("127.8.9.1:1234",        True),
    ("[::1]:8577",            True),
    ("app.example",           True),
    ("app.example:8443",      True),
    ("10.0.0.7:9000",         True),
    ("10.0.0.7:9001",         False),
    ("0.0.0.0:8577",          False),
    ("",                      False),
    ("evil.example",          False),
    ("localhost.evil.example", False),
    ("127.0.0.1.evil.example", False),
    ("localhost@evil.example", False),
    ("192.168.0.2",           False),
    ("::1",                   False),
    ("evil/.localhost",       False),
]  # fmt: skip

ORIGINS = [
    # Origin                        Sec-Fetch-Site  master key  passes
    (None,                          None,           False,      True),
    (None,                          "same-origin",  False,      True),
    (None,                          "none",         False,      True),
    (None,                          "cross-site",   False,      False),
    ("http://localhost:3000",       "cross-site",   False,      True),
    ("http://127.0.0.1",            None,           False,      True),
    ("https://editor.example",      "cross-site",   False,      True),
    ("HTTPS://Editor.example",      None,           False,      True),
    ("http://app.example",          None,           False,      True),
    ("https://evil.example",        None,           False,      False),
    ("https://evil.example",        None,           True,       False),
    ("http://editor.example",       None,           False,      False),
    ("null",                        None,           False,      False),
    ("null",                        "cross-site",   True,       True),
    ("file://",                     None,           False,      False),
    ("chrome-extension://abc",      None,           False,      False),
    ("http://localhost.evil.example", None,         False,      False),
]  # fmt: skip


@pytest.mark.parametrize(("host", "answered"), HOSTS)
def test_only_loopback_and_configured_hosts_are_answered(host: str, answered: bool) -> None:
    if answered:
        GUARD.check_host({"host": host})
    else:
        with pytest.raises(ForeignOrigin, match="allowed_hosts"):
            GUARD.check_host({"host": host})


@pytest.mark.parametrize(("origin", "site", "trusted", "passes"), ORIGINS)
def test_only_loopback_own_and_configured_origins_pass(
    origin: str | None, site: str | None, trusted: bool, passes: bool
) -> None:
    given = {"host": "app.example", "origin": origin, "sec-fetch-site": site}
    headers = {name: value for name, value in given.items() if value is not None}
    if passes:
        assert GUARD.check_origin(headers, trusted=trusted) == origin
    else:
        with pytest.raises(ForeignOrigin):
            GUARD.check_origin(headers, trusted=trusted)


def test_behind_a_proxy_links_and_checks_go_by_the_public_address(tmp_path: Path) -> None:
    backend = make_shop(tmp_path, Settings(public_url="https://shop.example/api/"))
    headers = {"Host": "shop.example", "Origin": "https://shop.example"}
    image = {"__type": "File", "name": "a.png"}
    client = WsgiClient(backend)
    key = {"X-Parse-Application-Id": "shop-app", "X-Parse-Master-Key": "key"}
    client("PUT", "/classes/Product/p1", {"image": image}, {**headers, **key})
    got = client("GET", "/classes/Product/p1", None, {**headers, **key})
    assert got.body["image"]["url"].startswith("https://shop.example/api/files/")
    backend.close()


def test_cors_names_the_one_origin_and_never_a_star() -> None:
    assert cors_headers("http://localhost:3000")["Access-Control-Allow-Origin"] == (
        "http://localhost:3000"
    )
    assert cors_headers(None) == {"Vary": "Origin"}


def test_a_preflight_names_the_headers_that_clients_send() -> None:
    told = preflight_headers({})
    for name in ("Authorization", "X-Parse-Session-Token", "X-Noodl-Cloud-Version"):
        assert name in told["Access-Control-Allow-Headers"].split(", ")
    assert "Access-Control-Allow-Private-Network" not in told


def test_a_host_is_read_once_however_often_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def name_of(host: str) -> str:
        read.append(host)
        return "127.9.8.7"

    monkeypatch.setattr(guard, "_without_port", name_of)

    assert [guard.is_loopback("127.9.8.7:4711") for _ in range(3)] == [True] * 3
    assert read == ["127.9.8.7:4711"]


def test_a_host_longer_than_any_name_is_not_even_read() -> None:
    assert not guard.is_loopback("a" * 400 + ".localhost")
