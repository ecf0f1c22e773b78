"""One request in, one response out, by the table of routes. Both hosts of the table call this.

  Host, launch token -> path, Origin -> body within its limit -> credentials -> permission
  -> handler

Nothing has an effect before the checks in front of it have passed.
"""

import itertools
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from noodl_runtime.access.caller import MASTER, Caller, check_may_write
from noodl_runtime.access.keys import Credentials, credentials_of
from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import ForeignOrigin, NoSuchRoute, Unauthorized, UnsupportedEncoding
from noodl_runtime.http.address import path_parts, query_parameters
from noodl_runtime.http.content import decoded_body
from noodl_runtime.http.dialects import parse
from noodl_runtime.http.errors import error_response
from noodl_runtime.http.guard import (
    Guard,
    announces_key,
    cors_headers,
    is_file_page,
    preflight_headers,
)
from noodl_runtime.http.health import HEALTH, ROUTES
from noodl_runtime.http.route import Request, Response, Route, Wire
from noodl_runtime.http.router import Match, Router
from noodl_runtime.http.wires import WIRES, Sent

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend
    from noodl_runtime.http.routes.api_functions import ApiFunctions

REALTIME = ("realtime",)
# headers of every response that does not say otherwise
ALWAYS = {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}
AROUND_FILE = 64 * 1024  # bytes that may stand around a file in JSON
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("noodl.http")


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A request as a host read it.

    path, query: raw, as in the request target: "/api/Todo/a%2Fb", "limit=2"
    headers:     lower-case names, repeated ones joined with ", "
    read_body:   reads the body, at most so many bytes; raises RequestTooLarge, BadRequest
    pieces:      reads it piece by piece, under the same conditions
    address:     where it came from, without the port
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    read_body: Callable[[int], bytes]
    pieces: Callable[[int], Iterator[bytes]]
    scheme: str = "http"
    address: str = ""


@dataclass
class _Exchange:
    """What is known so far while a request is answered; an error is answered from it."""

    id: str
    wire: Wire = "plain"
    headers: dict[str, str] = field(default_factory=dict)

    def finished(self, response: Response) -> Response:
        """Return the response with the headers that every one has."""
        headers = {**ALWAYS, "X-Request-Id": self.id, **self.headers, **response.headers}
        return replace(response, headers=headers)


