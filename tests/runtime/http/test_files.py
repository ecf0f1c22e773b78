"""Files over both hosts: upload, download, ranges, private links, removal, and odd uploads."""

import base64
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.files.store import _write
from noodl_runtime.settings import Settings
from tests.runtime.http.clients import Answer, Send, ServerClient, WsgiClient
from tests.runtime.http.conftest import make_shop

APP = {"X-Parse-Application-Id": "shop-app"}
TEXT = {**APP, "Content-Type": "text/plain"}
KEY = {**APP, "X-Parse-Master-Key": "key"}
DIGITS = b"0123456789" * 10

Upload = Callable[..., Answer]


def path_of(answer: Answer) -> str:
    """Return where an uploaded file can be had, without the host."""
    url = urlsplit(answer.body["url"])
    return f"{url.path}?{url.query}" if url.query else url.path


@pytest.fixture
def digits(call: Send) -> str:
    """The path of a stored text of a hundred digits."""
    return path_of(call("POST", "/files/digits.txt", DIGITS, TEXT))


def test_an_upload_is_answered_with_a_name_nobody_can_guess(call: Send) -> None:
    got = call("POST", "/files/hello.txt", b"hello", TEXT)
    assert got.status == 201
    assert got.body["name"].endswith("_hello.txt")
    assert len(got.body["name"]) == 32 + len("_hello.txt")
    assert got.body["url"].endswith(f"/files/shop-app/{got.body['name']}")


def test_a_file_comes_back_as_it_went_in(call: Send) -> None:
    data = bytes(range(256)) * 500
    stored = call("POST", "/files/b.bin", data, {**APP, "Content-Type": "image/png"})
    got = call("GET", path_of(stored))
    assert (got.status, got.body) == (200, data)
    assert got.headers["content-type"] == "image/png"
    assert got.headers["content-length"] == str(len(data))
    assert got.headers["x-content-type-options"] == "nosniff"


WRAPPED = [
    # headers                                    members of the body
    ({"Content-Type": "text/plain"},             {"_ApplicationId": "shop-app", "_ContentType": "image/png"}),
    ({**APP, "Content-Type": "application/json"}, {"_ContentType": "image/png"}),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "members"), WRAPPED)
def test_a_file_may_come_as_base64_in_json(
    call: Send, headers: dict[str, str], members: dict[str, str]
) -> None:
    body = {"base64": base64.b64encode(b"picture").decode(), **members}
    stored = call("POST", "/files/a.png", body, headers)
    got = call("GET", path_of(stored))
    assert (got.body, got.headers["content-type"]) == (b"picture", "image/png")


@pytest.mark.parametrize(
    "data", [b"[1, 2]", b'{"base64": 1, "mine": 2}', b'{"base64": "eA==", "n": 1}']
)
def test_json_that_is_no_wrapping_is_stored_as_it_is(call: Send, data: bytes) -> None:
    headers = {**APP, "Content-Type": "application/json"}
    stored = call("POST", "/files/own.json", data, headers)
    assert call("GET", path_of(stored)).body == json.loads(data)


REFUSED = [
    # url, body, headers                                          status  code
    ("/files/a.txt", b"", TEXT,                                     400,  130),
    ("/files", b"x", TEXT,                                          400,  122),
    ("/files/%20.%20", b"x", TEXT,                                  400,  122),
    ("/files/..", b"x", TEXT,                                       400,  122),
    ("/files/" + "a" * 129, b"x", TEXT,                             400,  122),
    ("/files/a.txt", b"x" * 200_001, TEXT,                          413,  107),
    ("/files/a.html", b"x", TEXT,                                   400,  130),
    ("/files/a.HTM", b"x", TEXT,                                    400,  130),
    ("/files/a.txt", b"x", {**APP, "Content-Type": "text/html"},    400,  130),
    ("/files/a.txt", {"base64": "?", "_ContentType": "a/b"}, {**APP, "Content-Type": "application/json"}, 400, 107),
    ("/files/a.txt", {"base64": 5, "_ApplicationId": "shop-app"}, {"Content-Type": "text/plain"}, 400, 107),
    ("/files/a.txt", b"x", {**TEXT, "Content-Encoding": "gzip"},    415,  107),
    ("/files/a.txt", b"x", {"X-Parse-Application-Id": "other"},     403,  None),
    ("/files/a.txt", b"x", {"Content-Type": "text/plain"},          403,  None),
    ("/files/a.txt", b"x", {**TEXT, "X-Parse-Master-Key": "wrong"}, 403,  None),
]  # fmt: skip


