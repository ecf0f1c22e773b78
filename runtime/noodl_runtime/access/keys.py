"""What a request carries to say who it is, and the comparison of keys.

Old clients send the literal text `undefined` where they have nothing to send; it means nothing.
"""

import hmac
from collections.abc import Mapping

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import Unauthorized


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """The credentials of one request as they were sent, unchecked; None for those not sent."""

    app_id: str | None = None
    master_key: str | None = None
    session_token: str | None = None
    installation_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The keys of a backend; an empty one opens nothing. read_only: reads all, writes nothing."""

    master: str = ""
    read_only: str = ""


def credentials_of(headers: Mapping[str, str]) -> Credentials:
    """Read credentials from headers (lower-case names); `Authorization: Bearer` is a master key."""
    return Credentials(
        app_id=sent(headers.get("x-parse-application-id")),
        master_key=sent(headers.get("x-parse-master-key")) or _bearer(headers),
        session_token=sent(headers.get("x-parse-session-token")),
        installation_id=sent(headers.get("x-parse-installation-id")),
    )


def sent(text: object) -> str | None:
    """Return a credential, None for one that stands for nothing: missing, empty, `undefined`."""
    return text if isinstance(text, str) and text not in ("", "undefined") else None


def opened_by(credentials: Credentials, keys: Keys) -> str | None:
    """Return which key was sent, "master" or "read_only"; None without one.

    raises: Unauthorized for one that is neither
    """
    given = credentials.master_key
    if given is None:
        return None
    if same(given, keys.master):
        return "master"
    if same(given, keys.read_only):
        return "read_only"
    raise Unauthorized("the master key is wrong")


def same(given: str, wanted: str) -> bool:
    """Compare two secrets in a time that says nothing about them; an empty one equals nothing."""
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _bearer(headers: Mapping[str, str]) -> str | None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return sent(key.strip()) if scheme.lower() == "bearer" else None
