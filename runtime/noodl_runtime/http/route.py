"""A route is a row of data; a handler turns a Request into a Response and knows no socket.

The same table is mounted by the bottle app (`http/app.py`) and can be dispatched by any other
host. Nothing here imports bottle or gevent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from noodl_runtime.access.caller import Caller
from noodl_runtime.dataclass import dataclass

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

Method = Literal["GET", "POST", "PUT", "DELETE"]
# a row of WIRES in http/wires.py
Wire = Literal["plain", "parse", "files", "functions", "pages", "hooks"]
Permission = Literal["open", "public", "master"]
# open:   answered whatever the Origin or key (a harmless health check)
# public: any caller; the Backend decides what this caller may see and do
# master: the master key, else 403


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a handler may know of a request.

    path:    decoded, without query: "/api/Todo/aZ3k9QwXy1"
    params:  the named parts of the pattern: {"table": "Todo", "id": "aZ3k9QwXy1"}
    query:   query parameters, decoded, last one wins: {"limit": "20"}; where the Parse wire sends
             them in the body they are JSON values: {"limit": 20}
    query_text: the same as it came, undecoded
    headers: lower-case names, repeated ones joined with ", "
    body:    the raw bytes, decompressed, already within the body limit
    document: what the wire made of the body, where it had to look into it; else None
    caller:  who asks, already authenticated
    pieces:  reads the body as it arrives, where the route takes uploads and it was not read yet
    id:      the request id that logs and errors carry
    base_url: "http://127.0.0.1:8577", for links in answers
    carried: finds what answers a request that this one carries, as a batch does; see Dispatcher
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    query_text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    document: Mapping[str, Any] | None = None
    pieces: "Callable[[], Iterator[bytes]] | None" = None
    caller: Caller
    id: str = ""
    base_url: str = ""
    carried: "Callable[[Request, str, str, dict[str, Any]], Callable[[], Response]] | None" = None


class Conversation(Protocol):
    """What a connection becomes after the head of a response: a WebSocket, a stream of events."""

    def serve(self, socket: Any, received: bytes) -> None:
        """Talk until the end. received: what came behind the request already. raises: OSError."""
        ...

    def goodbye(self) -> None:
        """Tell the client that the server stops; `serve` ends soon."""
        ...


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a handler answers.

    body:    bytes; JSON unless the header Content-Type says otherwise
    stream:  pieces of a long body, made while they are sent; body is not used then
    length:  bytes of the stream where that is known
    conversation: what the connection belongs to from then on; there is no body then
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: Iterable[bytes] | None = None
    length: int | None = None
    conversation: Conversation | None = None


Handler = Callable[["Backend", Request], Response]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One row of the table.

    pattern: "/api/:table/:id"; a part written ":name*" takes the rest of the path, slashes included
    wire:    how credentials, bodies and errors look
    uploads: whether the body may be a file, which is read as it arrives
    checks_session: whether an unknown session token refuses the request; not so for logging in
    summary: one sentence for the reference and the OpenAPI document

    For that document (http/openapi), by name:
    takes:   the body, a row of SHAPES or OF_RECORDS; "" for none
    answers: the body of each success by its status; "" for none
    parameters: those of the URL
    fails:   statuses of refusals that a request of its kind does not have anyway
    collection: whose records these are, where the path does not name it: "_User"
    needs:   "session", "masterKey" or either, where the handler sees to it that one is there
    """

    method: Method
    pattern: str
    handler: Handler
    permission: Permission
    summary: str
    wire: Wire = "plain"
    uploads: bool = False
    checks_session: bool = True
    takes: str = ""
    answers: Mapping[int, str] = field(default_factory=lambda: {200: "Object"})
    parameters: tuple[str, ...] = ()
    fails: tuple[int, ...] = ()
    collection: str = ""
    needs: Literal["", "session", "masterKey", "either"] = ""