@pytest.mark.parametrize(("url", "body", "headers", "status", "code"), REFUSED)
def test_an_upload_that_cannot_be_taken_leaves_nothing(
    call: Send, tmp_path: Path, url: str, body: Any, headers: dict[str, str], status: int, code: Any
) -> None:
    got = call("POST", url, body, headers)
    assert (got.status, got.body.get("code")) == (status, code), got.body
    assert not list(tmp_path.glob("files/*"))


NAMES = [
    # sent                       kept
    ("photo.png",                "photo.png"),
    ("Grüße an Ada (1).png",     "Grüße an Ada (1).png"),
    ("a [b]'c'.txt",             "a _b__c_.txt"),
    ("東京.png",                  "東京.png"),
    ("notes",                    "notes.txt"),
    ("notes 1.2",                "notes 1.2"),
]  # fmt: skip


ENDINGS = [
    # said                             kept
    ("image/png",                      "photo.png"),
    ("Image/JPEG",                     "photo.jpg"),
    ("text/plain; charset=utf-8",      "photo.txt"),
    ("application/json",               "photo.json"),
    ("application/x-of-our-own",       "photo"),
    ("application/octet-stream",       "photo"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "kept"), ENDINGS)
def test_a_name_without_an_ending_gets_that_of_its_type(call: Send, said: str, kept: str) -> None:
    stored = call("POST", "/files/photo", b"x", {**APP, "Content-Type": said})
    assert stored.body["name"].partition("_")[2] == kept


LEADING_ELSEWHERE = ["../../etc/passwd", "a/b.txt", "a\\b.txt", "c:d.txt", "a*.txt", "a?.txt",
                     "a$b.txt", "a%41.txt", "a#b.txt", "<a>.txt", "a\0b.txt", "a\r\nb.txt", ".a"]  # fmt: skip


@pytest.mark.parametrize("name", LEADING_ELSEWHERE)
def test_a_name_that_means_something_to_a_file_system_is_refused(
    call: Send, tmp_path: Path, name: str
) -> None:
    got = call("POST", "/files/" + quote(name, safe=""), b"x", TEXT)
    assert (got.status, got.body["code"]) == (400, 122)
    assert not list(tmp_path.glob("files/*"))


@pytest.mark.parametrize(("sent", "kept"), NAMES)
def test_a_name_never_becomes_a_path(call: Send, tmp_path: Path, sent: str, kept: str) -> None:
    stored = call("POST", "/files/" + quote(sent, safe=""), b"x", TEXT)
    assert stored.body["name"].partition("_")[2] == kept
    assert call("GET", path_of(stored)).body == b"x"
    digits = stored.body["name"][:32]
    assert {path.name for path in tmp_path.glob("files/*")} == {digits, digits + ".json"}


def test_only_the_owner_of_the_process_can_read_stored_files(
    call: Send, tmp_path: Path, digits: str
) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("files/*")}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "files").stat().st_mode) == 0o700


