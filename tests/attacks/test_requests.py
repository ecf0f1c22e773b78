"""Requests that no decent client sends: each is refused in good form, and read in one way only."""

import gzip
import zlib
from typing import Any

import pytest

from tests.attacks.victim import APP, Victim, refused

pytestmark = pytest.mark.slow

MB = 1_000_000
HEAD = b"POST /api/Todo HTTP/1.1\r\nHost: localhost\r\n"
SECOND = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

# -- bodies ----------------------------------------------------------------------------------------

WRITES = [
    ("POST", "/api/Todo"), ("POST", "/classes/Todo"), ("PUT", "/classes/Todo/x"), ("POST", "/api/_batch"),
    ("POST", "/batch"), ("POST", "/users"), ("POST", "/login"), ("POST", "/roles"), ("POST", "/api/_schema"),
    ("POST", "/schemas/Odd"), ("PUT", "/config"), ("POST", "/requestPasswordReset"), ("POST", "/parse/classes/Todo"),
]  # fmt: skip
BODIES = {
    "nothing": b"", "a list": b"[]", "a text": b'"x"', "a number": b"5", "null": b"null", "true": b"true",
    "two objects": b"{}{}", "trailing text": b"{} x", "half an object": b'{"a": 1', "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}', "minus Infinity": b'{"a": -Infinity}', "beyond a double": b'{"a": 1e999}',
    "a number of 5,000 digits": b'{"a": ' + b"9" * 5000 + b"}", "no UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"), "half a character": b'{"a": "\\ud83d"}', "a NUL": b"\0",
    "101 levels": b'{"a":' * 101 + b"1" + b"}" * 101, "a million levels": b'{"a":' * MB,
    "a million levels of lists": b'{"a":' + b"[" * MB, "single quotes": b"{'a': 1}", "a form": b"a=1&b=2",
}  # fmt: skip


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_body_is_one_json_object_or_refused(victim: Victim, method: str, path: str) -> None:
    for name, body in BODIES.items():
        refused(victim.send(method, path, body, victim.key), 400), name


def test_a_condition_is_nested_a_hundred_deep_at_most(victim: Victim) -> None:
    for levels in (101, 5000):
        deep: str = '{"$and":[' * levels + "{}" + "]}" * levels
        for path in ("/api/Todo?where=", "/classes/Todo?where=", "/aggregate/Todo?pipeline="):
            refused(victim.send("GET", path + deep, None, victim.key), 400)
        body = f'{{"_method": "GET", "where": {deep}}}'.encode()
        refused(victim.send("POST", "/classes/Todo", body, victim.key), 400)


TOO_LARGE = {
    "said": (b"Content-Length: 99999999999\r\n\r\n", b"{}"),
    "sent": (b"Content-Length: 10000001\r\n\r\n", b" " * 10_000_001),
    "in chunks": (b"Transfer-Encoding: chunked\r\n\r\n", b"FFFFF\r\n%b\r\n" % (b" " * 0xFFFFF) * 10),
    "a chunk of 4 GB": (b"Transfer-Encoding: chunked\r\n\r\n", b"FFFFFFFF\r\n  "),
}  # fmt: skip


