"""WebSocket frames from bytes and to bytes: strict, so that there is one reading of a stream. Pure.

A message may come in several frames with pings in between. What is too large is refused when its
length is announced, what is no UTF-8 when the first wrong byte is there: nothing is kept of either.
source: RFC 6455, without extensions
"""

import codecs
import struct
from collections.abc import Iterator
from typing import Literal, NamedTuple

from noodl_runtime.errors import BadFrame

Kind = Literal["text", "binary", "close", "ping", "pong"]

CONTINUATION = 0
KINDS: dict[int, Kind] = {1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
OPCODES = {kind: opcode for opcode, kind in KINDS.items()}

# Why a connection ends, as close frames say it.
NORMAL, GOING_AWAY, PROTOCOL_ERROR, UNSUPPORTED = 1000, 1001, 1002, 1003
NO_CODE, BAD_TEXT, REFUSED, TOO_LARGE = 1005, 1007, 1008, 1009
SERVER_FAILED, TRY_LATER = 1011, 1013
_SAYABLE = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)})

MAX_CONTROL = 125  # bytes in a ping, pong or close
_FIN, _RESERVED, _OPCODE, _MASKED, _LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F
_MASK_SIZE = 4


class Received(NamedTuple):
    """One whole message, or a control frame. data: of text valid UTF-8; of a close see `reason`."""

    kind: Kind
    data: bytes


class _Head(NamedTuple):
    last: bool
    opcode: int
    start: int  # of the mask; the payload follows it
    size: int


class Decoder:
    """The bytes of one client in, messages out. max_message: bytes, all frames together."""

    def __init__(self, max_message: int) -> None:
        self._max_message = max_message
        self._buffer = bytearray()
        self._kind: Kind | None = None  # of the message whose frames are coming in
        self._parts: list[bytes] = []
        self._size = 0
        self._utf8 = codecs.getincrementaldecoder("utf-8")()

    @property
    def unfinished(self) -> bool:
        """Say whether a frame or message has begun and not ended."""
        return bool(self._buffer) or self._kind is not None

    def feed(self, data: bytes) -> Iterator[Received]:
        """Yield what these bytes complete. raises: BadFrame, after which nothing more is read."""
        self._buffer += data
        while (head := self._head()) is not None:
            end = head.start + _MASK_SIZE + head.size
            if len(self._buffer) < end:
                return
            mask = bytes(self._buffer[head.start : head.start + _MASK_SIZE])
            payload = _unmasked(bytes(self._buffer[head.start + _MASK_SIZE : end]), mask)
            del self._buffer[:end]
            received = self._taken(head, payload)
            if received is not None:
                yield received

    def _head(self) -> _Head | None:
        if len(self._buffer) < 2:
            return None
        first, second = self._buffer[0], self._buffer[1]
        opcode, size = first & _OPCODE, second & _LENGTH
        self._check(first, second, opcode, size)
        more = {126: 2, 127: 8}.get(size, 0)
        if len(self._buffer) < 2 + more:
            return None
        if more:
            size = self._long_size(bytes(self._buffer[2 : 2 + more]))
        if opcode < 8 and self._size + size > self._max_message:
            raise BadFrame(
                f"a message is over {self._max_message} bytes (setting max_realtime_message)",
                close_code=TOO_LARGE,
            )
        return _Head(bool(first & _FIN), opcode, 2 + more, size)

    def _check(self, first: int, second: int, opcode: int, size: int) -> None:
        if first & _RESERVED:
            raise BadFrame("a reserved bit is set")
        if opcode != CONTINUATION and opcode not in KINDS:
            raise BadFrame(f"the opcode {opcode} means nothing")
        if not second & _MASKED:
            raise BadFrame("a frame of a client must be masked")
        if opcode >= 8 and (size > MAX_CONTROL or not first & _FIN):
            raise BadFrame(f"a control frame is whole and has at most {MAX_CONTROL} bytes")
        if opcode < 8 and (opcode == CONTINUATION) == (self._kind is None):
            raise BadFrame("a message begins inside another, or goes on without having begun")

    def _long_size(self, field: bytes) -> int:
        size = int.from_bytes(field, "big")
        if size < (126 if len(field) == 2 else 1 << 16) or size >> 63:
            raise BadFrame("a length is not written in its shortest form")
        return size

    def _taken(self, head: _Head, payload: bytes) -> Received | None:
        """Return what a frame completes, None when its message goes on."""
        if head.opcode >= 8:
            kind = KINDS[head.opcode]
            if kind == "close":
                read_close(payload)
            return Received(kind, payload)
        if head.opcode != CONTINUATION:
            self._kind = KINDS[head.opcode]
            self._utf8.reset()
        if self._kind == "text":
            self._check_text(payload, last=head.last)
        self._parts.append(payload)
        self._size += len(payload) + 1  # so that empty frames cannot go on without end
        return self._finished() if head.last else None

    def _check_text(self, payload: bytes, *, last: bool) -> None:
        try:
            self._utf8.decode(payload, last)
        except UnicodeDecodeError as error:
            raise BadFrame("a text is not UTF-8", close_code=BAD_TEXT) from error

    def _finished(self) -> Received:
        assert self._kind is not None
        received = Received(self._kind, b"".join(self._parts))
        self._kind, self._parts, self._size = None, [], 0
        return received


def frame(kind: Kind, payload: bytes) -> bytes:
    """Return the frame of a server that holds a whole message."""
    size, first = len(payload), _FIN | OPCODES[kind]
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """Return a close frame; the reason is cut to what fits. NO_CODE: an empty one."""
    if code == NO_CODE:
        return frame("close", b"")
    text = reason.encode()[: MAX_CONTROL - 2].decode(errors="ignore").encode()
    return frame("close", struct.pack("!H", code) + text)


def read_close(payload: bytes) -> tuple[int, str]:
    """Return code and reason of a client's close frame. raises: BadFrame."""
    if not payload:
        return NO_CODE, ""
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or code not in _SAYABLE:
        raise BadFrame("a close frame says a code that nobody may say")
    try:
        return code, payload[2:].decode()
    except UnicodeDecodeError as error:
        raise BadFrame("the reason of a close is not UTF-8", close_code=BAD_TEXT) from error


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    """Return a payload without its mask; one exclusive-or of long numbers, not one for each byte.

    mask: the four bytes of the frame's mask
    """
    size = len(payload)
    key = (mask * (size // _MASK_SIZE + 1))[:size]
    number = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return number.to_bytes(size, "big")
