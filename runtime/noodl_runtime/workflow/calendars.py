"""Counting in hours and months, in the time zone of the process."""

import calendar
from datetime import datetime, timedelta
from typing import Any

from noodl_runtime.workflow.js.dates import from_local, local
from noodl_runtime.workflow.js.values import ScriptError

# What is of a fixed length, in milliseconds; days and longer follow the calendar when added.
LENGTHS = {
    "milliseconds": 1,
    "seconds": 1000,
    "minutes": 60_000,
    "hours": 3_600_000,
    "days": 86_400_000,
    "weeks": 604_800_000,
}
MONTHS = {"months": 1, "years": 12}
_PARTS = ("year", "month", "day", "hour", "minute", "second")


def unit_named(name: str) -> str:
    """Return a unit by its name, singular or plural. raises: ScriptError."""
    unit = name.lower().removesuffix("s") + "s"
    if unit not in LENGTHS and unit not in MONTHS:
        known = ", ".join([*LENGTHS, *MONTHS])
        raise ScriptError(f"unknown unit {name!r}; use one of {known}")
    return unit


def added(ms: float, amount: float, unit: str) -> float:
    """Return a moment so many units later; months and years end on the last day at most."""
    if unit in MONTHS:
        return _months_later(ms, int(amount) * MONTHS[unit])
    if unit in ("days", "weeks") and amount == int(amount):
        wall = local(ms).replace(tzinfo=None) + timedelta(**{unit: int(amount)})
        return from_local(wall)
    return ms + amount * LENGTHS[unit]


def _months_later(ms: float, months: int) -> float:
    wall = local(ms).replace(tzinfo=None)
    years, month = divmod(wall.month - 1 + months, 12)
    year = wall.year + years
    if not 1 <= year <= 9999:
        raise ScriptError("the result is out of range")
    day = min(wall.day, calendar.monthrange(year, month + 1)[1])
    return from_local(wall.replace(year=year, month=month + 1, day=day))


def difference(start: float, end: float, unit: str) -> float:
    """Return how many units lie between: exact for fixed lengths, whole months and years."""
    if unit in LENGTHS:
        return (end - start) / LENGTHS[unit]
    if end < start:
        return -difference(end, start, unit)
    first, last = local(start), local(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    if months and _months_later(start, months) > end:
        months -= 1
    return months // MONTHS[unit]


def truncated(ms: float, unit: str) -> datetime:
    """Return the local time of a moment, cut after a unit: truncated(ms, "days") is midnight."""
    wall = local(ms).replace(tzinfo=None)
    if unit == "milliseconds":
        return wall
    if unit == "weeks":
        monday = wall - timedelta(days=wall.weekday())
        return datetime(monday.year, monday.month, monday.day)  # noqa: DTZ001
    kept = _PARTS[: _PARTS.index(unit.removesuffix("s")) + 1]
    parts: dict[str, Any] = {
        part: getattr(wall, part) if part in kept else 1 for part in _PARTS[:3]
    }
    clock: dict[str, Any] = {
        part: getattr(wall, part) if part in kept else 0 for part in _PARTS[3:]
    }
    return datetime(**parts, **clock)  # noqa: DTZ001
