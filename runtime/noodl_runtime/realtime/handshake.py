"""The opening of a WebSocket: what a client must say, and the answer to it. Pure."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

from noodl_runtime.errors import BadRequest, UpgradeRequired

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # source: RFC 6455, section 1.3
EVENT_STREAM = "text/event-stream"


def wants_websocket(headers: Mapping[str, str]) -> bool:
    """Say whether a request asks to speak WebSocket."""
    return _lists(headers.get("upgrade", ""), "websocket")


def wants_events(headers: Mapping[str, str]) -> bool:
    """Say whether a request asks for server-sent events."""
    return EVENT_STREAM in headers.get("accept", "").lower()


def accepted(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that open a WebSocket. raises: BadRequest, UpgradeRequired."""
    if not _lists(headers.get("connection", ""), "upgrade"):
        raise BadRequest("a WebSocket is opened with the header Connection: Upgrade")
    if headers.get("sec-websocket-version") != "13":
        raise UpgradeRequired(
            "only version 13 of WebSocket is spoken here",
            headers={"Upgrade": "websocket", "Sec-WebSocket-Version": "13"},
        )
    key = headers.get("sec-websocket-key", "")
    if not _is_nonce(key):
        raise BadRequest("Sec-WebSocket-Key must be 16 bytes in base64")
    digest = hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()
    return {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Accept": base64.b64encode(digest).decode(),
    }


def _lists(header: str, word: str) -> bool:
    return word in [part.strip().lower() for part in header.split(",")]


def _is_nonce(key: str) -> bool:
    try:
        return len(base64.b64decode(key.encode(), validate=True)) == 16
    except (binascii.Error, UnicodeError):
        return False
