"""One connection: requests in, responses out, until one side has had enough."""

import contextlib
import logging
import socket as sockets
from collections.abc import Iterator
from http import HTTPStatus
from time import gmtime, time
from typing import Any, Protocol

import gevent

from noodl_runtime.errors import PortableError
from noodl_runtime.http.dispatch import Incoming
from noodl_runtime.http.head import Head, read_head
from noodl_runtime.http.reading import Body, ConnectionGone, Reader
from noodl_runtime.http.route import Conversation, Response
from noodl_runtime.settings import Settings

log = logging.getLogger("noodl.http")

_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n" for status in HTTPStatus
}


class Answering(Protocol):
    """What turns requests into responses."""

    def answer(self, incoming: Incoming) -> Response:
        """Return the response to a request; never raises."""
        ...

    def refusal(self, error: Exception) -> Response:
        """Return the response to what never became a request."""
        ...


class Connection:
    """Serves one accepted socket.

    idle: between two requests; such a connection can be closed without harm
    last: the request that runs is the last one
    address: where it comes from, without the port
    """

    def __init__(
        self, socket: Any, dispatcher: Answering, settings: Settings, address: str = ""
    ) -> None:
        self.idle = True
        self.last = False
        self._socket = socket
        self._reader = Reader(socket)
        self._dispatcher = dispatcher
        self._settings = settings
        self._address = address
        self._conversation: Conversation | None = None

    def serve(self) -> None:
        """Answer requests until the connection ends."""
        try:
            while self._serve_one():
                gevent.sleep(0)  # without this a busy connection starves the others
        except OSError:  # the client went away, or did not take its answer in time
            pass
        finally:
            self.close()

    def close(self) -> None:
        """Close the socket; a greenlet that waits on it is woken with an error."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def stop(self) -> None:
        """Serve what is under way and no more: close if idle, say goodbye where somebody talks."""
        self.last = True
        if self._conversation is not None:
            self._conversation.goodbye()
        elif self.idle:
            self.close()

    def refuse(self, error: PortableError) -> None:
        """Answer with an error and close."""
        with contextlib.suppress(OSError):
            self._send(self._dispatcher.refusal(error), None, keep=False)
            self._linger()
        self.close()

    def _serve_one(self) -> bool:
        """Serve one request, return whether there may be another."""
        settings = self._settings
        self.idle = True
        if self.last or not self._reader.wait(settings.idle_timeout):
            return False
        self.idle = False
        try:
            head = read_head(self._reader.head(settings), settings)
        except PortableError as error:
            self.refuse(error)
            return False
        body = Body(self._reader, self._socket, head, settings)
        response = self._dispatcher.answer(_incoming(head, body, self._address))
        if response.conversation is not None and head.method != "HEAD":
            self._converse(response, response.conversation, head)
            return False
        keep = head.keep_alive and body.finished and not self.last
        self._send(response, head, keep=keep)
        if not body.finished:
            self._linger()
        return keep

    def _converse(self, response: Response, conversation: Conversation, head: Head) -> None:
        upgraded = response.status == HTTPStatus.SWITCHING_PROTOCOLS
        self._send_all(_response_head(response, head, chunked=False, keep=upgraded))
        self._conversation = conversation
        if self.last:  # the server began to stop while it was opened
            conversation.goodbye()
        conversation.serve(self._socket, self._reader.rest())

    def _send(self, response: Response, head: Head | None, *, keep: bool) -> None:
        """Send a response; head and body in one piece, for small segments cost a round trip."""
        bodiless = _bodiless(response) or (head is not None and head.method == "HEAD")
        endless = response.stream is not None and response.length is None
        chunked = endless and not (head is not None and head.http_1_0)
        keep = keep and (chunked or not endless)
        start = _response_head(response, head, chunked=chunked, keep=keep)
        if response.stream is None:
            self._send_all(start if bodiless else start + response.body)
            return
        self._send_all(start)
        if not bodiless:
            self._send_stream(response.stream, chunked=chunked)
        if not keep:
            self.last = True

    def _send_stream(self, stream: Any, *, chunked: bool) -> None:
        try:
            for piece in _chunks(stream) if chunked else stream:
                self._send_all(piece)
        except OSError:
            raise
        except Exception:
            # The status is long gone; only an unfinished answer can still say that it is one.
            log.exception("an answer broke off")
            raise ConnectionGone("broken off") from None

    def _send_all(self, data: bytes) -> None:
        rest = memoryview(data)
        self._socket.settimeout(self._settings.body_timeout)
        while rest:
            rest = rest[self._socket.send(rest) :]

    def _linger(self) -> None:
        self._socket.shutdown(sockets.SHUT_WR)
        self._reader.drain()


def _incoming(head: Head, body: Body, address: str) -> Incoming:
    return Incoming(
        method=head.method,
        path=head.path,
        query=head.query,
        headers=head.headers,
        read_body=body.read,
        pieces=body.pieces,
        address=address,
    )


def _bodiless(response: Response) -> bool:
    return response.status in (204, 304)


def _chunks(stream: Any) -> Iterator[bytes]:
    for piece in stream:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def _response_head(response: Response, head: Head | None, *, chunked: bool, keep: bool) -> bytes:
    lines = [_STATUS_LINES.get(response.status) or f"HTTP/1.1 {response.status} -\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in response.headers.items()]
    if chunked:
        lines.append("Transfer-Encoding: chunked\r\n")
    elif response.length is not None:
        lines.append(f"Content-Length: {response.length}\r\n")
    elif response.conversation is None and response.stream is None and not _bodiless(response):
        lines.append(f"Content-Length: {len(response.body)}\r\n")
    if not keep:
        lines.append("Connection: close\r\n")
    elif head is not None and head.http_1_0:
        lines.append("Connection: keep-alive\r\n")
    lines.append(f"Date: {_date()}\r\n\r\n")
    return "".join(lines).encode("latin-1", "replace")


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_dates: dict[int, str] = {}


def _date() -> str:
    second = int(time())
    if second not in _dates:
        _dates.clear()
        t = gmtime(second)  # strftime would speak the language of the machine
        day = f"{_DAYS[t.tm_wday]}, {t.tm_mday:02} {_MONTHS[t.tm_mon]} {t.tm_year:04}"
        _dates[second] = f"{day} {t.tm_hour:02}:{t.tm_min:02}:{t.tm_sec:02} GMT"
    return _dates[second]
