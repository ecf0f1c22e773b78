"""JSON Web Tokens signed with a shared key: HS256, HS384, HS512."""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from noodl_runtime.workflow.encodings import base64url, from_base64url, hash_named
from noodl_runtime.workflow.js.values import ScriptError

_HASHES = {"HS256": "SHA-256", "HS384": "SHA-384", "HS512": "SHA-512"}


def sign(claims: Mapping[str, Any], key: str, algorithm: str) -> str:
    """Return the token of some claims. raises: ScriptError for an unknown algorithm."""
    parts = [_part({"alg": algorithm, "typ": "JWT"}), _part(claims)]
    return ".".join([*parts, _signature(".".join(parts), key, algorithm)])


def verified(token: str, key: str, algorithm: str, *, now: float, tolerance: float) -> Any:
    """Return the claims of a token. raises: ScriptError, ValueError.

    now, tolerance: seconds
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise ScriptError("the token is malformed")
    header = _read(parts[0])
    if header.get("alg") != algorithm:
        raise ScriptError(f"the token is not signed with {algorithm}")
    wanted = _signature(".".join(parts[:2]), key, algorithm)
    if not hmac.compare_digest(wanted.encode(), parts[2].encode("utf-8", "replace")):
        raise ScriptError("the signature is wrong")
    claims = _read(parts[1])
    _check_times(claims, now, tolerance)
    return claims


def _check_times(claims: Mapping[str, Any], now: float, tolerance: float) -> None:
    for name in ("nbf", "exp"):
        moment = claims.get(name)
        if moment is not None and (isinstance(moment, bool) or not isinstance(moment, int | float)):
            raise ScriptError(f"the claim {name} is no number")
    if now + tolerance < claims.get("nbf", now):
        raise ScriptError("the token is not valid yet")
    if "exp" in claims and now - tolerance >= claims["exp"]:
        raise ScriptError("the token has expired")


def _part(members: Mapping[str, Any]) -> str:
    return base64url(json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode())


def _read(part: str) -> dict[str, Any]:
    members = json.loads(from_base64url(part))
    if not isinstance(members, dict):
        raise ScriptError("the token is malformed")
    return members


def _signature(text: str, key: str, algorithm: str) -> str:
    if algorithm not in _HASHES:
        raise ScriptError(f"unknown algorithm {algorithm!r}; use one of {', '.join(_HASHES)}")
    digest = hash_named(_HASHES[algorithm])
    return base64url(hmac.digest(key.encode(), text.encode("utf-8", "replace"), digest().name))
