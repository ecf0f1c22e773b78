"""Reading from a connection: a buffer with time limits, and the body of a request from it."""

import itertools
import re
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import gevent

from noodl_runtime.errors import BadRequest, PortableError, RequestStalled, RequestTooLarge
from noodl_runtime.http.content import too_large
from noodl_runtime.http.head import Head
from noodl_runtime.http.limits import DRAIN_S, MAX_CHUNK_LINE
from noodl_runtime.settings import Settings

PIECE = 64 * 1024
CHUNKS_AT_ONCE = 256
TLS = b"\x16"  # what a connection of https:// begins with
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?")


class ConnectionGone(OSError):
    """The other side closed the connection where more was expected."""


class Reader:
    """Bytes of one connection, buffered; over a time limit TimeoutError is raised."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._buffer = bytearray()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the first bytes of a request; False when none came."""
        try:
            if not self._buffer:
                self._fill(monotonic() + timeout_s)
        except OSError:  # also TimeoutError: nobody is served worse by a close
            return False
        return True

    def head(self, settings: Settings) -> bytes:
        """Return the head; raises: BadRequest, RequestTooLarge, TimeoutError."""
        while self._buffer[:2] == b"\r\n":  # some clients end the body before with a line too many
            del self._buffer[:2]
        if self._buffer[:1] == TLS:  # at once: no line end may ever come, a browser would hang
            raise BadRequest("this is HTTPS; the backend speaks http://")
        limit = settings.max_url + settings.max_header_size
        too_long = RequestTooLarge(f"the head of the request is over {limit} bytes")
        return self.until(b"\r\n\r\n", limit, monotonic() + settings.header_timeout, too_long)

    def until(self, mark: bytes, limit: int, deadline: float, too_long: PortableError) -> bytes:
        """Return the bytes before `mark`, which is taken as well."""
        searched = 0
        while (end := self._buffer.find(mark, searched)) < 0:
            if len(self._buffer) > limit:
                raise too_long
            searched = max(0, len(self._buffer) - len(mark) + 1)
            self._fill(deadline)
        if end > limit:  # however much of it came at once
            raise too_long
        block = bytes(self._buffer[:end])
        del self._buffer[: end + len(mark)]
        return block

    def exactly(self, size: int, stall_s: float) -> bytes:
        """Return so many bytes; none may be later than `stall_s` after the one before it."""
        while len(self._buffer) < size:
            self._fill(monotonic() + stall_s)
        block = bytes(self._buffer[:size])
        del self._buffer[:size]
        return block

    def some(self, most: int, stall_s: float) -> bytes:
        """Return what is there, at least one byte and at most so many."""
        if not self._buffer:
            self._fill(monotonic() + stall_s)
        block = bytes(self._buffer[:most])
        del self._buffer[:most]
        return block

    def rest(self) -> bytes:
        """Return what has been read and nobody has taken."""
        block = bytes(self._buffer)
        self._buffer.clear()
        return block

    def drain(self) -> None:
        """Throw away what still comes, for a while, so that a refusal is read before the close."""
        deadline = monotonic() + DRAIN_S
        try:
            while True:
                self._buffer.clear()
                self._fill(deadline)
        except OSError:
            return

    def _fill(self, deadline: float) -> None:
        self._socket.settimeout(max(0.001, deadline - monotonic()))
        data = self._socket.recv(PIECE)
        if not data:
            raise ConnectionGone("the connection was closed")
        self._buffer += data


class Body:
    """The body of one request, read when somebody asks for it.

    finished: whether nothing of it is left on the connection
    """

    def __init__(self, reader: Reader, socket: Any, head: Head, settings: Settings) -> None:
        self._reader = reader
        self._socket = socket
        self._head = head
        self._stall_s = settings.body_timeout
        self._max_trailers = settings.max_header_size
        self.finished = head.length == 0

    def read(self, limit: int) -> bytes:
        """Return the whole body. raises: RequestTooLarge, BadRequest, RequestStalled."""
        return b"".join(self._pieces(limit, "max_body", self._whole))

    def pieces(self, limit: int) -> Iterator[bytes]:
        """Yield the body as it arrives. raises: RequestTooLarge, BadRequest, RequestStalled."""
        return self._pieces(limit, "max_file", self._part)

    def _pieces(
        self, limit: int, setting: str, part: Callable[[int], Iterator[bytes]]
    ) -> Iterator[bytes]:
        if self.finished:
            return
        length = self._head.length
        if length is not None and length > limit:
            raise too_large(limit, setting)
        try:
            if self._head.expects_continue:
                self._socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            yield from self._chunks(limit, setting, part) if length is None else part(length)
        except TimeoutError as error:
            raise RequestStalled("the body stopped arriving") from error
        except OSError as error:
            raise BadRequest("the body was cut off") from error
        self.finished = True

    def _whole(self, size: int) -> Iterator[bytes]:
        yield self._exactly(size)

    def _part(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._reader.some(size, self._stall_s)
            size -= len(piece)
            yield piece

    def _exactly(self, size: int) -> bytes:
        return self._reader.exactly(size, self._stall_s)

    def _chunks(
        self, limit: int, setting: str, part: Callable[[int], Iterator[bytes]]
    ) -> Iterator[bytes]:
        left = limit
        for number in itertools.count():
            if number % CHUNKS_AT_ONCE == CHUNKS_AT_ONCE - 1:
                gevent.sleep(0)  # a flood of tiny chunks must not keep the others waiting
            size = self._chunk_size()
            if not size:
                break
            left -= size
            if left < 0:
                raise too_large(limit, setting)
            yield from part(size)
            if self._exactly(2) != b"\r\n":
                raise BadRequest("a chunk is longer than it says")
        self._take_trailers()

    def _take_trailers(self) -> None:
        trailers = 0
        while line := self._line():
            trailers += len(line)
            if trailers > self._max_trailers:
                raise RequestTooLarge(f"the trailers are over {self._max_trailers} bytes")

    def _chunk_size(self) -> int:
        match = _CHUNK_SIZE.fullmatch(self._line())
        if match is None:
            raise BadRequest("a chunk begins without its size")
        return int(match[1], 16)

    def _line(self) -> bytes:
        too_long = BadRequest(f"a line between chunks is over {MAX_CHUNK_LINE} bytes")
        return self._reader.until(b"\r\n", MAX_CHUNK_LINE, monotonic() + self._stall_s, too_long)
