"""Regular expressions in words that Parse's databases share: PCRE, and PostgreSQL's own.

Parse sets a pattern into the text of an SQL statement over PostgreSQL and counts its quotes; so a
quote is written as its number. `\\Q...\\E` is written out, for PostgreSQL does not know it.
"""

import re

_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
_QUOTE = re.compile(r"\\(.)|'", re.DOTALL)

Pattern = tuple[str, str]  # pattern and options


def contained(text: str) -> Pattern:
    """Return the pattern for texts that hold this one."""
    return _without_quotes(re.escape(text)), ""


def started(text: str) -> Pattern:
    """Return the pattern for texts that begin with this one."""
    return "^" + contained(text)[0], ""


def ended(text: str) -> Pattern:
    """Return the pattern for texts that end with this one."""
    return contained(text)[0] + "$", ""


def quoted(operand: Pattern) -> Pattern:
    """Return a pattern as both databases take it: r"\\Qit's\\E" -> r"it\\047s"."""
    pattern, options = operand
    return _without_quotes(_QUOTED.sub(lambda found: re.escape(found[1]), pattern)), options


def _without_quotes(pattern: str) -> str:
    return _QUOTE.sub(lambda found: r"\047" if found[0] in ("'", r"\'") else found[0], pattern)
