"""Brings what happens to the hub: committed changes, ended sessions, changed roles.

Handlers of the store run where the write ran, perhaps in another thread: they append and wake the
greenlet that tells. What does not fit between is read from the change log, which has everything.
"""

import logging
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

import gevent
from gevent.event import Event

from noodl_runtime.access.caller import Caller
from noodl_runtime.access.roles import ROLE
from noodl_runtime.errors import PortableError
from noodl_runtime.http.answers import file_links
from noodl_runtime.http.dialects import plain
from noodl_runtime.realtime.frames import GOING_AWAY, REFUSED
from noodl_runtime.realtime.hub import Hub
from noodl_runtime.realtime.listener import PAGE, Listener
from noodl_runtime.realtime.messages import TOO_OLD, answer, failure, resync
from noodl_runtime.realtime.sender import Sender
from noodl_runtime.store.contract import ACTIONS, Change

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

log = logging.getLogger("noodl.realtime")

WAITING = 1000  # changes that wait to be told; more are read from the log again
TOLD_AT_ONCE = 50  # changes, before those who send get their turn
RENEWED_AT_ONCE = 20  # look-ups of who somebody is, likewise


class Live:
    """The live side of a backend. To be made and used in the thread of the hub."""

    def __init__(self, backend: "Backend") -> None:
        self.backend = backend
        self.listeners: set[Listener] = set()
        self._changes: deque[Change] = deque(maxlen=WAITING)
        self._ended: deque[str] = deque()
        self._ready = Event()
        self._home = threading.get_ident()
        # The one thing of an event loop that other threads may touch.
        self._from_outside = gevent.get_hub().loop.async_(ref=False)
        self._from_outside.start(self._ready.set)
        for action in ACTIONS:
            backend.store.on(action, self._happened)
        backend.access.on_session_end(self._session_ended)
        self.hub = Hub(
            backend.store.get_schema,
            self._encoded,
            last=backend.store.last_change(),
            max_nesting=backend.settings.max_nesting,
        )
        self.sender = Sender()
        self._greenlet = gevent.spawn(self._run)

    def close(self) -> None:
        """Hear no more of the store."""
        for action in ACTIONS:
            self.backend.store.off(action, self._happened)
        self._greenlet.kill()
        self.sender.close()
        self._from_outside.close()

    # -- clients

    def add(self, listener: Listener) -> None:
        """Take up a client; who it is, is asked again, for it may have changed meanwhile."""
        self.listeners.add(listener)
        self.renew(listener)

    def remove(self, listener: Listener) -> None:
        """Forget a client that is gone."""
        self.listeners.discard(listener)
        listener.leave()

    def renew(self, listener: Listener) -> None:
        """Find out who a client is by now; one whose session has ended is told so and closed."""
        self.hub.take_up_schema()  # also where nothing has been written since it changed
        if listener.caller.session_token is None or listener.caller.master:
            return
        try:
            caller = self.backend.access.callers.renewed(listener.caller)
        except PortableError as error:
            listener.outbox.put(failure(error, None))
            listener.outbox.end(REFUSED, "the session has ended")
            listener.leave()
            return
        self.change_caller(listener, caller)

    def change_caller(self, listener: Listener, caller: Caller) -> None:
        """Give a client other rights; what they may see is another lot, to be read again."""
        if caller == listener.caller:
            return
        listener.become(caller)
        if listener.subscriptions:
            listener.outbox.put(resync(self.hub.last, "the rights of the client have changed"))

    def catch_up(self, listener: Listener) -> None:
        """Tell a client some more of what it missed; reads the log, so others run meanwhile."""
        replay = listener.replays[0]
        page = self.backend.store.changes(replay.cursor, limit=PAGE)
        if listener.replays and listener.replays[0] is replay:
            listener.catch_up(page)

    def say_goodbye(self, listener: Listener) -> None:
        """Tell a client that the backend stops."""
        listener.outbox.put(answer("goodbye", sequence=listener.position))
        listener.outbox.end(GOING_AWAY, "the backend stops")

    # -- what happens

    def _happened(self, change: Change) -> None:
        self._changes.append(change)
        self._wake()

    def _session_ended(self, session_id: str) -> None:
        self._ended.append(session_id)
        self._wake()

    def _wake(self) -> None:
        if threading.get_ident() == self._home:
            self._ready.set()
        else:
            self._from_outside.send()

    def _run(self) -> None:
        while True:
            self._ready.wait()
            self._ready.clear()
            try:
                self._take_what_waits()
            except Exception:  # the edge of the greenlet: all the others still want to hear
                log.exception("a change could not be told")
                self.hub.skip_to(self.hub.last, "a change could not be told")
                self._ready.set()

    def _take_what_waits(self) -> None:
        told = 0
        while self._ended or self._changes:
            if self._ended:
                self._look_after(self._ended.popleft())
                continue
            self._take(self._changes.popleft())
            told += 1
            if told % TOLD_AT_ONCE == 0:
                gevent.sleep(0)

    def _take(self, change: Change) -> None:
        if change.sequence <= self.hub.last:
            return
        if change.sequence > self.hub.last + 1:
            self._fill(change.sequence - 1)
        self._tell(change)

    def _fill(self, upto: int) -> None:
        """Tell from the log what did not fit into the memory between."""
        while self.hub.last < upto:
            page = self.backend.store.changes(self.hub.last, limit=PAGE)
            if not page:
                self.hub.skip_to(upto, TOO_OLD)
                return
            for change in page:
                if change.sequence <= upto:
                    self._tell(change)
            gevent.sleep(0)

    def _tell(self, change: Change) -> None:
        if change.collection == ROLE:
            self._roles_changed()
        self.hub.tell(change)

    def _roles_changed(self) -> None:
        self.backend.access.callers.forget_roles()
        for number, listener in enumerate(list(self.listeners)):
            self.renew(listener)
            if number % RENEWED_AT_ONCE == 0:
                gevent.sleep(0)

    def _look_after(self, session_id: str) -> None:
        for listener in list(self.listeners):
            if listener.caller.session_id == session_id:
                self.renew(listener)

    def _encoded(self, told: Any, base_url: str) -> bytes:
        return plain.write_answer(told, file_links(self.backend, base_url))
