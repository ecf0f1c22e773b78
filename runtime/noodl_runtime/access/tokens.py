"""Tokens that open something once or for a time; of those sent by mail only a digest is kept."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from noodl_runtime.values import iso_of


def session_token() -> str:
    """Return a new session token: "r:" and 128 random bits."""
    return f"r:{secrets.token_hex(16)}"


def link_token() -> str:
    """Return a new token for a link in a mail: 192 random bits that need no quoting in a URL."""
    return secrets.token_urlsafe(24)


def sealed(token: str, expires: str) -> str:
    """Return what is kept of a link token: "<digest> <moment it expires>"."""
    return f"{_digest(token)} {expires}"


def opens(token: str, kept: str | None, now: str) -> bool:
    """Say whether a token is the one that was sealed and has not expired."""
    digest, _, expires = (kept or "").partition(" ")
    return hmac.compare_digest(_digest(token), digest) and now < expires


def later(now: str, seconds: float) -> str:
    """Return a moment so many seconds after another, both as ISO text."""
    return iso_of(datetime.fromisoformat(now) + timedelta(seconds=seconds))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
