"""Regular expressions that cannot run away: RE2, found anywhere in the text, Perl syntax.

Patterns that only say "is in it", "begins with" or "ends with" need no engine; most that a filter
sends are of this kind, and a prefix can use an index.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from noodl_runtime.errors import BadQuery

MAX_PATTERN = 1000  # characters
OPTIONS = "imsx"  # ignore case, ^$ at lines, dot matches newlines, white space and comments ignored
EXTRA = "regex"  # the extra of the distribution that brings the engine

_QUOTED = re.compile(r"(\^?)\\Q(.*)\\E(\$?)", re.DOTALL)
_PLAIN = re.compile(r"(\^?)([^\\^$.|?*+()\[\]{}]*)(\$?)")
_LOWERED = {("", ""): "contains", ("^", ""): "startsWith", ("", "$"): "endsWith"}
_EXTENDED = re.compile(r"\\Q.*?\\E|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\s+|#[^\n]*", re.DOTALL)


def lowered(pattern: str, options: str) -> tuple[str, str] | None:
    """Return the plain operator that means the same: "^ab" -> ("startsWith", "ab"); or None."""
    if options.strip("s"):
        return None
    found = _QUOTED.fullmatch(pattern)
    if found is None:
        found = _PLAIN.fullmatch(pattern)
    elif "\\E" in found[2]:
        return None
    if found is None or (found[1], found[3]) not in _LOWERED:
        return None
    return _LOWERED[found[1], found[3]], found[2]


@lru_cache(maxsize=256)
def compiled(pattern: str, options: str) -> Callable[[str], bool]:
    """Return a test for texts. raises: BadQuery for a wrong pattern or without the engine."""
    if len(pattern) > MAX_PATTERN:
        raise BadQuery(f"a regular expression has at most {MAX_PATTERN} characters")
    engine = _engine()
    if "x" in options:
        pattern = _EXTENDED.sub(_without_space, pattern)
    flags = "".join(flag for flag in "ims" if flag in options)
    settings = engine.Options()
    settings.log_errors = False
    try:
        search = engine.compile(f"(?{flags}){pattern}" if flags else pattern, settings).search
    except engine.error as error:
        raise BadQuery(f"invalid regular expression {pattern!r}: {_reason(error)}") from error
    return lambda text: search(text) is not None


def _engine() -> Any:
    try:
        import re2  # a large library that most queries never need
    except ImportError as error:
        raise BadQuery(
            "this regular expression needs the RE2 engine, which is not installed; "
            f"install noodl-portable[{EXTRA}], or use contains, startsWith or endsWith"
        ) from error
    return re2


def _without_space(found: re.Match[str]) -> str:
    piece = found[0]
    return "" if piece[0] == "#" or piece.isspace() else piece


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else "not understood"
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
