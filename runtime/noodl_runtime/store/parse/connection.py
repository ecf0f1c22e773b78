"""The wire to a Parse Server: one request, one answer, in a thread, so that the hub never waits.

Connections are kept for a few seconds and used again. One that the server has closed meanwhile is
noticed at the next request, which is then repeated if it only reads; a write is not, for it may
have been carried out.
"""

import http.client
import ssl
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import field
from typing import Any
from urllib.parse import urlsplit

import gevent

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadSetting, StoreUnreachable
from noodl_runtime.store.parse.refusals import refusal
from noodl_runtime.store.parse.wire import read_answer, write_body
from noodl_runtime.threads import in_thread

TIMEOUT_S = 30.0
_IDLE_S = 3.0  # Node closes idle connections after 5 seconds
_MOST_IDLE = 10  # threads in gevent's pool: more are never in use at once

_Connection = http.client.HTTPConnection


@dataclass
class Endpoint:
    """A Parse Server: where it is and what opens it.

    url:       "https://example.org/parse", the mount point
    timeout_s: until a silent server counts as gone, for each of connect, send and receive
    """

    url: str
    app_id: str
    master_key: str = field(repr=False)
    timeout_s: float = TIMEOUT_S
    _idle: deque[tuple[float, _Connection]] = field(default_factory=deque, repr=False)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadSetting(f"endpoint is {self.url!r}; it takes a URL like https://host/parse")

    @property
    def mount(self) -> str:
        """Return the path of the mount point, which paths inside a batch begin with: "/parse"."""
        return urlsplit(self.url).path

    def read(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """Return what a GET of the path answers; a query travels in the body of a POST.

        ("/classes/Todo", {"where": {...}, "limit": 10}); long where documents fit in no URL
        raises: what the server's error code stands for, StoreUnreachable
        """
        if query is None:
            return self._call("GET", path, None, {}, again=True)
        return self._call("POST", path, {"_method": "GET", **query}, {}, again=True)

    def write(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Return what the server answers to a request that changes something; raises as `read`.

        body:    a value, or bytes as they are
        headers: further ones; an empty master key means: without it
        """
        return self._call(method, path, body, headers or {}, again=False)

    def close(self) -> None:
        """Close the connections that are kept. Safe to call twice."""
        while self._idle:
            self._idle.pop()[1].close()

    def _call(
        self, method: str, path: str, body: Any, headers: Mapping[str, str], *, again: bool
    ) -> Any:
        data = body if isinstance(body, bytes | None) else write_body(body)
        path, sent = self.mount + path, self._headers(headers)
        status, answer = in_thread(
            gevent.get_hub().threadpool,
            lambda: self._exchange(method, path, data, sent, again),
        )
        if method == "DELETE" and not answer and status < 300:
            return None  # of a file; everything else is answered with JSON
        return self._understood(status, answer)

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        headers = {
            "X-Parse-Application-Id": self.app_id,
            "X-Parse-Master-Key": self.master_key,
            "Content-Type": "application/json",
            **more,
        }
        return {name: value for name, value in headers.items() if value}

    def _understood(self, status: int, answer: bytes) -> Any:
        try:
            value = read_answer(answer)
        except ValueError as error:
            start = answer[:80].decode(errors="replace")
            raise StoreUnreachable(
                f"{self.url} answered {status} and no JSON but {start!r}; is it a Parse Server?"
            ) from error
        if status >= 400:
            raise refusal(self.url, status, value)
        return value

    # -- in a thread

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], again: bool
    ) -> tuple[int, bytes]:
        connection, used = self._take()
        try:
            return self._answer(connection, method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if again and used and not isinstance(error, TimeoutError):
                return self._exchange(method, path, body, headers, again)
            raise StoreUnreachable(self._why(error, again)) from error

    def _answer(
        self,
        connection: _Connection,
        method: str,
        path: str,
        body: bytes | None,
        headers: dict[str, str],
    ) -> tuple[int, bytes]:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.will_close or len(self._idle) >= _MOST_IDLE:
            connection.close()
        else:
            self._idle.append((time.monotonic(), connection))
        return answer.status, content

    def _take(self) -> tuple[_Connection, bool]:
        """Return a connection, and whether it was used before."""
        while True:
            try:
                since, connection = self._idle.pop()
            except IndexError:
                return self._new(), False
            if time.monotonic() - since < _IDLE_S:
                return connection, True
            connection.close()

    def _new(self) -> _Connection:
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=self.timeout_s)
        return http.client.HTTPSConnection(
            parts.hostname,
            parts.port,
            timeout=self.timeout_s,
            context=ssl.create_default_context(),
        )

    def _why(self, error: Exception, again: bool) -> str:
        reason = str(error) or type(error).__name__
        if isinstance(error, TimeoutError):
            reason = f"no answer within {self.timeout_s:g} seconds"
        doubt = "" if again else "; whether the write was carried out is not known"
        return f"the Parse Server at {self.url} cannot be reached: {reason}{doubt}"
