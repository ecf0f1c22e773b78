"""A local HTTP server that answers as a recorded case wants, and writes down what it received."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import gevent
from gevent.pywsgi import WSGIServer

Start = Callable[..., Any]


class StubServer:
    """Serves {method, path, status, headers, body, delay_ms?} rules; anything else gets 404."""

    def __init__(self, rules: list[Mapping[str, Any]]) -> None:
        self._rules = rules
        self.received: list[dict[str, Any]] = []
        self._server = WSGIServer(("127.0.0.1", 0), self._app, log=None)

    def __enter__(self) -> "StubServer":
        self._server.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.stop(timeout=0.1)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def _app(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        query = f"?{environ['QUERY_STRING']}" if environ["QUERY_STRING"] else ""
        path = environ["REQUEST_URI"] if "REQUEST_URI" in environ else environ["PATH_INFO"] + query
        method = environ["REQUEST_METHOD"]
        self._write_down(environ, method, path)
        rule = next(
            (r for r in self._rules if r.get("method", "GET") == method and r["path"] == path),
            {"status": 404, "body": {"error": "no stub"}},
        )
        gevent.sleep(rule.get("delay_ms", 0) / 1000)
        body = rule.get("body", "")
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        headers = rule.get("headers", {"Content-Type": "application/json"})
        start(f"{rule.get('status', 200)} Stub", list(headers.items()))
        return [data]

    def _write_down(self, environ: dict[str, Any], method: str, path: str) -> None:
        text = environ["wsgi.input"].read().decode()
        try:
            body = json.loads(text) if text else None
        except ValueError:
            body = text
        headers = {
            name[5:].lower().replace("_", "-"): value
            for name, value in environ.items()
            if name == "HTTP_AUTHORIZATION" or name.startswith("HTTP_X_")
        }
        entry = {
            "method": method,
            "path": path,
            "content_type": environ.get("CONTENT_TYPE") or None,
            "body": body,
        }
        self.received.append({**entry, "headers": headers} if headers else entry)
