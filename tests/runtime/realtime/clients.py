"""Clients of both ends, over real sockets of the gevent hub: they wait, and the server runs."""

import base64
import contextlib
import json
import os
import struct
from collections import deque
from typing import Any
from urllib.parse import quote

from gevent import socket as sockets

MASK = b"\x01\x02\x03\x04"


def masked(payload: bytes, opcode: int = 1, *, last: bool = True) -> bytes:
    """Return the frame of a client."""
    size = len(payload)
    first = bytes([(0x80 if last else 0) | opcode])
    if size < 126:
        head = first + bytes([0x80 | size])
    elif size < 1 << 16:
        head = first + struct.pack("!BH", 0xFE, size)
    else:
        head = first + struct.pack("!BQ", 0xFF, size)
    return head + MASK + bytes(byte ^ MASK[i % 4] for i, byte in enumerate(payload))


class Closed(Exception):
    """The server closed. args: code and reason, None where it just hung up."""


class Stream:
    """A connection that was answered with a head; bytes follow."""

    def __init__(self, port: int, request: bytes) -> None:
        self._socket = sockets.create_connection(("127.0.0.1", port))
        # A second small piece would wait 40 ms for the first to be acknowledged.
        self._socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
        self._socket.settimeout(10)
        self._buffer = b""
        self.send_raw(request)
        while b"\r\n\r\n" not in self._buffer:
            self.more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}

    def send_raw(self, data: bytes) -> None:
        self._socket.sendall(data)

    def more(self) -> None:
        """Read what comes. raises: Closed."""
        try:
            data = self._socket.recv(65536)
        except ConnectionError as error:
            raise Closed(None, None) from error
        if not data:
            raise Closed(None, None)
        self._buffer += data

    def take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self.more()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def body(self) -> bytes:
        """Return all that still comes."""
        try:
            while True:
                self.more()
        except Closed:
            return self._buffer

    def drop(self) -> None:
        """Be gone without a word."""
        self._socket.close()


class WebSocketClient(Stream):
    """Speaks WebSocket: say(type="subscribe", ...), hear() -> the next message."""

    def __init__(self, port: int, path: str = "/realtime", **headers: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = {
            "Host": "127.0.0.1", "Upgrade": "websocket", "Connection": "keep-alive, Upgrade",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }  # fmt: skip
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        super().__init__(port, f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        self.pings = 0

    def say(self, **message: Any) -> None:
        self.send_raw(masked(json.dumps(message).encode()))

    def ask(self, **message: Any) -> dict[str, Any]:
        """Say something with an id and return the answer to it, which must come next."""
        self.say(id="q", **message)
        return self.hear()

    def hear(self) -> dict[str, Any]:
        """Return the next message. raises: Closed with code and reason."""
        while True:
            opcode, payload = self.frame()
            if opcode == 8:
                code = int.from_bytes(payload[:2], "big") if payload else None
                raise Closed(code, payload[2:].decode())
            if opcode == 9:
                self.pings += 1
                self.send_raw(masked(payload, 10))
            elif opcode == 1:
                return dict(json.loads(payload))

    def frame(self) -> tuple[int, bytes]:
        first, second = self.take(2)
        assert first & 0xF0 == 0x80
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(self.take(2 if size == 126 else 8), "big")
        return first & 0x0F, self.take(size)

    def closed(self) -> Any:
        """Return the code that the server closes with, None when it hangs up without; then hang up.

        Pings are not answered.
        """
        code = None
        with contextlib.suppress(Closed):
            while True:
                opcode, payload = self.frame()
                if opcode == 8:
                    code = int.from_bytes(payload[:2], "big") if payload else None
                    break
        self.drop()
        return code


class EventsClient(Stream):
    """Reads server-sent events as a browser does. last_id: what it would send back."""

    def __init__(self, port: int, query: str, **headers: str) -> None:
        lines = {"Host": "127.0.0.1", "Accept": "text/event-stream"}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        where = quote(query, safe="=&")
        super().__init__(port, f"GET /realtime?{where} HTTP/1.1\r\n{head}\r\n".encode())
        self.last_id = ""
        self._messages: deque[dict[str, Any]] = deque()

    def hear(self) -> dict[str, Any]:
        while not self._messages:
            while b"\n\n" not in self._buffer:
                self.more()
            block, _, self._buffer = self._buffer.partition(b"\n\n")
            self._take_block(block.decode())
        return self._messages.popleft()

    def _take_block(self, block: str) -> None:
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = value
            elif name == "data":
                self._messages.append(json.loads(value))
