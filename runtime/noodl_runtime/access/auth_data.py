"""authData: ways to be a user without a password. This backend knows one, `anonymous`.

{"anonymous": {"id": "a text that the device made up"}}
"""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import AccountRefused

ANONYMOUS = "anonymous"


def check_auth_data(given: Any) -> None:
    """Accept authData that a client sends; null takes a provider away. raises: AccountRefused."""
    if given is None:
        return
    known = isinstance(given, Mapping) and all(
        name == ANONYMOUS and (value is None or has_id(value)) for name, value in given.items()
    )
    if not known:
        raise unsupported()


def unsupported() -> AccountRefused:
    """Return the error for a way to log in that this backend does not know."""
    return AccountRefused("This authentication method is unsupported.", code=252)


def has_id(value: Any) -> bool:
    """Say whether the data of a provider names somebody."""
    return isinstance(value, Mapping) and isinstance(value.get("id"), str) and value["id"] != ""


def provider_of(given: Any) -> str | None:
    """Return the provider that authData names somebody with, None for none."""
    named = isinstance(given, Mapping) and has_id(given.get(ANONYMOUS))
    return ANONYMOUS if named else None


def merged_auth_data(present: Any, given: Any) -> dict[str, Any]:
    """Return the authData of a user after a change; {} when nothing is left of it."""
    together = {} if given is None else {**(present or {}), **given}
    return {name: value for name, value in together.items() if value is not None}
