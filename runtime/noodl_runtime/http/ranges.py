"""The header Range: which part of a file a client wants."""

import re

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII)


def wanted_range(header: str, size: int) -> tuple[int, int] | None:
    """Return (start, end) with the end left out, None for the whole.

    header: "bytes=0-99", "bytes=100-", "bytes=-50"; what is not one such range means the whole
    raises: ValueError when nothing of it is there
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if first and last and int(last) < start:
        return None
    if start >= size:
        raise ValueError("beyond the end")
    return start, end
