"""Many connections, clients that vanish, much data: others are served, and nothing is left over."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.victim import APP, Victim, refused

pytestmark = pytest.mark.slow

MB = 1_000_000
HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
ROWS = 20_000


def upload(size: int) -> bytes:
    """Return the head of an upload."""
    return (
        b"POST /files/a.txt HTTP/1.1\r\nHost: localhost\r\nX-Parse-Application-Id: todo\r\n"
        b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % size
    )


def vanish(connection: socket.socket) -> None:
    """Close a connection as a machine does that is switched off: with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_two_hundred_half_requests_leave_the_others_alone(victim: Victim) -> None:
    starts = [b"", b"GET /hea", HEALTH[:-2], upload(500), upload(500) + b"half"]
    stalled = [victim.connect() for _ in range(200)]
    for number, connection in enumerate(stalled):
        connection.sendall(starts[number % len(starts)])
    assert victim.send("GET", "/health").status == 200
    assert victim.send("POST", "/api/Todo", {"title": "a"}).status == 201
    for connection in stalled:
        connection.close()


def test_clients_that_vanish_amid_an_upload_leave_no_file(victim: Victim) -> None:
    for _ in range(30):
        connection = victim.connect()
        connection.sendall(upload(5 * MB) + b"x" * 100_000)
        vanish(connection)
    assert victim.settled(victim.descriptors())
    assert victim.send("POST", "/files/b.txt", b"whole", {**APP, "Content-Type": "text/plain"}).status == 201  # fmt: skip
    assert len([*victim.files.iterdir()]) == 2  # the one file and what is known of it


@pytest.fixture(scope="module")
def full(one_victim: Victim) -> Victim:
    """The victim with twenty thousand records."""
    for start in range(0, ROWS, 1000):
        data = [{"n": n, "text": "x" * 300} for n in range(start, start + 1000)]
        entries = [{"op": "create", "collection": "Row", "data": each} for each in data]
        done = one_victim.send("POST", "/api/_batch", {"operations": entries})
        assert {entry["status"] for entry in done.body["results"]} == {201}
        assert one_victim.send("GET", "/health").status == 200
    return one_victim


@pytest.fixture
def export(full: Victim, victim: Victim) -> Iterator[socket.socket]:
    """An export of everything that has begun to arrive, and is not read any further."""
    key = full.key["X-Parse-Master-Key"].encode()
    connection = full.connect()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    connection.sendall(
        b"GET /api/_export HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"X-Parse-Master-Key: %b\r\n\r\n" % key
    )
    assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    yield connection
    connection.close()


def test_a_large_answer_that_nobody_reads_holds_up_nobody(
    victim: Victim, export: socket.socket
) -> None:
    assert victim.send("GET", "/health").status == 200
    assert victim.send("POST", "/api/Row", {"n": -1}).status == 201
    rest = b""
    while piece := export.recv(1 << 16):
        rest += piece
    assert len(rest) > ROWS * 300
    assert rest.endswith(b"0\r\n\r\n")
    assert rest.count(b'"text":"x') == ROWS


def test_a_client_that_vanishes_amid_an_answer_lets_go_of_everything(
    victim: Victim, export: socket.socket
) -> None:
    vanish(export)
    assert victim.settled(victim.descriptors())
    assert victim.send("POST", "/api/Row", {"n": -2}).status == 201


def test_an_answer_has_a_thousand_records_at_most(full: Victim, victim: Victim) -> None:
    found = victim.send("GET", "/api/Row?limit=1000000&count=1").body
    assert len(found["results"]) == 1000
    assert found["count"] >= ROWS
    assert len(victim.send("GET", "/api/Row").body["results"]) == 100


def test_memory_does_not_grow_with_requests(full: Victim, victim: Victim) -> None:
    def ask(times: int) -> None:
        with victim.connect() as connection:
            for number in range(times):
                odd = b"POST /api/Row/%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number
                connection.sendall(HEALTH + b"GET /api/Row?limit=5&skip=%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number + odd)  # fmt: skip
                answered = 0
                while answered < 3:
                    answered += connection.recv(1 << 16).count(b"HTTP/1.1 ")

    ask(500)
    before = victim.memory()
    ask(1500)
    assert victim.memory() - before < 8 * MB


# -- few descriptors -------------------------------------------------------------------------------


@pytest.fixture
def poor(tmp_path: Path) -> Iterator[Victim]:
    """A victim that may hold a hundred files and sockets."""
    victim = Victim(tmp_path, before=["sh", "-c", 'ulimit -n 100; exec "$@"', "sh"])
    with victim.backend:
        yield victim


def test_more_connections_than_there_can_be_are_refused_politely(poor: Victim) -> None:
    before = poor.descriptors()
    idle = [poor.connect() for _ in range(150)]
    said = []
    for connection in idle[-20:]:
        connection.sendall(HEALTH)
        said.append(connection.recv(65536)[:13])
    assert {*said} <= {b"HTTP/1.1 503 ", b"HTTP/1.1 200 "}
    assert b"HTTP/1.1 503 " in said
    for connection in idle:
        connection.close()
    assert poor.settled(before)
    assert poor.send("GET", "/health").status == 200
    assert poor.send("POST", "/api/Todo", {"title": "a"}).status == 201


# -- too often -------------------------------------------------------------------------------------


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Victim]:
    victim = Victim(tmp_path, "--max-sign-ups=2", "--scrypt-cost=10")
    with victim.backend:
        yield victim


def test_who_comes_too_often_is_told_how_long_to_wait(strict: Victim) -> None:
    for name in ("ann", "bob"):
        user = {"username": name, "password": f"pw-{name}"}
        assert strict.send("POST", "/users", user, APP).status == 201
    reply = strict.send("POST", "/users", {"username": "eve", "password": "x"}, APP)
    refused(reply, 429)
    assert 0 < int(reply.headers["retry-after"]) <= 300
    assert reply.body["retryAfter"] == int(reply.headers["retry-after"])

    wrong = {"username": "ann", "password": "guess"}
    entry = {"method": "POST", "path": "/login", "body": wrong}
    for _ in range(5):
        refused(strict.send("POST", "/login", wrong, APP), 404)
    strict.send("POST", "/batch", {"requests": [entry] * 5}, APP)
    reply = strict.send("POST", "/login", {"username": "ann", "password": "pw-ann"}, APP)
    assert "wrong passwords" in refused(reply, 429)
    assert reply.body["retryAfter"] == int(reply.headers["retry-after"])
    assert strict.send("POST", "/login", {"username": "bob", "password": "pw-bob"}, APP).status == 200  # fmt: skip
