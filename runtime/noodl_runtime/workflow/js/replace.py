"""String.replace with a text pattern: the first occurrence, and what `$` means in the filling."""

import re

_DOLLAR = re.compile(r"\$([$&`'])")


def replace_first(text: str, pattern: str, filling: str) -> str:
    """Return text.replace(pattern, filling) with its $$, $&, $` and $' substitutions."""
    place = text.find(pattern)
    if place < 0:
        return text
    before, after = text[:place], text[place + len(pattern) :]
    meaning = {"$": "$", "&": pattern, "`": before, "'": after}
    return before + _DOLLAR.sub(lambda match: meaning[match[1]], filling) + after
