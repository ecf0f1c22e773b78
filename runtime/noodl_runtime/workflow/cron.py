"""Whether a cron expression can ever fire: five fields of numbers, checked before it is used."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class _Field:
    name: str
    lowest: int
    highest: int


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12),
    _Field("day of week", 0, 7),
)
_PART = re.compile(r"(\*|(\d{1,4})(?:-(\d{1,4}))?)(?:/(\d{1,4}))?")
_LONGEST_MONTHS = {**dict.fromkeys((4, 6, 9, 11), 30), 2: 29}


def cron_error(expression: str) -> str | None:
    """Say what is wrong with a cron expression, None if nothing is.

    "61 * * * *" -> "minute 61 is not from 0 to 59"
    """
    fields = expression.split()
    if len(fields) != len(_FIELDS):
        return f"{len(fields)} fields, not five: minute hour day-of-month month day-of-week"
    for field, text in zip(_FIELDS, fields, strict=True):
        for part in text.split(","):
            if wrong := _wrong_part(field, part):
                return wrong
    return _never(fields[2], fields[3], fields[4])


def _wrong_part(field: _Field, part: str) -> str | None:
    found = _PART.fullmatch(part)
    if not found:
        return f"{field.name} {part!r} is no number, range, step or *"
    first, last, step = found[2], found[3], found[4]
    for number in (first, last):
        if number is not None and not field.lowest <= int(number) <= field.highest:
            return f"{field.name} {number} is not from {field.lowest} to {field.highest}"
    if last is not None and int(last) < int(first):
        return f"{field.name} {part!r} ends before it begins"
    if step is not None and int(step) == 0:
        return f"{field.name} {part!r} has a step of 0"
    return None


def _never(days: str, months: str, weekdays: str) -> str | None:
    """Find days that no month has: "0 0 31 2 *"."""
    if not re.fullmatch(r"\d+(,\d+)*", days) or not re.fullmatch(r"\d+(,\d+)*", months):
        return None
    longest = max(_LONGEST_MONTHS.get(int(month), 31) for month in months.split(","))
    if weekdays == "*" and min(map(int, days.split(","))) > longest:
        return f"month {months} has no day {days}: it never fires"
    return None
