"""How senders of webhooks prove themselves: a signature over the raw bytes, or a token. Pure.

One row for each way. A row finds in the headers what was signed and with what; comparing takes the
same time whatever is sent. Where a time is signed along, it must be near: what somebody recorded
cannot be sent again later.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadSignature

Headers = Mapping[str, str]  # lower-case names


@dataclass(frozen=True)
class Claim:
    """What a request says of itself.

    message:   the bytes that were signed
    given:     the signatures that came with them
    timestamp: seconds since 1970 that were signed along, None for none
    key:       makes the signing key of the secret
    """

    message: bytes
    given: tuple[bytes, ...]
    timestamp: str | None = None
    key: Callable[[str], bytes] = str.encode


def check(
    way: str,
    headers: Headers,
    body: bytes,
    *,
    secret: str,
    header: str = "",
    now: float,
    window_s: float,
) -> None:
    """Accept a request that whoever knows the secret has sent. raises: BadSignature.

    way:    a name in WAYS; header: where it is instead of where such senders put it, "" for there
    now:    seconds since 1970; window_s: how far a signed time may be from it
    """
    if way == "token":
        _check_token(headers, secret, header)
        return
    claim = _SIGNED[way](headers, body, header.lower())
    if not claim.given:
        raise BadSignature(f"there is no {way} signature")
    if claim.timestamp is not None and not _is_near(claim.timestamp, now, window_s):
        raise BadSignature(f"the signed time is not within {window_s:g} seconds of now")
    wanted = hmac.new(claim.key(secret), claim.message, hashlib.sha256).digest()
    if not sum(hmac.compare_digest(wanted, given) for given in claim.given):
        raise BadSignature("the signature is wrong")


def _check_token(headers: Headers, secret: str, header: str) -> None:
    names = (header.lower(),) if header else _TOKENS
    given = next((headers[name] for name in names if headers.get(name)), "")
    given = given.partition(" ")[2] if given[:7].lower() == "bearer " else given
    if not hmac.compare_digest(given.strip().encode(), secret.encode()):
        raise BadSignature("the token is missing or wrong")


def _plain(headers: Headers, body: bytes, header: str) -> Claim:
    names = (header,) if header else _PLAIN
    text = next((headers[name] for name in names if headers.get(name)), "")
    return Claim(body, _digests(text.removeprefix("sha256=")))


def _github(headers: Headers, body: bytes, header: str) -> Claim:
    return _plain(headers, body, header or "x-hub-signature-256")


def _stripe(headers: Headers, body: bytes, header: str) -> Claim:
    pairs = [
        part.strip().partition("=")
        for part in headers.get(header or "stripe-signature", "").split(",")
    ]
    timestamp = next((value for name, _, value in pairs if name == "t"), "")
    given = tuple(d for name, _, value in pairs if name == "v1" for d in _digests(value))
    return Claim(timestamp.encode() + b"." + body, given, timestamp)


def _slack(headers: Headers, body: bytes, header: str) -> Claim:
    timestamp = headers.get("x-slack-request-timestamp", "")
    given = _digests(headers.get(header or "x-slack-signature", "").removeprefix("v0="))
    return Claim(b"v0:" + timestamp.encode() + b":" + body, given, timestamp)


def _standard(headers: Headers, body: bytes, header: str) -> Claim:
    def named(name: str) -> str:
        return headers.get(f"webhook-{name}") or headers.get(f"svix-{name}", "")

    timestamp = named("timestamp")
    texts = (headers.get(header, "") if header else named("signature")).split()
    given = tuple(d for text in texts if text[:3] == "v1," for d in _digests(text[3:]))
    message = f"{named('id')}.{timestamp}.".encode() + body
    return Claim(message, given, timestamp, _standard_key)


def _standard_key(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return secret.encode()


def _digests(text: str) -> tuple[bytes, ...]:
    """Return the digest that a text stands for, as hexadecimal digits or base64; () for neither."""
    if not text:
        return ()
    try:
        digest = bytes.fromhex(text) if len(text) == _HEX else base64.b64decode(text, validate=True)
    except ValueError:
        return ()
    return (digest,)


def _is_near(timestamp: str, now: float, window_s: float) -> bool:
    known = timestamp.isascii() and timestamp.isdigit() and len(timestamp) < _LONGEST_TIME
    return known and abs(now - int(timestamp)) <= window_s


_HEX = 64  # digits of a SHA-256 digest
_LONGEST_TIME = 16
_TOKENS = ("authorization", "x-webhook-token", "x-gitlab-token", "x-api-key")
_PLAIN = (
    "x-hub-signature-256", "x-signature-256", "x-signature", "x-webhook-signature",
    "x-shopify-hmac-sha256", "x-hmac-sha256",
)  # fmt: skip
_SIGNED: Mapping[str, Callable[[Headers, bytes, str], Claim]] = {
    "hmac": _plain,
    "github": _github,
    "stripe": _stripe,
    "slack": _slack,
    "standard": _standard,
}
WAYS = ("none", "token", *_SIGNED)
