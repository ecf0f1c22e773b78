"""Cron expressions: read strictly, and written anew in the one form that pycron understands.

Five fields: minute, hour, day of month, month, day of week. What pycron would take for "never" in
silence (names of months, 7, ranges that wrap, steps from a number) becomes plain numbers here, or
is refused by name. A field that is one `*` or `*/n` stays so: where neither day field has a `*`,
a day that fits either of them fits, as in other crons.
"""

import re
from collections.abc import Iterator

from noodl_runtime.dataclass import dataclass

ALIASES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
FIELDS = "minute hour day-of-month month day-of-week"


class BadCron(ValueError):
    """An expression that says nothing, or nothing that can come."""


@dataclass(frozen=True)
class _Field:
    """One field. names: words for its numbers, from the lowest on; wraps_at: this is 0 again."""

    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()
    wraps_at: int | None = None


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, MONTHS),
    _Field("day of week", 0, 6, WEEKDAYS, wraps_at=7),
)
_PART = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d{1,4}))?", re.ASCII)
_LONGEST_MONTHS = {**dict.fromkeys((4, 6, 9, 11), 30), 2: 29}
_SHORTEST_NAME = 3  # letters: "jan", "mon"


def normalised(expression: str) -> str:
    """Return the expression as pycron takes it: five fields, one blank between, numbers only.

    "@daily" -> "0 0 * * *"; "5/20 9 * * mon-wed,7" -> "5,25,45 9 * * 0,1,2,3"
    raises: BadCron saying what is wrong
    """
    text = expression.strip().lower()
    if text.startswith("@"):
        if text not in ALIASES:
            raise BadCron(f"{expression.strip()} is not one of {', '.join(ALIASES)}")
        return ALIASES[text]
    texts = text.split()
    if len(texts) != len(_FIELDS):
        seconds = "; seconds are not possible" if len(texts) == len(_FIELDS) + 1 else ""
        raise BadCron(f"{len(texts)} fields, not five: {FIELDS}{seconds}")
    read = [_field(field, text) for field, text in zip(_FIELDS, texts, strict=True)]
    _check_days(*read[2:])
    return " ".join(read)


def cron_error(expression: str) -> str | None:
    """Say what is wrong with a cron expression, None if nothing is.

    "61 * * * *" -> "minute 61 is not from 0 to 59"
    """
    try:
        normalised(expression)
    except BadCron as error:
        return str(error)
    return None


def _field(field: _Field, text: str) -> str:
    if text == "?" and field.name.startswith("day"):
        return "*"
    numbers: set[int] = set()
    for part in text.split(","):
        found = _PART.fullmatch(part)
        if not found:
            raise BadCron(f"{field.name} {part!r} is no number, range, step or *")
        step = _step(field, part, found[4])
        if found[1] and text == part:
            return "*" if step == 1 else f"*/{step}"
        numbers.update(_numbers(field, found[1], found[2], found[3], found[4]))
    every = len(numbers) == field.highest - field.lowest + 1
    if every and not field.name.startswith("day"):
        return "*"
    return ",".join(map(str, sorted(numbers)))


def _step(field: _Field, part: str, text: str | None) -> int:
    step = 1 if text is None else int(text)
    if step == 0:
        raise BadCron(f"{field.name} {part!r} has a step of 0")
    if step > field.highest:
        raise BadCron(
            f"{field.name} {part!r} has a step over {field.highest}; steps begin anew with each "
            "higher unit, so it would come but once there"
        )
    return step


def _numbers(
    field: _Field, every: str | None, first: str | None, last: str | None, step: str | None
) -> Iterator[int]:
    """Yield the numbers of one part; "nov-feb" goes over the end, "5/20" up to it."""
    if every:
        low, high = field.lowest, field.highest
    else:
        low = _number(field, str(first))
        high = _number(field, last) if last else (field.highest if step else low)
    count = field.highest - field.lowest + 1
    if field.wraps_at and (low, high) != (field.lowest, field.wraps_at):  # 0-7: the whole week
        low, high = low % field.wraps_at, high % field.wraps_at
    if high < low:
        high += count
    for number in range(low, high + 1, int(step or 1)):
        yield (number - field.lowest) % count + field.lowest


def _number(field: _Field, text: str) -> int:
    if text.isdigit():
        number = int(text)
        highest = field.wraps_at or field.highest
        if not field.lowest <= number <= highest:
            raise BadCron(f"{field.name} {text} is not from {field.lowest} to {highest}")
        return number
    for number, name in enumerate(field.names, field.lowest):
        if text in (name, name[:_SHORTEST_NAME]):
            return number
    example = f" or a name like {field.names[1][:_SHORTEST_NAME]}" if field.names else ""
    raise BadCron(f"{field.name} {text!r} is no number{example}")


def _check_days(days: str, months: str, weekdays: str) -> None:
    """Refuse days that no month has: "0 0 31 2 *"."""
    if "*" in days or "*" in months or weekdays != "*":
        return
    longest = max(_LONGEST_MONTHS.get(int(month), 31) for month in months.split(","))
    if min(map(int, days.split(","))) > longest:
        raise BadCron(f"month {months} has no day {days}: it never fires")