RANGES = [
    # Range                status  bytes              Content-Range
    ("bytes=0-9",          206,    DIGITS[:10],       "bytes 0-9/100"),
    ("bytes=95-",          206,    DIGITS[95:],       "bytes 95-99/100"),
    ("bytes=95-500",       206,    DIGITS[95:],       "bytes 95-99/100"),
    ("bytes=-3",           206,    DIGITS[97:],       "bytes 97-99/100"),
    ("bytes=-500",         206,    DIGITS,            "bytes 0-99/100"),
    ("bytes=9-0",          200,    DIGITS,            None),
    ("bytes=0-1,5-6",      200,    DIGITS,            None),
    ("bytes=a-b",          200,    DIGITS,            None),
    ("lines=1-2",          200,    DIGITS,            None),
    ("bytes=-",            200,    DIGITS,            None),
    ("bytes=100-",         416,    None,              "bytes */100"),
    ("bytes=-0",           416,    None,              "bytes */100"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "status", "data", "told"), RANGES)
def test_a_part_of_a_file_can_be_had(
    call: Send, digits: str, asked: str, status: int, data: bytes | None, told: str | None
) -> None:
    got = call("GET", digits, None, {"Range": asked})
    assert (got.status, got.body) == (status, data)
    assert got.headers.get("content-range") == told


def test_a_range_of_another_version_means_the_whole(call: Send, digits: str) -> None:
    tag = call("GET", digits).headers["etag"]
    assert call("GET", digits, None, {"Range": "bytes=0-1", "If-Range": tag}).status == 206
    assert call("GET", digits, None, {"Range": "bytes=0-1", "If-Range": '"old"'}).status == 200


def test_who_has_a_file_is_not_sent_it_again(call: Send, digits: str) -> None:
    tag = call("GET", digits).headers["etag"]
    for tags in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        got = call("GET", digits, None, {"If-None-Match": tags})
        assert (got.status, got.body, got.headers["etag"]) == (304, None, tag)
    assert call("GET", digits, None, {"If-None-Match": '"x"'}).status == 200


