"""A backend process to be attacked, and a client that sends whatever it is told to."""

import contextlib
import json
import os
import re
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.driver import Backend

TODO = Path(__file__).parents[2] / "examples" / "todo"
APP = {"X-Parse-Application-Id": "todo"}
PATIENCE_S = 20.0
# What no answer may let out: of Python, SQL, the disk, the libraries.
_INTERNALS = re.compile(
    r"Traceback|File \"|line \d+, in|site-packages|\.py\b|/tmp/|SELECT |INSERT |sqlite3|"
    r"OperationalError|gevent|bottle|object at 0x"
)


class Reply(NamedTuple):
    """status 0: the connection was closed without an answer; body: decoded where it is JSON."""

    status: int
    headers: dict[str, str]
    body: Any


class Victim:
    """One backend process.

    folder: for its data
    before: what the command begins with, e.g. a shell that sets a limit
    """

    def __init__(self, folder: Path, *options: str, before: Sequence[str] = ()) -> None:
        serve = [sys.executable, "-m", "noodl_portable", "serve", TODO]
        command: list[str | Path] = [*before, *serve]
        where = ["--port=0", f"--data={folder / 'data'}", "--mode=development"]
        self.backend = Backend(command, *where, *options, cwd=folder)
        self.files = folder / "data" / "data" / "files"
        self.key = {**APP, "X-Parse-Master-Key": self.backend.master_key()}
        self.send("GET", "/health")

    def connect(self) -> socket.socket:
        """Return a new connection."""
        address = ("127.0.0.1", self.backend.ready["port"])
        return socket.create_connection(address, timeout=PATIENCE_S)

    def raw(self, data: bytes) -> list[Reply]:
        """Send bytes, then nothing more; return all that is answered until the connection ends."""
        with self.connect() as connection:
            with contextlib.suppress(OSError):  # it may be closed before all is sent
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            received = b""
            with contextlib.suppress(ConnectionResetError):
                while piece := connection.recv(65536):
                    received += piece
        return list(_replies(received))

    def send(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        host: str = "127.0.0.1",
    ) -> Reply:
        """Send one request, the target as it stands; body: bytes as they are, else JSON."""
        data = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        lines = {"Host": host, "Connection": "close", "Content-Length": str(len(data))}
        if data:
            lines["Content-Type"] = "application/json"
        lines |= headers or {}
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(
            f"{k}: {v}\r\n" for k, v in lines.items()
        )
        replies = self.raw(head.encode("utf-8") + b"\r\n" + data)
        return replies[0] if replies else Reply(0, {}, None)

    def descriptors(self) -> int:
        """Return how many files and sockets the process holds."""
        return len([*Path(f"/proc/{self.backend.process.pid}/fd").iterdir()])

    def memory(self) -> int:
        """Return the bytes of memory that the process has."""
        pages = Path(f"/proc/{self.backend.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def settled(self, descriptors: int) -> bool:
        """Wait until the process holds no more descriptors than that; say whether it came to it."""
        deadline = time.monotonic() + PATIENCE_S
        while self.descriptors() > descriptors and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.descriptors() <= descriptors


def refused(reply: Reply, *statuses: int) -> str:
    """Check that a reply refuses in good form, and return what it says."""
    assert reply.status in (statuses or range(400, 500)), reply
    assert isinstance(reply.body, dict), reply
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["x-content-type-options"] == "nosniff"
    said = reply.body["error"]
    assert isinstance(said, str)
    assert said
    assert not _INTERNALS.search(json.dumps(reply.body)), reply
    return said


def _replies(received: bytes) -> Any:
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        body, received = _body(headers, rest)
        status = int(first.split()[1])
        if status == 100:
            continue
        kind = headers.get("content-type", "")
        is_json = body and kind == "application/json"
        yield Reply(status, headers, _strict(body) if is_json else body)


def _body(headers: Mapping[str, str], rest: bytes) -> tuple[bytes, bytes]:
    if headers.get("transfer-encoding") != "chunked":
        length = int(headers.get("content-length", "0"))
        return rest[:length], rest[length:]
    body = b""
    while True:
        size, _, rest = rest.partition(b"\r\n")
        if not int(size, 16):
            return body, rest[2:]
        body, rest = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]


def _strict(body: bytes) -> Any:
    def no(word: str) -> Any:
        raise AssertionError(f"{word} in an answer")

    return json.loads(body, parse_constant=no)
