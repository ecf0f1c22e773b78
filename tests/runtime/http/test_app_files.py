"""The front end at /, over both hosts of the table."""

from pathlib import Path

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.http.app_files import AppFiles, corrected
from tests.runtime.http.clients import Send, ServerClient, WsgiClient

BAKED = '{"metadata":{"cloudservices":{"endpoint":"https://old.example/api","appId":"old"}}}'
FILES = {
    "index.html": "<title>Shop</title>",
    "main-0123456789abcdef.js": "let plain = 1",
    "export.js": f"project = {BAKED}",
    "logo.png": "0123456789",
    "docs/index.html": "<title>Docs</title>",
    "api/logo.png": "in a folder named like a route",
    "a b/\u00e4.txt": "text",
}
PAGE = {"Accept": "text/html,*/*"}


@pytest.fixture
def shop(shop: Backend, tmp_path: Path) -> Backend:
    for name, text in FILES.items():
        (tmp_path / "app" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "app" / name).write_text(text)
    (tmp_path / "secret.txt").write_text("outside")
    shop.app_files = AppFiles(tmp_path / "app", shop.app_id)
    return shop


SENT = [
    # path                          status  kind                              begins with
    ("/",                           200,    "text/html; charset=utf-8",       b"<title>Shop"),
    ("/index.html",                 200,    "text/html; charset=utf-8",       b"<title>Shop"),
    ("/docs/",                      200,    "text/html; charset=utf-8",       b"<title>Docs"),
    ("/docs",                       200,    "text/html; charset=utf-8",       b"<title>Docs"),
    ("/logo.png",                   200,    "image/png",                      b"0123456789"),
    ("/a%20b/%C3%A4.txt",           200,    "text/plain; charset=utf-8",      b"text"),
    ("/main-0123456789abcdef.js",   200,    "text/javascript; charset=utf-8", b"let plain"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "status", "kind", "start"), SENT)
def test_each_file_is_sent_as_what_it_is(
    call: Send, path: str, status: int, kind: str, start: bytes
) -> None:
    answer = call("GET", path)
    assert (answer.status, answer.headers["content-type"]) == (status, kind)
    assert answer.body.startswith(start)
    assert answer.headers["x-content-type-options"] == "nosniff"


NOT_SENT = [
    # path                       status   why
    ("/secret.txt",              404),  # beside the folder
    ("/../secret.txt",           404),
    ("/%2e%2e/secret.txt",       404),
    ("/..%2fsecret.txt",         404),
    ("/missing.png",             404),
    ("/api/logo.png",            400),  # routes come first, and no collection is called that
]  # fmt: skip


@pytest.mark.parametrize(("path", "status"), NOT_SENT)
def test_what_is_no_file_of_the_app_is_not_found(call: Send, path: str, status: int) -> None:
    assert call("GET", path).status == status


def test_a_page_the_app_draws_itself_gets_the_start_page(call: Send) -> None:
    assert call("GET", "/shop/cart", headers=PAGE).body == b"<title>Shop</title>"
    assert call("GET", "/shop/cart").status == 404
    assert call("GET", "/api/x/y/z", headers=PAGE).body["error"] == "no such path"


def test_the_routes_of_the_backend_come_first(call: Send) -> None:
    assert call("GET", "/health").body["status"] == "ok"
    assert call("POST", "/shop/cart").status == 405


def test_a_client_that_has_a_file_is_told_so(call: Send) -> None:
    first = call("GET", "/logo.png")
    again = call("GET", "/logo.png", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, None)
    assert call("GET", "/logo.png", headers={"If-None-Match": '"other"'}).status == 200


def test_only_files_named_by_their_content_are_kept_for_long(call: Send) -> None:
    lasting = call("GET", "/main-0123456789abcdef.js").headers["cache-control"]
    assert lasting == "public, max-age=31536000, immutable"
    assert call("GET", "/").headers["cache-control"] == "no-cache"


RANGES = [
    # Range          status  body           Content-Range
    ("bytes=2-4",    206,    b"234",        "bytes 2-4/10"),
    ("bytes=-2",     206,    b"89",         "bytes 8-9/10"),
    ("bytes=8-",     206,    b"89",         "bytes 8-9/10"),
    ("bytes=99-",    416,    None,          "bytes */10"),
    ("lines=1-2",    200,    b"0123456789", None),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "status", "body", "told"), RANGES)
def test_a_part_of_a_file_can_be_had(
    call: Send, wanted: str, status: int, body: bytes | None, told: str | None
) -> None:
    answer = call("GET", "/logo.png", headers={"Range": wanted})
    assert (answer.status, answer.body or None) == (status, body)
    assert answer.headers.get("content-range") == told


def test_a_part_of_a_file_that_changed_meanwhile_is_the_whole(call: Send) -> None:
    headers = {"Range": "bytes=0-1", "If-Range": '"old"'}
    assert call("GET", "/logo.png", headers=headers).status == 200


def test_the_baked_address_becomes_the_one_the_page_came_from(call: Send) -> None:
    text = call("GET", "/export.js", headers={"Host": "localhost:9123"}).body.decode()
    assert '"endpoint":"http://localhost:9123"' in text
    assert '"appId":"shop-app"' in text
    other = call("GET", "/export.js", headers={"Host": "127.0.0.1:9124"})
    assert "127.0.0.1:9124" in other.body.decode()
    assert other.headers["cache-control"] == "no-cache"


def test_a_backend_without_a_front_end_has_no_page(tmp_path: Path, shop: Backend) -> None:
    shop.app_files = None
    assert WsgiClient(shop)("GET", "/").status == 404
    client = ServerClient(shop)
    assert client("GET", "/index.html", headers=PAGE).status == 404
    client.close()


OLD = "https://old.example/api"
CORRECTIONS = [
    # what the app has                                                what is sent, from http://localhost:9000
    (f'"cloudservices":{{"endpoint":"{OLD}","appId":"a"}}',           '"cloudservices":{"endpoint":"http://localhost:9000","appId":"shop"}'),
    (f'"cloudservices": {{ "instanceId":"1", "endpoint": "{OLD}" }}', '"cloudservices": { "instanceId":"1", "endpoint": "http://localhost:9000" }'),
    (f'"{{\\"cloudservices\\":{{\\"endpoint\\":\\"{OLD}\\"}}}}"', '"{\\"cloudservices\\":{\\"endpoint\\":\\"http://localhost:9000\\"}}"'),
    (f"cloudservices:{{endpoint:'{OLD}',appId:'a'}}",                 "cloudservices:{endpoint:'http://localhost:9000',appId:'shop'}"),
    ("`http://${location.hostname}:8577`",                            "`http://${location.hostname}:9000`"),
    ('"http://"+h+":8577/functions/"',                                '"http://"+h+":9000/functions/"'),
    (f'{{"endpoint":"{OLD}"}}',                                       f'{{"endpoint":"{OLD}"}}'),
    ('score: 8577, t = "12:85770"',                                   'score: 8577, t = "12:85770"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sent"), CORRECTIONS)
def test_the_address_is_corrected_in_every_form_it_is_baked_in(text: str, sent: str) -> None:
    assert corrected(text.encode(), "http://localhost:9000", "shop").decode() == sent


def test_the_fixed_port_matters_only_to_pages_on_this_machine() -> None:
    text = b'"http://localhost:8577/"'
    assert corrected(text, "https://shop.example", "shop") is text
    assert corrected(text, "http://localhost", "shop") == b'"http://localhost:80/"'
