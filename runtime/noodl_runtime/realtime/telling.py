"""One change, told: which event it is to whom, each thing worked out once whoever asks. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from noodl_runtime.realtime.audience import Asked, Audience, Viewer
from noodl_runtime.realtime.messages import Identity, Message, event
from noodl_runtime.store.contract import Change
from noodl_runtime.values import Record

# (what is encoded, where links in it begin) -> JSON
Encode = Callable[[Any, str], bytes]

# action -> was it among those the viewer hears of, is it now -> the event
_EVENTS: dict[str, dict[tuple[bool, bool], str]] = {
    "create": {(False, True): "create"},
    "save": {(True, True): "save", (False, True): "enter", (True, False): "leave"},
    "delete": {(True, False): "delete"},
}


class Telling:
    """Makes the messages about one change."""

    def __init__(self, change: Change, encode: Encode) -> None:
        self._change = change
        self._encode = encode
        self._moment = int(datetime.fromisoformat(change.time).timestamp() * 1000)
        self._met: dict[Asked, tuple[bool, bool]] = {}
        self._seen: dict[Viewer, tuple[Record | None, Record | None]] = {}
        self._encoded: dict[tuple[Any, ...], bytes] = {}
        self._messages: dict[tuple[str, bytes, Identity], Message] = {}

    def message(self, audience: Audience) -> Message | None:
        """Return the event for an audience, None when it does not concern them."""
        met = self._meets(audience.asked)
        if not any(met):
            return None
        was, now = self._views(audience)
        there = (met[0] and was is not None, met[1] and now is not None)
        kind = _EVENTS[self._change.action].get(there)
        if kind is None:
            return None
        shown = was if kind == "delete" else now
        if shown is None:  # it left by becoming unreadable: nothing more is said of it
            shown = {"objectId": self._change.object_id}
        return self._message(kind, self._data(audience, kind, shown), audience.name)

    def _meets(self, asked: Asked) -> tuple[bool, bool]:
        found = self._met.get(asked)
        if found is None:
            before, after = self._change.before, self._change.after
            found = (
                before is not None and asked.meets(before),
                after is not None and asked.meets(after),
            )
            self._met[asked] = found
        return found

    def _views(self, audience: Audience) -> tuple[Record | None, Record | None]:
        found = self._seen.get(audience.viewer)
        if found is None:
            change = self._change
            found = (audience.readable(change.before), audience.readable(change.after))
            self._seen[audience.viewer] = found
        return found

    def _data(self, audience: Audience, kind: str, shown: Record) -> bytes:
        key = (audience.viewer.base_url, kind == "delete", frozenset(shown))
        data = self._encoded.get(key)
        if data is None:
            told = {"collection": self._change.collection, "object": shown}
            data = self._encoded[key] = self._encode(told, audience.viewer.base_url)
        return data

    def _message(self, kind: str, data: bytes, name: Identity) -> Message:
        key = (kind, data, name)
        message = self._messages.get(key)
        if message is None:
            message = event(kind, data, self._moment, self._change.sequence, name)
            self._messages[key] = message
        return message
