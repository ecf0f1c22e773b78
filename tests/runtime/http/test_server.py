"""What only a real socket can show: framing, limits, time limits, start and stop."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import gevent
import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.errors import PortTaken, SetupError
from noodl_runtime.http import reading
from noodl_runtime.http.server import Server
from noodl_runtime.schema.model import Schema
from noodl_runtime.settings import Settings
from tests.runtime.http.clients import ServerClient

SETTINGS = Settings(max_body=1000, header_timeout=0.2, body_timeout=0.2, idle_timeout=0.3)
GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
CLOSE = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
POST = b"POST /api/_schema HTTP/1.1\r\nHost: localhost\r\nX-Parse-Master-Key: key\r\n"


class EmptyStore:
    """A store without collections; enough where records do not matter."""

    def get_schema(self) -> Schema:
        return Schema()

    def update_schema(self, schema: Schema, *, allow_destructive: bool = False) -> None:
        pass

    def disconnect(self) -> None:
        pass


def backend(settings: Settings = SETTINGS) -> Backend:
    store: Any = EmptyStore()
    return Backend(store=store, settings=settings, name="shop", master_key="key")


@pytest.fixture
def server() -> Iterator[ServerClient]:
    client = ServerClient(backend())
    yield client
    client.close()


def statuses(received: bytes) -> list[int]:
    return [int(part.split()[0]) for part in received.split(b"HTTP/1.1 ")[1:]]


ONE_READING = [
    # bytes                                                                       statuses
    (CLOSE,                                                                       [200]),
    (GET + CLOSE,                                                                 [200, 200]),
    (b"\r\n" + CLOSE,                                                             [200]),
    (b"HEAD" + CLOSE[3:],                                                         [200]),
    (b"nonsense\r\n\r\n" + CLOSE,                                                 [400]),
    (b"\x16\x03\x01\x02\x00\x01",                                                 [400]),
    (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}" + CLOSE,          [400]),
    (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",  [400]),
    (POST + b"Content-Length: 13\r\n\r\n" + b'{"tables":[]}' + CLOSE,             [200, 200]),
    (POST + b"Content-Length: 12\r\n\r\n" + b'{"tables":[]}' + CLOSE,             [400, 400]),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\n{\"t\r\nA;x=y\r\nables\":[]}\r\n0\r\nT: x\r\n\r\n" + CLOSE, [200, 200]),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\n{\"tXX",                     [400]),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",                          [400]),
    (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",                          [400]),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n0x3\r\n{\"t",                     [400]),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 2000,                  [400]),
    (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",                  [413]),
    (CLOSE[:-2] + b"A: b\r\n" * 300 + b"\r\n",                                    [413]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), ONE_READING)
def test_a_byte_stream_has_one_reading(
    server: ServerClient, monkeypatch: pytest.MonkeyPatch, data: bytes, expected: list[int]
) -> None:
    monkeypatch.setattr(reading, "DRAIN_S", 0.05)
    assert statuses(server.raw(data)) == expected


def test_a_head_that_never_ends_is_refused(server: ServerClient) -> None:
    assert statuses(server.raw(CLOSE[:-2] + b"A: " + b"a" * 200_000)) == [413]


def test_head_and_body_arrive_in_one_piece(server: ServerClient) -> None:
    connection = server.connect()
    connection.sendall(GET)
    assert connection.recv(65536).endswith(b"}")


def test_an_answer_to_head_has_the_length_and_no_body(server: ServerClient) -> None:
    received = server.raw(b"HEAD" + CLOSE[3:])
    assert b"Content-Length: " in received
    assert received.endswith(b"\r\n\r\n")


def test_http_1_0_is_served_and_closed(server: ServerClient) -> None:
    received = server.raw(b"GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n")
    assert b"Connection: close" in received


def test_each_answer_is_json_that_is_not_sniffed(server: ServerClient) -> None:
    for data in (CLOSE, b"nonsense\r\n\r\n"):
        head, _, body = server.raw(data).partition(b"\r\n\r\n")
        assert b"Content-Type: application/json\r\nX-Content-Type-Options: nosniff" in head
        assert json.loads(body)


# -- bodies over the limit -------------------------------------------------------------------------

TOO_LARGE = [
    POST + b"Content-Length: 3000000\r\n\r\n" + b"x" * 3_000_000,
    POST + b"Content-Length: 99999999999999\r\n\r\n" + b"x" * 100_000,
    POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"FF\r\n%b\r\n" % (b"x" * 255) * 5000,
    POST + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFF\r\n" + b"x" * 100_000,
]


@pytest.mark.parametrize("data", TOO_LARGE, ids=range(4))
def test_the_refusal_of_a_large_body_arrives(
    server: ServerClient, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    monkeypatch.setattr(reading, "DRAIN_S", 0.3)
    received = server.raw(data)
    assert statuses(received) == [413]
    assert b"the body is over 1000 bytes (setting max_body)" in received


def test_a_client_that_asks_first_is_not_told_to_send_too_much(server: ServerClient) -> None:
    connection = server.connect()
    connection.sendall(POST + b"Content-Length: 2000\r\nExpect: 100-continue\r\n\r\n")
    assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_asks_first_is_told_to_go_on(server: ServerClient) -> None:
    connection = server.connect()
    connection.sendall(POST + b"Content-Length: 13\r\nExpect: 100-continue\r\n\r\n")
    assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b'{"tables":[]}')
    assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_compressed_body_counts_as_it_is_decompressed(server: ServerClient) -> None:
    body = gzip.compress(b'{"tables":[]' + b" " * 5000 + b"}")
    head = b"Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    assert statuses(server.raw(POST + head + body)) == [413]


# -- time limits -----------------------------------------------------------------------------------


def test_a_head_that_stalls_is_closed(server: ServerClient) -> None:
    assert server.raw(b"GET /health HT") == b""


def test_a_head_that_drips_is_closed_all_the_same(server: ServerClient) -> None:
    connection = server.connect()
    with pytest.raises(OSError):  # noqa: PT012
        for _ in range(20):
            connection.sendall(b"G")
            gevent.sleep(0.05)
        assert connection.recv(10) == b""
        raise ConnectionResetError


def test_a_body_that_stalls_is_refused(
    server: ServerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "DRAIN_S", 0.05)
    assert statuses(server.raw(POST + b"Content-Length: 13\r\n\r\n{")) == [408]


def test_a_connection_that_stays_idle_is_closed(server: ServerClient) -> None:
    assert statuses(server.raw(GET)) == [200]


def test_stalled_connections_do_not_hold_up_others(server: ServerClient) -> None:
    stalled = [server.connect() for _ in range(50)]
    for connection in stalled:
        connection.sendall(b"GET /health HTTP/1.1\r\n")
    assert server("GET", "/health").status == 200


def test_a_flood_of_tiny_chunks_does_not_hold_up_others(server: ServerClient) -> None:
    flood = server.connect()
    flood.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 900)
    assert server("GET", "/health").status == 200


def test_a_client_that_vanishes_leaves_nothing_behind(server: ServerClient) -> None:
    for data in (GET, GET[:20], POST + b"Content-Length: 500\r\n\r\n{", POST + b"Conte"):
        connection = server.connect()
        connection.sendall(data)
        connection.close()
    with gevent.Timeout(5):
        while server.server.open_connections:
            gevent.sleep(0.001)


# -- start and stop --------------------------------------------------------------------------------


def test_a_taken_port_is_named_with_a_way_out(server: ServerClient) -> None:
    with pytest.raises(PortTaken, match=rf"port {server.server.port} .* --port"):
        Server(backend(), "127.0.0.1", server.server.port).start()


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(SetupError, match=r"cannot listen on 192\.0\.2\.1"):
        Server(backend(), "192.0.2.1", 0).start()


def test_one_connection_too_many_is_told_so() -> None:
    client = ServerClient(backend(Settings(max_connections=1)))
    try:
        first = client.connect()
        first.sendall(GET)
        assert first.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert client("GET", "/health").status == 503
    finally:
        client.close()


def test_stopping_closes_idle_connections_at_once_and_frees_the_port(
    server: ServerClient,
) -> None:
    connection = server.connect()
    connection.sendall(GET)
    connection.recv(65536)
    server.server.stop(5)
    assert connection.recv(10) == b""
    again = Server(backend(), "127.0.0.1", server.server.port)
    again.start()
    again.stop(0)


def test_stopping_lets_a_running_request_finish(server: ServerClient) -> None:
    connection = server.connect()
    connection.sendall(POST + b"Content-Length: 13\r\n\r\n")
    gevent.sleep(0.01)
    stopping = gevent.spawn(server.server.stop, 5)
    gevent.sleep(0.01)
    connection.sendall(b'{"tables":[]}')
    received = connection.recv(65536)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"Connection: close" in received
    stopping.join()


def test_stopping_does_not_wait_for_ever() -> None:
    client = ServerClient(backend(Settings()))
    connection = client.connect()
    connection.sendall(POST + b"Content-Length: 13\r\n\r\n")
    gevent.sleep(0.01)
    with gevent.Timeout(2):
        client.server.stop(0.05)
    assert connection.recv(10) == b""
    client.close()
