"""What a request carries to say who it is, and the comparison of keys.

Old clients send the literal text `undefined` where they have nothing to send; it means nothing.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from noodl_runtime.errors import Unauthorized


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The credentials of one request as they were sent, unchecked; None for those not sent."""

    app_id: str | None = None
    master_key: str | None = None
    session_token: str | None = None


def credentials_of(headers: Mapping[str, str]) -> Credentials:
    """Read credentials from headers (lower-case names); `Authorization: Bearer` is a master key."""
    return Credentials(
        app_id=sent(headers.get("x-parse-application-id")),
        master_key=sent(headers.get("x-parse-master-key")) or _bearer(headers),
        session_token=sent(headers.get("x-parse-session-token")),
    )


def sent(text: object) -> str | None:
    """Return a credential, None for one that stands for nothing: missing, empty, `undefined`."""
    return text if isinstance(text, str) and text not in ("", "undefined") else None


def is_master(credentials: Credentials, master_key: str) -> bool:
    """Say whether the request has full rights. raises: Unauthorized for a wrong master key."""
    if credentials.master_key is None:
        return False
    if not same(credentials.master_key, master_key):
        raise Unauthorized("the master key is wrong")
    return True


def same(given: str, wanted: str) -> bool:
    """Compare two secrets in a time that says nothing about them; an empty one equals nothing."""
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _bearer(headers: Mapping[str, str]) -> str | None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return sent(key.strip()) if scheme.lower() == "bearer" else None
