"""Figures of the whole way over HTTP: `python tests/benchmarks/over_http.py --peer http://127.0.0.1:3000`.

Starts a backend of its own and asks it and every peer, by turns, for the same things: any server
of the same routes (/api/_schema, /api/_batch, /api/:table). Prints requests a second and, for
peers, ours / theirs; judges nothing. The client is plain Python and often the limit of fast
servers, so ratios are rather too small than too large.
"""

import argparse
import itertools
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

HERE = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(HERE), str(HERE / "tests" / "benchmarks")]

import gevent  # noqa: E402
from gevent import socket  # noqa: E402
from store import FIELDS, person  # noqa: E402

from tests.driver import Backend  # noqa: E402

Requests = Iterator[bytes]


def main() -> int:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="append", default=[], help="URL of another server")
    parser.add_argument("--key", default="", help="master key of the peers")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=2.0, help="time for each figure")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Backend(serve(Path(folder)), "--port", "0", cwd=Path(folder)) as backend,
    ):
        ours = Server(f"http://127.0.0.1:{backend.ready['port']}", backend.master_key())
        servers = [ours, *(Server(url, options.key) for url in options.peer)]
        show(measure(servers, options), [server.url for server in servers])
    return 0


def serve(folder: Path) -> list[str | Path]:
    backend = folder / "backend"
    backend.mkdir()
    (backend / "config.json").write_text('{"name": "bench", "appId": "bench"}')
    (backend / "schema.json").write_text('{"tables": []}')
    data = folder / "data"
    face = [sys.executable, "-m", "noodl_portable", "serve", backend]
    return [*face, "--mode", "development", "--data", data]


class Server:
    """One server, filled with records."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self._place = urlsplit(url)
        self._key = key
        self.ids: list[str] = []

    def fill(self, rows: int) -> None:
        for name in ("Person", "Written"):
            self._add(name)
        for start in range(0, rows, 100):
            self.ask(batch(self, "Person", range(start, start + 100)))
        query = f"/api/Person?limit=1000&skip={max(0, rows - 1000)}"
        found = json.loads(self.ask(self.request("GET", query)))["results"]
        self.ids = [record["objectId"] for record in found]

    def _add(self, name: str) -> None:
        """Make a collection; peers write an index as a bare list of names."""
        columns = [{"name": name, "type": kind} for name, kind in FIELDS.items()]
        fields = ["status", "createdAt"]
        for index in ({"name": "by_status", "fields": fields}, fields):
            tables = [{"name": name, "columns": columns, "indexes": [index]}]
            with suppress(AssertionError):
                self.ask(self.request("POST", "/api/_schema", {"tables": tables}))
                return
        raise AssertionError(f"{self.url} does not take a schema")

    def request(self, method: str, path: str, body: Any = None) -> bytes:
        """Return the bytes of a request."""
        data = b"" if body is None else json.dumps(body).encode()
        return (
            f"{method} {path} HTTP/1.1\r\nHost: {self._place.netloc}\r\n"
            f"X-Parse-Master-Key: {self._key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        ).encode() + data

    def ask(self, request: bytes) -> bytes:
        """Send one request on a connection of its own; return the body of the answer."""
        with Client(self._place.hostname, self._place.port) as client:
            return client.ask(request)

    def rate(self, requests: Requests, connections: int, seconds: float) -> float:
        """Return answers a second over some connections."""
        end, done = time.perf_counter() + seconds, itertools.count()

        def caller() -> None:
            with Client(self._place.hostname, self._place.port) as client:
                while time.perf_counter() < end:
                    client.ask(next(requests))
                    next(done)

        began = time.perf_counter()
        gevent.joinall([gevent.spawn(caller) for _ in range(connections)], raise_error=True)
        return next(done) / (time.perf_counter() - began)


class Client:
    """One connection that is kept."""

    def __init__(self, host: str | None, port: int | None) -> None:
        self._socket = socket.create_connection((host, port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, request: bytes) -> bytes:
        """Send a request and return the body of its answer."""
        self._socket.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        head = answer[:end].lower()
        if not head.startswith(b"http/1.1 2"):
            raise AssertionError(answer[:500])
        size = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        while len(answer) < end + 4 + size:
            answer += self._more()
        return answer[end + 4 :]

    def _more(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise AssertionError("the server closed the connection")
        return bytes(data)


def batch(server: Server, table: str, numbers: range) -> bytes:
    entries = [{"method": "POST", "path": f"/api/{table}", "body": person(n)} for n in numbers]
    return server.request("POST", "/api/_batch", {"operations": entries, "requests": entries})


def workloads(server: Server, rows: int) -> dict[str, Requests]:
    """Return endless requests by name; the same ones, in the same order, for every server."""
    chance, numbers = random.Random(1), itertools.count(rows)

    def forever(make: Callable[[], bytes]) -> Requests:
        made = [make() for _ in range(500)]
        return itertools.cycle(made)

    def filtered() -> bytes:
        where = quote(json.dumps({"status": f"status-{chance.randrange(500)}"}))
        sort = quote('["-createdAt"]')
        return server.request("GET", f"/api/Person?where={where}&sort={sort}&limit=20")

    def listed() -> bytes:
        skip = chance.randrange(max(1, min(rows, 5000) - 100))
        return server.request("GET", f"/api/Person?limit=100&skip={skip}")

    def one(method: str, body: Any = None) -> bytes:
        return server.request(method, f"/api/Person/{chance.choice(server.ids)}", body)

    return {
        "get": forever(lambda: one("GET")),
        "filter, sort, 20": forever(filtered),
        "list 100": forever(listed),
        "create": forever(lambda: server.request("POST", "/api/Written", person(next(numbers)))),
        "update": forever(lambda: one("PUT", {"visits": next(numbers), "active": True})),
        "batch of 100": forever(lambda: batch(server, "Written", range(100))),
    }


def measure(servers: list[Server], options: argparse.Namespace) -> dict[str, list[list[float]]]:
    """Return {workload: [[answers a second of each server] of each round]}."""
    for server in servers:
        server.fill(options.rows)
    given = [workloads(server, options.rows) for server in servers]
    return {
        name: [
            [
                server.rate(work[name], options.connections, options.seconds)
                for server, work in zip(servers, given, strict=True)
            ]
            for _ in range(options.rounds)
        ]
        for name in given[0]
    }


def show(measured: dict[str, list[list[float]]], urls: list[str]) -> None:
    """Print medians, and the median of the ratios of each round."""
    peers = "".join(f"{url:>28}{'ours / it':>12}" for url in urls[1:])
    print(f"{'requests/s':<20}{'ours':>12}{peers}")
    for name, rounds in measured.items():
        columns = list(zip(*rounds, strict=True))
        cells = f"{statistics.median(columns[0]):>12,.0f}"
        for column in columns[1:]:
            ratio = statistics.median(a / b for a, b in zip(columns[0], column, strict=True))
            cells += f"{statistics.median(column):>28,.0f}{ratio:>12.2f}"
        print(f"{name:<20}{cells}")


if __name__ == "__main__":
    sys.exit(main())