KINDS = [
    # name         said                          shown in place
    ("a.png",      "image/png",                  True),
    ("a.png",      "application/octet-stream",   True),
    ("a.pdf",      "application/pdf",            True),
    ("a.txt",      "text/plain; charset=utf-8",  True),
    ("a.svg",      "image/svg+xml",              False),
    ("a.js",       "text/javascript",            False),
    ("a.xml",      "text/xml",                   False),
    ("a",          "nonsense",                   False),
    ("a.zip",      "",                           False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said", "shown"), KINDS)
def test_what_could_run_is_a_download_in_a_sandbox(
    call: Send, name: str, said: str, shown: bool
) -> None:
    stored = call("POST", f"/files/{name}", b"x", {**APP, "Content-Type": said})
    headers = call("GET", path_of(stored)).headers
    assert ("content-disposition" not in headers) == shown
    assert headers.get("content-security-policy", "").startswith("sandbox") != shown


def test_the_master_key_may_upload_a_page_which_is_a_download_all_the_same(call: Send) -> None:
    stored = call("POST", "/files/a.html", b"<p>", {**KEY, "Content-Type": "text/html"})
    assert call("GET", path_of(stored)).headers["content-disposition"] == "attachment"


def test_removal_needs_the_master_key_and_is_complete(call: Send, tmp_path: Path) -> None:
    stored = call("POST", "/files/a.txt", b"x", TEXT)
    url = f"/files/{stored.body['name']}"
    assert call("DELETE", url, None, APP).status == 403
    assert call("DELETE", url, None, KEY)[::2] == (200, {})
    gone = call("GET", path_of(stored))
    assert (gone.status, gone.body) == (404, b"File not found.")
    again = call("DELETE", url, None, KEY)
    assert (again.status, again.body["code"]) == (400, 153)
    assert not list(tmp_path.glob("files/*"))


ABSENT = ["/files/other-app/{}", "/files/shop-app/0{}", "/files/shop-app/..%2f..%2flocal.db",
          "/files/shop-app/" + "0" * 32 + "_digits.txt", "/files/shop-app/x"]  # fmt: skip


@pytest.mark.parametrize("url", ABSENT)
def test_a_name_that_is_not_one_of_ours_is_not_found(call: Send, digits: str, url: str) -> None:
    assert call("GET", url.format(digits.rpartition("/")[2])).status == 404


# -- private files ---------------------------------------------------------------------------------


def test_a_private_file_is_had_through_its_link_only(call: Send) -> None:
    stored = call("POST", "/files/pay.pdf?private=1", b"secret", TEXT)
    link = path_of(stored)
    bare, _, query = link.partition("?")
    assert call("GET", link).body == b"secret"
    later = str(int(query.split("=")[1].split("&")[0]) + 1)
    for wrong in (bare, bare + "?expires=1", f"{bare}?expires={later}&{query.partition('&')[2]}",
                  bare.replace("/p", "/"), link[:-1]):  # fmt: skip
        assert call("GET", wrong).status in (403, 404), wrong
    assert call("GET", bare, None, KEY).body == b"secret"


def test_a_record_shows_the_link_of_its_private_file(call: Send, shop: Backend) -> None:
    stored = call("POST", "/files/pay.pdf?private=1", b"secret", TEXT)
    file = {"__type": "File", "name": stored.body["name"]}
    call("PUT", "/classes/Product/p1", {"bill": file}, KEY)
    for url in ("/classes/Product/p1", "/api/Product/p1"):
        shown = call("GET", url, None, APP)
        assert call("GET", path_of(Answer(200, {}, shown.body["bill"]))).body == b"secret"


def test_a_link_ends(tmp_path: Path) -> None:
    backend = make_shop(tmp_path, Settings(file_link_age=-1.0))
    client = WsgiClient(backend)
    stored = client("POST", "/files/pay.pdf?private=1", b"secret", TEXT)
    got = client("GET", path_of(stored))
    assert (got.status, "expired" in got.body["error"]) == (403, True)
    backend.close()


WHO = [("anyone", {}, 201), ("users", {}, 400), ("master", {}, 400), ("master", KEY, 201)]


@pytest.mark.parametrize(("setting", "headers", "status"), WHO)
def test_a_setting_says_who_may_upload(
    tmp_path: Path, setting: str, headers: dict[str, str], status: int
) -> None:
    backend = make_shop(tmp_path, Settings(file_uploads=setting))
    assert WsgiClient(backend)("POST", "/files/a.txt", b"x", {**TEXT, **headers}).status == status
    backend.close()


# -- on a real connection --------------------------------------------------------------------------

HEAD = b"POST /files/a.txt HTTP/1.1\r\nHost: localhost\r\nX-Parse-Application-Id: shop-app\r\n"


def test_a_file_may_come_in_chunks(shop: Backend, tmp_path: Path) -> None:
    client = ServerClient(shop)
    chunks = (
        b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    )
    assert b"HTTP/1.1 201" in client.raw(HEAD + chunks)
    (stored,) = [path for path in tmp_path.glob("files/*") if not path.suffix]
    assert stored.read_bytes() == b"abcde"
    client.close()


def test_chunks_beyond_the_limit_are_refused_as_they_come(shop: Backend, tmp_path: Path) -> None:
    client = ServerClient(shop)
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    got = client.raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 8 + b"0\r\n\r\n")
    assert b"HTTP/1.1 413" in got
    assert not list(tmp_path.glob("files/*"))
    client.close()


def test_a_client_that_vanishes_leaves_nothing(shop: Backend, tmp_path: Path) -> None:
    client = ServerClient(shop)
    connection = client.connect()
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\nabc")
    connection.close()
    assert client("GET", "/health").status == 200
    assert not list(tmp_path.glob("files/*"))
    client.close()


@pytest.mark.skipif(
    os.name == "nt", reason="Windows has no file that takes bytes and cannot keep them"
)
def test_a_disk_that_fails_is_reported_once(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError):
        _write(Path(os.devnull), [b"bytes"])  # it takes them, and refuses to have them on a disk
    assert capfd.readouterr().err == ""