class Dispatcher:
    """Answers the requests of one backend."""

    def __init__(self, backend: "Backend") -> None:
        settings = backend.settings
        self._backend = backend
        self._health = Router(ROUTES)
        public = urlsplit(settings.public_url)
        self._guard = Guard(
            hosts=(settings.host, *settings.allowed_hosts, public.netloc),
            origins=(*settings.allowed_origins, f"{public.scheme}://{public.netloc}"),
            launch_token=settings.launch_token,
        )
        self._start = secrets.token_hex(3)
        self._numbers = itertools.count(1)

    @cached_property
    def _router(self) -> Router:
        """All routes, loaded once the first has asked whether anybody is here."""
        from noodl_runtime.http.routes import ROUTES
        from noodl_runtime.http.routes.app import with_app

        return Router(with_app(self._backend, list(ROUTES)))

    @cached_property
    def _api_functions(self) -> "ApiFunctions":
        from noodl_runtime.http.routes.api_functions import ApiFunctions

        return ApiFunctions(self._backend)

    def warm_up(self) -> None:
        """Load what requests need."""
        _ = self._router, self._api_functions, self._backend.access

    def answer(self, incoming: Incoming) -> Response:
        """Return the response, also to what is refused or fails; never raises."""
        exchange = self._exchange(incoming.headers.get("x-request-id", ""))
        try:
            response = self._respond(incoming, exchange)
        except Exception as error:  # the edge: whatever it is becomes an answer
            response = error_response(error, exchange.wire, exchange.id)
        log.debug("%s %.200s %d %s", incoming.method, incoming.path, response.status, exchange.id)
        return exchange.finished(response)

    def refusal(self, error: Exception) -> Response:
        """Return the response to what never became a request."""
        exchange = self._exchange()
        return exchange.finished(error_response(error, exchange.wire, exchange.id))

    def _exchange(self, given: str = "") -> _Exchange:
        """Begin an exchange under the id it came with, as proxies give them, or one of our own."""
        if given and _REQUEST_ID.fullmatch(given):
            return _Exchange(given)
        return _Exchange(f"{self._start}-{next(self._numbers):x}")

    def _respond(self, incoming: Incoming, exchange: _Exchange) -> Response:
        self._guard.admit(incoming.method, incoming.headers)
        parts = path_parts(incoming.path)
        if not parts and "upgrade" in incoming.headers:
            parts = REALTIME  # where the first clients open their WebSockets
        match = self._match(parts)
        exchange.wire = match.wire
        origin, sent = self._origin(incoming, match)
        exchange.headers = cors_headers(origin)
        if incoming.method == "OPTIONS" and match.routes:
            return Response(status=204, headers=preflight_headers(incoming.headers))
        sent = sent or self._understood(incoming, match)
        route = match.route(sent.method)
        request = Request(
            method=sent.method,
            path="/" + "/".join(parts),
            params=match.params,
            query=sent.query,
            query_text=incoming.query,
            headers=_with_session(incoming.headers, sent.credentials),
            body=sent.body,
            document=sent.document,
            pieces=lambda: incoming.pieces(self._backend.settings.max_file),
            caller=self._caller(route, sent.credentials, incoming.address, exchange.id),
            id=exchange.id,
            base_url=self._base_url(incoming),
            carried=self.carried,
        )
        return route.handler(self._backend, request)

    def _match(self, parts: tuple[str, ...]) -> Match:
        if parts == HEALTH:
            return self._health.find(parts)
        return self._api_functions.find(parts) or self._router.find(parts)

    def carried(
        self, outer: Request, method: str, path: str, members: dict[str, Any]
    ) -> Callable[[], Response]:
        """Return what answers a request that another one carries, with the rights of its caller.

        members: of its body; where the method is GET they are its query
        raises:  NoSuchRoute, MethodNotAllowed, BadRequest; the call raises what a handler does
        """
        parts = path_parts(path)
        match = self._router.find(parts)
        if match.wire not in _CARRIED:
            raise NoSuchRoute(f"{path[:200]} cannot be carried by another request")
        route = match.route(method)
        reads = method == "GET"
        request = replace(
            outer,
            method=method,
            path="/" + "/".join(parts),
            params=match.params,
            query=members if reads else {},
            query_text="",
            body=b"" if reads else parse.write_answer(members, str),
            document=None if reads or WIRES[match.wire].hook is None else members,
            carried=None,
        )

        def answer() -> Response:
            _check_permission(route, outer.caller)
            return route.handler(self._backend, request)

        return answer

    def _base_url(self, incoming: Incoming) -> str:
        public = self._backend.settings.public_url
        return public.rstrip("/") or f"{incoming.scheme}://{incoming.headers.get('host', '')}"

    def _origin(self, incoming: Incoming, match: Match) -> tuple[str | None, Sent | None]:
        """Return the origin for CORS, and what was sent where that had to be looked into first."""
        headers, sent, trusted = incoming.headers, None, False
        if is_file_page(headers):  # of no other origin is it asked whether it has the key
            trusted = self._has_key(credentials_of(headers))
            trusted = trusted or (incoming.method == "OPTIONS" and announces_key(headers))
            if not trusted and incoming.method == "POST" and WIRES[match.wire].in_body:
                sent = self._understood(incoming, match)
                trusted = self._has_key(sent.credentials)
        try:
            return self._guard.check_origin(headers, trusted=trusted), sent
        except ForeignOrigin:
            if match.is_open:
                return None, sent
            raise

    def _understood(self, incoming: Incoming, match: Match) -> Sent:
        """Read what the wire lets a request say, in headers, URL and body."""
        body = b"" if _is_upload(incoming, match) else self._body(incoming, match)
        sent = Sent(
            method=incoming.method,
            query=query_parameters(incoming.query, self._backend.settings.max_parameters),
            credentials=credentials_of(incoming.headers),
            body=body,
        )
        if not match.routes:
            return sent
        nesting = self._backend.settings.max_nesting
        return WIRES[match.wire].understand(sent, self._backend.app_id, nesting)

    def _body(self, incoming: Incoming, match: Match) -> bytes:
        limit = self._backend.settings.max_body
        if match.takes_upload(incoming.method):  # one wrapped in JSON
            limit = max(limit, self._backend.settings.max_file * 4 // 3 + AROUND_FILE)
        body = incoming.read_body(limit)
        if not body:
            return body
        return decoded_body(body, incoming.headers.get("content-encoding", ""), limit)

    def _caller(self, route: Route, credentials: Credentials, address: str, chain: str) -> Caller:
        if route.permission == "open":
            return MASTER if self._has_key(credentials) else Caller(address=address)
        if not (route.checks_session and WIRES[route.wire].checks_session):
            credentials = replace(credentials, session_token=None)
        caller = self._backend.access.callers.caller(credentials, address=address, chain=chain)
        _check_permission(route, caller)
        return caller

    def _has_key(self, credentials: Credentials) -> bool:
        if credentials.master_key is None:
            return False
        return self._backend.access.callers.has_key(credentials)


def _check_permission(route: Route, caller: Caller) -> None:
    if route.permission == "master":
        if not caller.master:
            raise Unauthorized(f"{route.method} {route.pattern} needs the master key")
        if route.method != "GET":
            check_may_write(caller)


def _is_upload(incoming: Incoming, match: Match) -> bool:
    """Say whether the body is a file as it is, to be read by the handler.

    What SDKs wrap in JSON they send without the application id in the headers.
    """
    if not match.takes_upload(incoming.method):
        return False
    if incoming.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedEncoding("a file is uploaded as it is, without a content encoding")
    return credentials_of(incoming.headers).app_id is not None


def _with_session(headers: Mapping[str, str], credentials: Credentials) -> Mapping[str, str]:
    """Return the headers with a session token that came in the body where it would have been."""
    token = credentials.session_token
    if token is None or headers.get("x-parse-session-token") == token:
        return headers
    return {**headers, "x-parse-session-token": token}


_CARRIED = ("parse", "functions", "files")  # wires whose answers are JSON, and short
