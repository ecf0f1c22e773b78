"""Say a cron expression in words: "at 09:00, on Monday to Friday". Pure."""

from collections.abc import Callable, Sequence

from noodl_runtime.workflow.cron import MONTHS, WEEKDAYS, normalised

_MOST_TIMES = 6  # that are said one by one


def in_words(expression: str) -> str:
    """Return what an expression means. raises: BadCron.

    "0 9 * * mon-fri" -> "at 09:00, on Monday to Friday"
    "*/15 8-17 * * *" -> "every 15 minutes from 08:00 to 17:59"
    """
    minutes, hours, days, months, weekdays = normalised(expression).split()
    parts = [_times(minutes, hours), _days(days, weekdays), _months(months)]
    return ", ".join(part for part in parts if part)


def _times(minutes: str, hours: str) -> str:
    if _listed(minutes) and _listed(hours):
        times = [f"{h:02d}:{m:02d}" for h in _numbers(hours) for m in _numbers(minutes)]
        if len(times) <= _MOST_TIMES:
            return f"at {_joined(times)}"
    return f"{_minutes(minutes)}{_hours(hours, every_hour=_listed(minutes))}"


def _minutes(text: str) -> str:
    if not _listed(text):
        return _every(text, "minute")
    numbers = _numbers(text)
    if numbers == [0]:
        return "on the hour"
    word = "minute" if len(numbers) == 1 else "minutes"
    return f"at {word} {_ranges(numbers, str)} past the hour"


def _hours(text: str, *, every_hour: bool) -> str:
    if text == "*":
        return ", every hour" if every_hour else ""
    if not _listed(text):
        return f", {_every(text, 'hour')}"
    spans = [(f"{low:02d}:00", f"{high:02d}:59") for low, high in _spans(_numbers(text))]
    return " from " + _joined([f"{low} to {high}" for low, high in spans])


def _days(days: str, weekdays: str) -> str:
    of_month = "" if days == "*" else _days_of_month(days)
    of_week = "" if weekdays == "*" else _weekdays(weekdays)
    if of_month and of_week:
        either = "*" not in days and "*" not in weekdays
        return f"{of_month} {'or' if either else 'where it is'} {of_week}"
    return of_month or of_week


def _days_of_month(text: str) -> str:
    if not _listed(text):
        return f"{_every(text, 'day')} from the 1st"
    return f"on the {_ranges(_numbers(text), _ordinal)}"


def _weekdays(text: str) -> str:
    if not _listed(text):
        text = ",".join(str(day) for day in range(0, 7, int(text[2:])))
    days = sorted(_numbers(text), key=lambda day: (day - 1) % 7)  # a week begins on Monday
    if len(days) == len(WEEKDAYS):
        return "on every day of the week"
    return "on " + _joined(
        [
            _span(low, high, lambda place: WEEKDAYS[(place + 1) % 7].capitalize())
            for low, high in _spans([(day - 1) % 7 for day in days])
        ]
    )


def _months(text: str) -> str:
    if text == "*":
        return ""
    if not _listed(text):
        return f"{_every(text, 'month')} from January"
    return f"in {_ranges(_numbers(text), lambda month: MONTHS[month - 1].capitalize())}"


def _every(text: str, unit: str) -> str:
    return f"every {unit}" if text == "*" else f"every {text[2:]} {unit}s"


def _listed(text: str) -> bool:
    return "*" not in text


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def _spans(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """[1, 2, 3, 7, 8] -> [(1, 3), (7, 7), (8, 8)]: two that follow each other are two."""
    spans: list[tuple[int, int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return [each for low, high in spans for each in _parted(low, high)]


def _parted(low: int, high: int) -> list[tuple[int, int]]:
    return [(low, low), (high, high)] if high == low + 1 else [(low, high)]


def _ranges(numbers: Sequence[int], word: Callable[[int], str]) -> str:
    return _joined([_span(low, high, word) for low, high in _spans(numbers)])


def _span(low: int, high: int, word: Callable[[int], str]) -> str:
    return word(low) if low == high else f"{word(low)} to {word(high)}"


def _ordinal(number: int) -> str:
    ending = (
        "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def _joined(words: Sequence[str]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]
