"""The end of server-sent events: the same messages, one way; what it hears of is in the URL.

GET /realtime?collection=Todo&where={"done":false}
GET /realtime?subscriptions=[{"id":"a","collection":"Todo"},{"id":"b","collection":"List"}]
"""

from typing import Any

from noodl_runtime.errors import BadRequest
from noodl_runtime.http import parameters
from noodl_runtime.http.route import Request
from noodl_runtime.realtime.end import PIECE, End
from noodl_runtime.realtime.live import Live
from noodl_runtime.realtime.messages import Message, checked

RETRY_MS = 2000  # until a browser connects again
_KNOWN = ("collection", "where", "id", "since", "subscriptions")


class EventStream(End):
    """A client that reads server-sent events. raises: what is wrong with its subscriptions."""

    def __init__(self, live: Live, request: Request) -> None:
        super().__init__(live, request.caller, request.base_url)
        nesting = live.backend.settings.max_nesting
        since = _since(request)
        # What begins with the past is no part of the hub until somebody reads it.
        self.listener.since = live.hub.last if since is None else since
        self.outbox.put_piece(b"retry: %d\nid: %d\n\n" % (RETRY_MS, self.listener.since))
        for said in _subscriptions(request, nesting):
            self.client.subscribe(said)

    @staticmethod
    def form(message: Message) -> bytes:
        """Return a message with its sequence number as the id that browsers send back."""
        number = b"" if message.sequence is None else b"id: %d\n" % message.sequence
        return b"%bdata: %b\n\n" % (number, message.text)

    @staticmethod
    def last(_code: int, _reason: str) -> bytes:
        """Return nothing: the connection just ends."""
        return b""

    def _read(self, received: bytes) -> None:
        left = PIECE - len(received)
        while left > 0 and (data := self._receive(self._settings.realtime_ping)) != b"":
            if data is None:
                self._live.renew(self.listener)
                self.outbox.put_piece(b": ping\nid: %d\n\n" % self.listener.position)
            else:
                left -= len(data)  # of no use here; one that goes on with it has not understood


def _since(request: Request) -> int | None:
    last = request.headers.get("last-event-id")
    if last is None and "since" not in request.query:
        return None
    given = {"since": last} if last is not None else request.query
    return parameters.whole(given, "since", 0)


def _subscriptions(request: Request, nesting: int) -> list[dict[str, Any]]:
    """Return what the URL subscribes to, in the form of messages. raises: BadRequest, BadQuery."""
    parameters.check_known(request.query, _KNOWN)
    listed = parameters.json_value(request.query, "subscriptions", nesting)
    if listed is None:
        one = {name: request.query[name] for name in ("collection", "id") if name in request.query}
        listed = [{**one, "where": parameters.document(request.query, "where", nesting)}]
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise BadRequest("subscriptions must be a JSON list of objects")
    if any("since" in each for each in listed):
        raise BadRequest("since stands beside subscriptions, not in them: one for all")
    return [checked({**each, "type": "subscribe"}) for each in listed]
