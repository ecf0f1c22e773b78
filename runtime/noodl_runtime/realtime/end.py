"""What both ends have in common: a greenlet that reads, one that writes, and a clean parting.

What a client's socket takes at once is sent for all clients by one greenlet (`Sender`): waking one
of their own for each event costs more than the sending. A client's own writes what did not fit,
what it missed, and the end.
"""

import contextlib
import logging
import socket as sockets
from abc import ABC, abstractmethod
from time import monotonic
from typing import Any

import gevent
from gevent.event import Event

from noodl_runtime.access.caller import Caller
from noodl_runtime.realtime.client import Client
from noodl_runtime.realtime.frames import NORMAL, SERVER_FAILED
from noodl_runtime.realtime.listener import Listener
from noodl_runtime.realtime.live import Live
from noodl_runtime.realtime.messages import Message
from noodl_runtime.realtime.outbox import Bound, Outbox

log = logging.getLogger("noodl.realtime")

PIECE = 64 * 1024
PARTING_S = 2.0  # until a client that was told goodbye is hung up on


class End(ABC):
    """One connection, from the response that opened it to its end."""

    def __init__(self, live: Live, caller: Caller, base_url: str) -> None:
        settings = live.backend.settings
        self._live = live
        self._settings = settings
        self._ready = Event()
        self._parted = Event()
        self._socket: Any = None
        self._rest = b""  # taken from the outbox and not sent yet
        self._writing = self._is_due = False
        self.outbox = Outbox(
            Bound(settings.realtime_queue, settings.realtime_queue_size),
            self.form,
            self.last,
            self._wake,
        )
        self.listener = Listener(live.hub, caller, base_url, self.outbox)
        self.client = Client(live, self.listener)

    @staticmethod
    @abstractmethod
    def form(message: Message) -> bytes:
        """Return a message as it is sent."""

    @staticmethod
    @abstractmethod
    def last(code: int, reason: str) -> bytes:
        """Return what is sent last."""

    @abstractmethod
    def _read(self, received: bytes) -> None:
        """Take what the client sends, until one side has had enough. raises: OSError."""

    def serve(self, socket: Any, received: bytes) -> None:
        """Talk until the end. received: what came behind the request already."""
        self._socket = socket
        writer = gevent.spawn(self._write)
        try:
            self._live.add(self.listener)
            self._read(received)
            self._part()
        except OSError:
            pass  # it is gone
        except Exception:  # the edge of the greenlet
            log.exception("a stream failed")
            self._failed()
        finally:
            self._live.remove(self.listener)
            self.outbox.end(NORMAL, "")
            self._parted.set()
            writer.join(PARTING_S)
            writer.kill()

    def _part(self) -> None:
        """Read on for a while, so that what was sent last is seen before the connection ends."""
        self._live.remove(self.listener)
        self.outbox.end(NORMAL, "")
        deadline = monotonic() + PARTING_S
        while (wait_s := deadline - monotonic()) > 0 and self._receive(wait_s):
            pass

    def goodbye(self) -> None:
        """Tell the client that the backend stops, and part."""
        self._live.say_goodbye(self.listener)

    def _receive(self, wait_s: float) -> bytes | None:
        """Return what came, b"" at the end, None when nothing came for so long."""
        self._socket.settimeout(wait_s)
        try:
            data: bytes = self._socket.recv(PIECE)
        except TimeoutError:
            return None
        gevent.sleep(0)  # one that sends without end must not keep the others waiting
        return data

    def _wake(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._live.sender.soon(self)

    def send_now(self) -> None:
        """Send what the socket takes without waiting; what it does not is left to the writer."""
        self._is_due = False
        if self._writing or self._rest:
            return
        if self._socket is None or self.outbox.ended or self.listener.replays:
            self._ready.set()
            return
        while data := self.outbox.take():
            sent = self._sent_at_once(data)
            if sent < len(data):
                self._rest = data[sent:]
                self._ready.set()
                return

    def _sent_at_once(self, data: bytes) -> int:
        try:
            self._socket.settimeout(0.0)
            return int(self._socket.send(data))
        except OSError:  # full, or gone, which the writer will find out
            return 0
        finally:  # the reader waits on the same socket, and may look at its limit again
            self._socket.settimeout(self._settings.realtime_ping)

    def _write(self) -> None:
        try:
            while True:
                self._writing = True
                if data := self._rest or self.outbox.take():
                    self._rest = b""
                    self._send(data)
                elif self.outbox.ended:
                    break
                elif self.listener.replays:
                    self._live.catch_up(self.listener)
                    gevent.sleep(0)  # what was just committed has to be told before it is caught up
                else:
                    self._writing = False
                    self._ready.wait()
                    self._ready.clear()
        except OSError:
            pass  # gone, or it reads nothing for too long
        except Exception:  # the edge of the greenlet
            log.exception("a stream failed")
            self._failed()
            with contextlib.suppress(OSError):
                self._send(self.outbox.take())
        self._hang_up()

    def _failed(self) -> None:
        self.outbox.end(SERVER_FAILED, "a fault of the server; see its log", now=True)

    def _send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._settings.body_timeout)
            rest = rest[self._socket.send(rest) :]

    def _hang_up(self) -> None:
        """Send no more; one that does not hang up in its turn is not waited for."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(sockets.SHUT_WR)
        self._parted.wait(PARTING_S)
        with contextlib.suppress(OSError):
            self._socket.close()
