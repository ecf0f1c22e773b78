"""Keys that must not travel: values of a well-known form, and this machine's own secrets and paths.

Only forms that are hardly ever anything else have a row; a scan that cries wolf gets switched off.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class KeyForm:
    """What one kind of key looks like. in_app: refused in a front end, too."""

    what: str
    pattern: re.Pattern[bytes]
    in_app: bool = True


def _form(what: str, pattern: str, *, in_app: bool = True) -> KeyForm:
    return KeyForm(what, re.compile(pattern.encode()), in_app)


FORMS: tuple[KeyForm, ...] = (
    _form("a private key", r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    _form("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    _form("a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})\b"),
    _form("a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    _form("a Stripe live key", r"\b[rs]k_live_[A-Za-z0-9]{16,}"),
    _form("an npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _form("an API key", r"\bsk-(?:[a-z0-9]+-)*[A-Za-z0-9_]{32,}"),
    _form("a mail service key", r"\b(?:SG\.[\w-]{22}\.[\w-]{43}|key-[0-9a-f]{32})(?![\w-])"),
    # Front ends carry Google keys in the open, restricted by origin, and sample addresses.
    _form("a Google API key", r"\bAIza[\w-]{35}(?![\w-])", in_app=False),
    _form(
        "an address with a password",
        r"\b[a-z][a-z0-9+]*://[^\s:/@\"']+:[^\s:/@\"']+@",
        in_app=False,
    ),
    _form(
        "a signed token",
        r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
        in_app=False,
    ),
    _form(
        "a secret by its name",
        r"\"(?:masterKey|clientSecret|client_secret|privateKey|apiSecret)\"\s*:\s*\"[^\"]{8,}\"",
        in_app=False,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """Something that looks like a key; the value itself is never shown.

    str(): "workflows/pay.workflow.json, line 12: a Stripe live key"
    """

    name: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.name}, line {self.line}: {self.what}"


def find_secrets(
    name: str, data: bytes, known: Mapping[bytes, str], *, in_app: bool
) -> Iterator[Finding]:
    """Yield what looks like a key in one file, and each known value that occurs in it.

    known: {b"the master key of this backend": "the masterKey of secrets.json"}
    """
    for form in FORMS:
        if (form.in_app or not in_app) and (match := form.pattern.search(data)):
            yield Finding(name, _line(data, match.start()), form.what)
    for value, what in known.items():
        if (position := data.find(value)) >= 0:
            yield Finding(name, _line(data, position), what)


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1
