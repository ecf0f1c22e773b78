"""Understands what a client says and does it. A row of the table is a type of message."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from noodl_runtime.access.keys import Credentials
from noodl_runtime.errors import (
    BadRequest,
    InvalidSession,
    PortableError,
    TooManyRequests,
    Unauthorized,
)
from noodl_runtime.realtime.audience import Question, check_told
from noodl_runtime.realtime.frames import REFUSED
from noodl_runtime.realtime.listener import Listener
from noodl_runtime.realtime.live import Live
from noodl_runtime.realtime.messages import answer, failure, identity_of, read_message

Said = Mapping[str, Any]


class Client:
    """A client that can be heard. listener: what it hears."""

    def __init__(self, live: Live, listener: Listener) -> None:
        self._live = live
        self._settings = live.backend.settings
        self._listener = listener

    def hear(self, data: bytes) -> None:
        """Take a message; what is wrong with it is answered, never raised."""
        nesting = self._settings.max_nesting
        try:
            said = read_message(data, max_nesting=nesting)
            _HANDLERS[said["type"]](self, said)
        except (InvalidSession, Unauthorized) as error:  # a wrong credential never makes nobody
            self._listener.outbox.put(failure(error, identity_of(data, max_nesting=nesting)))
            self._listener.outbox.end(REFUSED, "wrong credentials")
        except PortableError as error:
            self._listener.outbox.put(failure(error, identity_of(data, max_nesting=nesting)))

    def subscribe(self, said: Said) -> None:
        """Subscribe. raises: NoSuchCollection, TooManyRequests, NotAllowed, BadQuery, ..."""
        listener, name = self._listener, said["collection"]
        most = self._settings.max_subscriptions
        if len(listener.subscriptions) >= most and not self._replaces(said):
            raise TooManyRequests(
                f"a connection has at most {most} subscriptions (setting max_subscriptions)"
            )
        known = self._live.backend.store.get_schema().collections.get(name)
        check_told(known, name, self._settings.mode)
        question = Question.of(name, said.get("where", {}))
        start = listener.subscribe(question, said.get("id"), said.get("since"))
        self._answer("subscribed", said, collection=name, sequence=start, **self._part())

    def unsubscribe(self, said: Said) -> None:
        """End a subscription. raises: BadRequest."""
        there, named = self._listener.subscriptions, said.get("id")
        ending = [named] if named in there else self._listener.of(said.get("collection"))
        if not ending:
            wanted = str(said.get("collection", named))
            raise BadRequest(f"there is no subscription {wanted[:40]!r}")
        for key in ending:
            self._listener.unsubscribe(key)
        self._answer("unsubscribed", said)

    def resume(self, said: Said) -> None:
        """Tell what was missed."""
        self._listener.resume(said["since"], said.get("id"))

    def authenticate(self, said: Said) -> None:
        """Be somebody else from now on. raises: InvalidSession, Unauthorized."""
        given = Credentials(
            master_key=said.get("masterKey"), session_token=said.get("sessionToken")
        )
        present = self._listener.caller
        caller = self._live.backend.access.callers.caller(given, address=present.address)
        caller = replace(caller, installation_id=present.installation_id)
        self._live.change_caller(self._listener, caller)
        who = {"master": True} if caller.master else {"userId": caller.user_id}
        self._listener.outbox.put(answer("authenticated", said.get("id"), **who))

    def ping(self, said: Said) -> None:
        """Answer that all is well."""
        self._listener.outbox.put(answer("pong", said.get("id"), sequence=self._listener.position))

    def _answer(self, kind: str, said: Said, **members: Any) -> None:
        """Acknowledge, to those who gave an id: clients of the first kind know no such answers."""
        if "id" in said:
            self._listener.outbox.put(answer(kind, said["id"], **members))

    def _replaces(self, said: Said) -> bool:
        return said.get("id", said["collection"]) in self._listener.subscriptions

    def _part(self) -> dict[str, bool]:
        return {} if self._live.backend.store.hears_all else {"partial": True}


_HANDLERS: Mapping[str, Callable[[Client, Said], None]] = {
    "subscribe": Client.subscribe,
    "unsubscribe": Client.unsubscribe,
    "resume": Client.resume,
    "auth": Client.authenticate,
    "ping": Client.ping,
}
