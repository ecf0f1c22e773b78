"""Two ways to send a request to a backend: through WSGI without a port, and over a real socket."""

import io
import json
from collections.abc import Callable, Mapping
from http.client import HTTPResponse
from typing import Any, NamedTuple
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

from gevent import socket as sockets

from noodl_runtime.backend import Backend
from noodl_runtime.http.app import make_app
from noodl_runtime.http.server import Server


class Answer(NamedTuple):
    """status; headers with lower-case names; body: decoded JSON, other kinds as bytes, or None."""

    status: int
    headers: dict[str, str]
    body: Any


Send = Callable[..., Answer]


def encoded(body: Any) -> bytes | None:
    """Return what is sent: bytes as they are, None as nothing, anything else as JSON."""
    return body if body is None or isinstance(body, bytes) else json.dumps(body).encode()


def decoded(data: bytes, headers: Mapping[str, str]) -> Any:
    if not data:
        return None
    return json.loads(data) if headers["content-type"] == "application/json" else data


class WsgiClient:
    """Calls the bottle app as a WSGI server would, held to the WSGI rules by wsgiref.validate."""

    def __init__(self, backend: Backend) -> None:
        self._app = validator(make_app(backend))

    def __call__(
        self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        environ = self._environ(method, url, encoded(body) or b"", headers or {})
        seen: list[Any] = []

        def start(status: str, given: Any, exc_info: Any = None) -> Callable[[bytes], None]:
            seen[:] = [int(status.split()[0]), {name.lower(): text for name, text in given}]
            return lambda data: None

        chunks: Any = self._app(environ, start)
        data = b"".join(chunks)
        chunks.close()
        return Answer(seen[0], seen[1], decoded(data, seen[1]))

    @staticmethod
    def _environ(method: str, url: str, data: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        path, _, query = url.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "REQUEST_URI": url,
            "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1", "CONTENT_LENGTH": str(len(data)),
            "CONTENT_TYPE": "application/json", "wsgi.input": io.BytesIO(data),
            "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            own = key in ("CONTENT_TYPE", "CONTENT_LENGTH")
            environ[key if own else f"HTTP_{key}"] = value
        setup_testing_defaults(environ)
        return environ


class PortClient:
    """Sends each request over a connection of its own; waiting lets greenlets run."""

    def __init__(self, port: int, timeout_s: float = 5) -> None:
        self._port = port
        self._timeout_s = timeout_s
        self._connections: list[Any] = []

    def close(self) -> None:
        for connection in self._connections:
            connection.close()

    def connect(self) -> Any:
        """Return a connected socket."""
        connection = sockets.create_connection(("127.0.0.1", self._port))
        connection.settimeout(self._timeout_s)
        self._connections.append(connection)
        return connection

    def raw(self, data: bytes) -> bytes:
        """Send bytes and return everything that comes until the server closes."""
        connection = self.connect()
        connection.sendall(data)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        connection.close()
        return received

    def __call__(
        self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        data = encoded(body)
        lines = {"Host": "127.0.0.1", "Connection": "close", **(headers or {})}
        if data is not None:
            lines = {"Content-Type": "application/json", "Content-Length": str(len(data))} | lines
        head = f"{method} {url} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
        connection = self.connect()
        connection.sendall(head.encode("latin-1") + b"\r\n" + (data or b""))
        response = HTTPResponse(connection, method=method)
        response.begin()
        found = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, found, decoded(response.read(), found))
        response.close()
        connection.close()
        self._connections.remove(connection)
        return answer


class ServerClient(PortClient):
    """A client of a real server on a free port, which it starts and stops."""

    def __init__(self, backend: Backend) -> None:
        self.server = Server(backend, "127.0.0.1", 0)
        self.server.start()
        super().__init__(self.server.port)

    def close(self) -> None:
        super().close()
        self.server.stop(2)
