"""Take secrets out of what is kept of a run. Pure."""

import json
import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "***"
LONGEST_TEXT = 10_000  # characters of a request or an answer that are kept

_SECRET_NAME = re.compile(r"password|token|secret|key", re.IGNORECASE)
_SESSION = re.compile(r"\br:[A-Za-z0-9]{16,}")
_SHORTEST = 4  # characters a hidden value must have to be looked for elsewhere


def is_secret_name(name: str) -> bool:
    """Tell whether a value of this name is not for a history: "apiKey", "pm-password"."""
    return _SECRET_NAME.search(name) is not None


def scrub(document: Any, hidden: set[str]) -> Any:
    """Return a document with HIDDEN in place of secrets; their texts are added to `hidden`.

    {"user": "ada", "password": "p4ss"} -> {"user": "ada", "password": "***"}
    """
    if isinstance(document, Mapping):
        return {key: _member(str(key), value, hidden) for key, value in document.items()}
    if isinstance(document, list):
        return [scrub(member, hidden) for member in document]
    return clean(document, hidden) if isinstance(document, str) else document


def clean(text: str, hidden: set[str]) -> str:
    """Return a text without session tokens and without the texts that are hidden."""
    for secret in hidden:
        text = text.replace(secret, HIDDEN)
    return _SESSION.sub(HIDDEN, text)


def body_of(text: str, hidden: set[str]) -> Any:
    """Return a body as it is kept: scrubbed JSON, or a text where it is none or too long."""
    try:
        document = scrub(json.loads(text), hidden)
    except (ValueError, RecursionError):
        return clean(text, hidden)[:LONGEST_TEXT]
    if len(text) <= LONGEST_TEXT:
        return document
    return json.dumps(document, ensure_ascii=False)[:LONGEST_TEXT]


def _member(name: str, value: Any, hidden: set[str]) -> Any:
    if not is_secret_name(name):
        return scrub(value, hidden)
    hidden |= {text for text in _texts(value) if len(text) >= _SHORTEST}
    return HIDDEN if value not in (None, "", False, True) else value


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for member in value.values() for text in _texts(member)]
    if isinstance(value, list):
        return [text for member in value for text in _texts(member)]
    return [value] if isinstance(value, str) else []