@pytest.mark.parametrize(("head", "body"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_body_over_the_limit_is_told_so(victim: Victim, head: bytes, body: bytes) -> None:
    [reply] = victim.raw(HEAD + head + body)
    assert "max_body" in refused(reply, 413)


PACKED = {
    # body                                                                    coding      status
    "bomb": (gzip.compress(b" " * 50 * MB),                                    "gzip",     413),
    "bomb of zlib": (zlib.compress(b" " * 50 * MB),                            "deflate",  413),
    "cut off": (gzip.compress(b"{}")[:-4],                                     "gzip",     400),
    "twice": (gzip.compress(b"{}") * 2,                                        "gzip",     400),
    "not packed": (b"{}",                                                      "gzip",     400),
    "another coding": (b"{}",                                                  "br",       415),
    "two codings": (gzip.compress(b"{}"),                                      "gzip, gzip", 415),
    "nonsense": (b"{}",                                                        "\xe9",     415),
}  # fmt: skip


@pytest.mark.parametrize(("body", "coding", "status"), PACKED.values(), ids=PACKED)
def test_a_packed_body_is_unpacked_within_the_limit(
    victim: Victim, body: bytes, coding: str, status: int
) -> None:
    before = victim.memory()
    refused(victim.send("POST", "/api/Todo", body, {"Content-Encoding": coding}), status)
    assert victim.memory() - before < 30 * MB


# -- framing ---------------------------------------------------------------------------------------

SMUGGLING = {
    # what follows POST /api/Todo and its Host; the second request is hidden in the body or behind it
    "two lengths": b"Content-Length: 2\r\nContent-Length: 90\r\n\r\n{}",
    "a list of lengths": b"Content-Length: 2, 90\r\n\r\n{}",
    "length and chunks": b"Content-Length: 90\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{}",
    "a tab in the coding": b"Transfer-Encoding:\tx\tchunked\r\n\r\n0\r\n\r\n",
    "chunks twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "folded": b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a bare line feed": b"X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "signed": b"Content-Length: +2\r\n\r\n{}",
    "negative": b"Content-Length: -2\r\n\r\n{}",
    "hexadecimal": b"Content-Length: 0x2\r\n\r\n{}",
    "an underscore": b"Content-Length: 1_0\r\n\r\n{}",
    "a chunk size of blanks": b"Transfer-Encoding: chunked\r\n\r\n 2\r\n{}\r\n0\r\n\r\n",
    "a signed chunk": b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    "a chunk without its end": b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n",
    "a long chunk extension": b"Transfer-Encoding: chunked\r\n\r\n2;" + b"x" * 2000 + b"\r\n{}\r\n0\r\n\r\n",
    "a second host": b"Host: evil.example\r\nContent-Length: 2\r\n\r\n{}",
}  # fmt: skip


@pytest.mark.parametrize("rest", SMUGGLING.values(), ids=SMUGGLING)
def test_nothing_behind_an_odd_request_is_taken_for_another(victim: Victim, rest: bytes) -> None:
    [reply] = victim.raw(HEAD + rest + SECOND)
    refused(reply, 400)


NO_HTTP = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /health\r\n\r\n",
    "a proxy's request": b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "CONNECT": b"CONNECT localhost:22 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "zeros": b"\0" * 5000 + b"\r\n\r\n",
    "a long URL": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a large header": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    "many headers": b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 300 + b"\r\n",
    "a NUL in a header": b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("data", NO_HTTP.values(), ids=NO_HTTP)
def test_what_is_no_request_is_refused_once(victim: Victim, data: bytes) -> None:
    replies = victim.raw(data + SECOND)
    assert len(replies) <= 1
    for reply in replies:
        refused(reply, 400, 413)


# -- paths -----------------------------------------------------------------------------------------

ODD_PATHS = [
    "/nowhere", "/api", "/api//x", "/%2e%2e/%2e%2e/etc/passwd", "/../../etc/passwd", "/api/..%2f..%2fsecrets.json",
    "/files/todo/..%2f..%2fsecrets.json", "/files/todo/%2e%2e%2f%2e%2e%2fsecrets.json", "/files/todo/..%5c..%5csecrets.json",
    "/files/todo/%00", "/files/todo/a%00.png", "/files/..%2ftodo/x", "/files/todo/%2fetc%2fpasswd", "/api/Todo/%00",
    "/api/Todo/%ff", "/api/Todo/..", "/api/Todo%00", "/classes/%2e%2e", "/schemas/%2e%2e%2f", "/hooks/..%2f..%2fx",
    "/_admin/runs/..%2f", "/functions-admin/..%2finfo", "/apps/..%2f/verify_email", "/secrets.json", "/data/local.db",
    "/.env", "/%c0%ae%c0%ae/", "/api/Todo/" + "%2e%2e%2f" * 200, "//evil.example/", "/;/", "/api/Todo;x=1",
]  # fmt: skip


@pytest.mark.parametrize("path", ODD_PATHS)
def test_an_odd_path_leads_nowhere(victim: Victim, path: str) -> None:
    for headers in (APP, victim.key):
        reply = victim.send("GET", path, None, headers)
        if reply.body == b"File not found.":  # what Parse clients know for a file that is not there
            assert reply.status == 404
        elif path.startswith("/apps/"):  # a page for people
            assert reply.status == 400
            assert b"secrets" not in reply.body
        else:
            refused(reply, 400, 403, 404)


WRONG_METHODS = [("DELETE", "/api/Todo"), ("PUT", "/health"), ("POST", "/api/_export"), ("PATCH", "/api/Todo/x"),
                 ("TRACE", "/classes/Todo"), ("BREW", "/users"), ("GET", "/functions/hello")]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), WRONG_METHODS)
def test_another_method_is_405_and_told_which_there_are(
    victim: Victim, method: str, path: str
) -> None:
    reply = victim.send(method, path, None, victim.key)
    refused(reply, 405)
    assert reply.headers["allow"].endswith("OPTIONS")
    assert method not in reply.headers["allow"].split(", ")


# -- credentials -----------------------------------------------------------------------------------

IN_URLS = ["_MasterKey", "masterKey", "X-Parse-Master-Key", "master_key", "key"]


@pytest.mark.parametrize("name", IN_URLS)
def test_a_key_in_an_address_opens_nothing(victim: Victim, name: str) -> None:
    key = victim.key["X-Parse-Master-Key"]
    for path in ("/api/_schema", "/schemas", "/api/_export", "/_admin/runs"):
        refused(victim.send("GET", f"{path}?{name}={key}", None, APP), 403)
        refused(victim.send("GET", path, None, {**APP, "Cookie": f"{name}={key}"}), 403)


def test_nobody_gets_a_cookie(victim: Victim) -> None:
    user: Any = {"username": "ann", "password": "x"}
    for method, path, body in (("POST", "/users", user), ("POST", "/login", user), ("GET", "/health", None)):  # fmt: skip
        reply = victim.send(method, path, body, APP)
        assert reply.status in (200, 201)
        assert "set-cookie" not in reply.headers
