"""Links to private files: an expiry and a signature that only this backend can make."""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from noodl_runtime.errors import NotAllowed


def signed(name: str, key: bytes, expires: int) -> str:
    """Return the query of a link that holds until `expires`, seconds since 1970."""
    return f"expires={expires}&signature={_signature(name, key, str(expires))}"


def check_signed(name: str, key: bytes, query: Mapping[str, str], now: float) -> None:
    """Accept the query of a link made by `signed`, while it holds. raises: NotAllowed."""
    expires, signature = query.get("expires", ""), query.get("signature", "")
    wanted = _signature(name, key, expires)
    if not hmac.compare_digest(signature.encode(), wanted.encode()):
        raise NotAllowed("this file is private; take its link from the record that holds it")
    if float(expires) < now:
        raise NotAllowed("the link has expired; read the record again for a new one")


def _signature(name: str, key: bytes, expires: str) -> str:
    return hmac.new(key, f"{expires}\n{name}".encode(), sha256).hexdigest()
