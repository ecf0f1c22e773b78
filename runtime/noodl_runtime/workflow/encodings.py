"""Bytes as text, and hashes by the names the editor has for them."""

import base64
import hashlib
from collections.abc import Callable

from noodl_runtime.workflow.js.values import ScriptError

_ENCODINGS: dict[str, Callable[[bytes], str]] = {
    "hex": lambda data: data.hex(),
    "base64": lambda data: base64.b64encode(data).decode("ascii"),
    "base64url": lambda data: base64url(data),  # noqa: PLW0108 - it is defined below
}
_HASHES: dict[str, Callable[..., "hashlib._Hash"]] = {
    "SHA-1": hashlib.sha1,
    "SHA-256": hashlib.sha256,
    "SHA-384": hashlib.sha384,
    "SHA-512": hashlib.sha512,
}


def encoded(data: bytes, encoding: str) -> str:
    """Return bytes as text: hex, base64 or base64url. raises: ScriptError."""
    if encoding not in _ENCODINGS:
        raise ScriptError(f"unknown encoding {encoding!r}; use one of {', '.join(_ENCODINGS)}")
    return _ENCODINGS[encoding](data)


def hash_named(algorithm: str) -> Callable[..., "hashlib._Hash"]:
    """Return a hash function by name: SHA-256. raises: ScriptError."""
    if algorithm not in _HASHES:
        raise ScriptError(f"unknown algorithm {algorithm!r}; use one of {', '.join(_HASHES)}")
    return _HASHES[algorithm]


def base64url(data: bytes) -> str:
    """Return bytes as base64 for URLs, without padding."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def from_base64url(text: str) -> bytes:
    """Read what `base64url` wrote. raises: ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
