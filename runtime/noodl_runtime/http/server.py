"""The server: listens, hands each connection a greenlet, and stops without cutting anything off.

It dispatches the table of routes directly, without the detour over WSGI. Nothing is monkey
patched: the hub runs in the thread that started the server.
"""

import errno
import logging
import os
from socket import getaddrinfo
from typing import TYPE_CHECKING, Any

from gevent import socket as sockets
from gevent.pool import Group
from gevent.server import StreamServer

from noodl_runtime.errors import PortTaken, ServerBusy, SetupError
from noodl_runtime.http.connection import Answering, Connection
from noodl_runtime.http.descriptors import connection_limit
from noodl_runtime.http.dispatch import Dispatcher
from noodl_runtime.settings import Settings

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

log = logging.getLogger("noodl.http")

BACKLOG = 1024


class Listener:
    """Serves whoever answers on one address. port: the port it listens on, once started."""

    def __init__(self, answering: Answering, settings: Settings, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._settings = settings
        self._limit = settings.max_connections
        self._dispatcher = answering
        self._connections: set[Connection] = set()
        self._greenlets = Group()
        self._listener: StreamServer | None = None

    @property
    def open_connections(self) -> int:
        """Return how many connections are open."""
        return len(self._connections)

    def start(self) -> None:
        """Listen. raises: PortTaken; SetupError for an address nobody can listen on."""
        listening = self._bound()
        self._limit = connection_limit(self._settings.max_connections)
        self.port = listening.getsockname()[1]
        self._listener = StreamServer(listening, self._accepted, spawn=self._greenlets.spawn)
        self._listener.start()

    def stop(self, timeout_s: float) -> None:
        """Stop accepting, let running requests finish for so long, close the rest."""
        if self._listener is None:
            return
        self._listener.close()
        for connection in list(self._connections):
            connection.stop()
        self._greenlets.join(timeout_s)
        self._greenlets.kill()
        self._listener = None

    def _accepted(self, socket: Any, address: Any) -> None:
        connection = Connection(socket, self._dispatcher, self._settings, str(address[0]))
        if len(self._connections) >= self._limit:
            connection.refuse(
                ServerBusy(f"all {self._limit} connections are in use (setting max_connections)")
            )
            return
        self._connections.add(connection)
        try:
            socket.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
            connection.serve()
        except OSError:
            connection.close()
        except Exception:  # the edge of the greenlet
            log.exception("a connection failed")
        finally:
            self._connections.discard(connection)

    def _bound(self) -> Any:
        try:
            # the plain one: nobody waits yet, and that of gevent starts a thread; as bytes the
            # name goes round the codec for international ones
            name = self.host.encode() if self.host.isascii() else self.host
            family, kind, _, _, address = getaddrinfo(name, self.port, type=sockets.SOCK_STREAM)[0]
            listening = sockets.socket(family, kind)
            try:
                if os.name == "posix":  # on Windows it would let two servers share a port
                    listening.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
                listening.bind(address)
                listening.listen(BACKLOG)
            except OSError:
                listening.close()
                raise
        except OSError as error:
            raise self._refusal(error) from error
        return listening

    def _refusal(self, error: OSError) -> SetupError:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            why = "is taken by another process" if error.errno == errno.EADDRINUSE else "is closed"
            return PortTaken(
                f"port {self.port} on {self.host} {why}; choose another with --port, "
                "or let --port 0 find a free one"
            )
        return SetupError(f"cannot listen on {self.host} port {self.port}: {error.strerror}")


class Server(Listener):
    """Serves one backend."""

    def __init__(self, backend: "Backend", host: str, port: int) -> None:
        self._routes = Dispatcher(backend)
        super().__init__(self._routes, backend.settings, host, port)

    def warm_up(self) -> None:
        """Load what requests need."""
        self._routes.warm_up()
