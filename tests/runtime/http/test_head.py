import pytest

from noodl_runtime.errors import BadRequest, RequestTooLarge
from noodl_runtime.http.head import Head
from noodl_runtime.http.head import read_head as read_head_within
from noodl_runtime.settings import Settings


def read_head(block: bytes) -> Head:
    return read_head_within(block, Settings())


def head(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("latin-1")


def test_a_head_is_read_into_its_parts() -> None:
    read = read_head(
        head("POST /api/Todo/a%2Fb?x=1&y HTTP/1.1", "Host: localhost", "X-A:  b ", "x-a: c",
             "Content-Length: 12")
    )  # fmt: skip
    assert (read.method, read.path, read.query) == ("POST", "/api/Todo/a%2Fb", "x=1&y")
    assert read.headers == {"host": "localhost", "x-a": "b, c", "content-length": "12"}
    assert (read.length, read.keep_alive) == (12, True)


BODIES = [
    # headers                                          length   kept alive
    ([],                                               0,       True),
    (["Content-Length: 5"],                            5,       True),
    (["Transfer-Encoding: chunked"],                   None,    True),
    (["Connection: close"],                            0,       False),
    (["Connection: keep-alive, Upgrade"],              0,       True),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "length", "kept"), BODIES)
def test_length_and_connection_follow_from_the_headers(
    headers: list[str], length: int | None, kept: bool
) -> None:
    read = read_head(head("GET / HTTP/1.1", "Host: x", *headers))
    assert (read.length, read.keep_alive) == (length, kept)


def test_http_1_0_needs_no_host_and_closes_unless_asked() -> None:
    assert not read_head(head("GET / HTTP/1.0")).keep_alive
    assert read_head(head("GET / HTTP/1.0", "Connection: Keep-Alive")).keep_alive


REFUSED = {
    "no method": head("/ HTTP/1.1", "Host: x"),
    "two spaces": head("GET  / HTTP/1.1", "Host: x"),
    "a version nobody speaks": head("GET / HTTP/2.0", "Host: x"),
    "a whole URL": head("GET http://evil/ HTTP/1.1", "Host: x"),
    "a star": head("OPTIONS * HTTP/1.1", "Host: x"),
    "a control character in the path": head("GET /a\x01 HTTP/1.1", "Host: x"),
    "no host": head("GET / HTTP/1.1"),
    "two hosts": head("GET / HTTP/1.1", "Host: x", "Host: y"),
    "two origins": head("GET / HTTP/1.1", "Host: x", "Origin: a", "Origin: b"),
    "a space before the colon": head("GET / HTTP/1.1", "Host : x"),
    "a folded header": head("GET / HTTP/1.1", "Host: x", " y"),
    "a header without a name": head("GET / HTTP/1.1", "Host: x", ": y"),
    "a bare line feed": head("GET / HTTP/1.1", "Host: x\nA: b"),
    "a bare carriage return": head("GET / HTTP/1.1", "Host: x\rA: b"),
    "a NUL": head("GET / HTTP/1.1", "Host: x", "A: \0"),
    "two lengths": head("POST / HTTP/1.1", "Host: x", "Content-Length: 1", "Content-Length: 1"),
    "a list of lengths": head("POST / HTTP/1.1", "Host: x", "Content-Length: 1, 1"),
    "a signed length": head("POST / HTTP/1.1", "Host: x", "Content-Length: +1"),
    "a length in other digits": head("POST / HTTP/1.1", "Host: x", "Content-Length: \xb2"),
    "an empty length": head("POST / HTTP/1.1", "Host: x", "Content-Length:"),
    "a length and chunks": head(
        "POST / HTTP/1.1", "Host: x", "Content-Length: 1", "Transfer-Encoding: chunked"
    ),
    "another coding": head("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: gzip, chunked"),
    "chunks twice": head(
        "POST / HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"
    ),
    "an odd coding": head("POST / HTTP/1.1", "Host: x", "Transfer-Encoding: \x0bchunked"),
    "chunks in HTTP/1.0": head("POST / HTTP/1.0", "Transfer-Encoding: chunked"),
}


@pytest.mark.parametrize("block", REFUSED.values(), ids=REFUSED)
def test_a_head_with_two_readings_is_refused(block: bytes) -> None:
    with pytest.raises(BadRequest):
        read_head(block)


TOO_LARGE = {
    "a URL over 64 KB": head("GET /" + "a" * 65536 + " HTTP/1.1", "Host: x"),
    "headers over 64 KB": head("GET / HTTP/1.1", "Host: x", "A: " + "a" * 65536),
    "more than 200 headers": head("GET / HTTP/1.1", "Host: x", *(["A: b"] * 200)),
}


@pytest.mark.parametrize("block", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_head_over_a_limit_is_refused(block: bytes) -> None:
    with pytest.raises(RequestTooLarge):
        read_head(block)
