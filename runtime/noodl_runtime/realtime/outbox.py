"""What waits to be sent to one client: never more than its bound, whoever does not read. Pure."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from noodl_runtime.realtime.frames import TRY_LATER
from noodl_runtime.realtime.messages import Message, resync

AT_ONCE = 128 * 1024  # bytes handed to one send


class Bound(NamedTuple):
    """How much may wait for one client, all told."""

    messages: int
    size: int  # bytes


class Outbox:
    """Pieces in order. A client that does not keep up loses its events and is told to read again.

    form: how messages look on the way to this client
    last: makes the piece that ends the talk from a code and a reason
    wake: called when there is something to send
    ended: whether nothing more can be put in
    """

    def __init__(
        self,
        bound: Bound,
        form: Callable[[Message], bytes],
        last: Callable[[int, str], bytes],
        wake: Callable[[], None],
    ) -> None:
        self.ended = False
        self._bound = bound
        self._form = form
        self._last = last
        self.wake = wake
        self._pieces: deque[tuple[bytes, bool]] = deque()  # and whether it may be lost
        self._size = 0
        self._newest = 0  # sequence number of the last event

    def __len__(self) -> int:
        return len(self._pieces)

    @property
    def size(self) -> int:
        """Return the bytes that wait."""
        return self._size

    @property
    def half_full(self) -> bool:
        """Say whether whoever can wait should put nothing in for now."""
        return 2 * len(self._pieces) >= self._bound.messages or 2 * self._size >= self._bound.size

    def put(self, message: Message) -> None:
        """Add a message; where there is no room for it, all events make room for one `resync`."""
        self._put(message.framed(self._form), message)

    def put_piece(self, piece: bytes) -> None:
        """Add what is no message, such as a ping."""
        self._put(piece, None)

    def end(self, code: int, reason: str, *, now: bool = False) -> None:
        """Let nothing more in behind the piece that ends the talk; now: nor before it."""
        if self.ended:
            return
        if now:
            self._pieces.clear()
            self._size = 0
        self._append(self._last(code, reason), may_be_lost=False)
        self.ended = True

    def take(self) -> bytes:
        """Return the next bytes to send, b"" when nothing waits."""
        taken: list[bytes] = []
        size = 0
        while self._pieces and size < AT_ONCE:
            piece, _ = self._pieces.popleft()
            taken.append(piece)
            size += len(piece)
        self._size -= size
        return b"".join(taken)

    def _put(self, piece: bytes, message: Message | None) -> None:
        if self.ended:
            return
        is_event = message is not None and message.may_be_lost
        if message is not None and is_event:
            self._newest = message.sequence or 0
        if self._fits(piece):
            self._append(piece, may_be_lost=is_event)
            return
        self._lose_events(at_least_one=is_event)
        if is_event:
            return
        if self._fits(piece):
            self._append(piece, may_be_lost=False)
        else:  # a client that asks and does not read the answers
            self.end(TRY_LATER, "the answers are not read", now=True)

    def _fits(self, piece: bytes) -> bool:
        return not self._pieces or (
            len(self._pieces) < self._bound.messages and self._size + len(piece) <= self._bound.size
        )

    def _append(self, piece: bytes, *, may_be_lost: bool) -> None:
        self._pieces.append((piece, may_be_lost))
        self._size += len(piece)
        self.wake()

    def _lose_events(self, *, at_least_one: bool) -> None:
        """Drop every event that waits, and say so once. at_least_one: the newest is lost already"""
        kept = deque(each for each in self._pieces if not each[1])
        if len(kept) == len(self._pieces) and not at_least_one:
            return
        self._pieces = kept
        self._size = sum(len(piece) for piece, _ in kept)
        told = resync(self._newest, "events came faster than they were read")
        self._append(told.framed(self._form), may_be_lost=True)
