"""Rules about texts that an author has written into parameters and scripts."""

import re
from collections.abc import Iterator
from typing import Any

from noodl_runtime.workflow.lint.finding import Hit, Subject, parameters_of

_LOCAL_URL = re.compile(
    r"\b(?:https?|wss?)://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::\d+)?", re.IGNORECASE
)
_SECRETS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"), "a private key"),
    (re.compile(r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"), "a payment service's secret key"),
    (re.compile(r"\bAKIA[0-9A-Z]{16}\b"), "a cloud access key"),
    (re.compile(r"\bgh[pousr]_[A-Za-z0-9]{30,}"), "an access token"),
    (re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"), "a chat token"),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"), "a service's secret key"),
    (re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}"), "a signed token"),
    (re.compile(r"\b(?:Bearer|Basic)\s+[A-Za-z0-9+/._~-]{16,}=*"), "credentials of a request"),
    (re.compile(r"://[^/\s:@'\"]+:[^/\s@'\"]+@"), "a password in an address"),
    (
        re.compile(
            r"(?:password|passwd|secret|api_?key|master_?key|auth_?token|access_?token)"
            r"['\"]?\s*[:=]\s*['\"][^'\"\s]{8,}['\"]",
            re.IGNORECASE,
        ),
        "a password or key",
    ),
)


def local_address(subject: Subject) -> Iterator[Hit]:
    """Find addresses that only lead somewhere on the author's own machine."""
    for node_id, name, text in _texts(subject):
        found = _LOCAL_URL.search(text)
        if found:
            yield Hit(node_id, f"{name} holds the address {found[0]}")


def secret_text(subject: Subject) -> Iterator[Hit]:
    """Find what looks like a password or key; the value itself is never shown."""
    for node_id, name, text in _texts(subject):
        kind = next((kind for pattern, kind in _SECRETS if pattern.search(text)), None)
        if kind:
            yield Hit(node_id, f"{name} holds what looks like {kind}")


def _texts(subject: Subject) -> Iterator[tuple[str, str, str]]:
    for node_id, node in subject.nodes.items():
        for name, value in parameters_of(node).items():
            for text in _inside(value):
                yield node_id, name, text


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            # {"apiKey": "..."} reads like the line of a script that would say so
            yield f'{key}: "{member}"' if isinstance(member, str) else ""
            yield from _inside(member)
    elif isinstance(value, list):
        for member in value:
            yield from _inside(member)
