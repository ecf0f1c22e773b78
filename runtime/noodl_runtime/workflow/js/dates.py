"""Dates as JavaScript reads and writes them, in the time zone of the process."""

import math
import re
from datetime import UTC, datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 8.64e15
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_ISO = re.compile(
    r"([+-]\d{6}|\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?\s?(Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+)?"
    r"(?:(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>\d{1,2})|(?P<day2>\d{1,2})\s+(?P<month2>[A-Za-z]{3,9}))"
    r",?\s+(?P<year>\d{4})"
    r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"
    r"(?:\s*(?P<zone>GMT|UTC|Z)?(?P<offset>[+-]\d{4})?)?(?:\s*\(.*\))?",
    re.IGNORECASE,
)
_SLASHES = re.compile(
    r"(\d{1,4})/(\d{1,2})/(\d{1,4})(?:,?\s+(\d{1,2}):(\d\d)(?::(\d\d))?)?",
)


def parse_date(text: str) -> float:
    """Return Date.parse(text): milliseconds since 1970, NaN when it is no date.

    date-only ISO is UTC, everything else without a zone is local time
    """
    text = text.strip()
    for pattern, read in ((_ISO, _iso), (_WORDS, _words), (_SLASHES, _slashes)):
        if match := pattern.fullmatch(text):
            try:
                return read(match)
            except (ValueError, OverflowError):
                return math.nan
    return math.nan


def local(ms: float) -> datetime:
    """Return a moment as a datetime in the time zone of the process. raises: ValueError."""
    if ms != ms:
        raise ValueError("Invalid Date")
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone()


def iso(ms: float) -> str:
    """Return toISOString(): "2024-03-05T06:07:08.000Z". raises: ValueError."""
    if ms != ms or abs(ms) > _LARGEST:
        raise ValueError("Invalid time value")
    moment = _EPOCH + timedelta(milliseconds=ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z".rjust(24, "0")


def date_text(ms: float) -> str:
    """Return String(date): "Tue Mar 05 2024 06:07:08 GMT+0000 (UTC)"."""
    try:
        moment = local(ms)
    except (ValueError, OverflowError):
        return "Invalid Date"
    day = f"{_DAYS[moment.weekday()]} {MONTHS[moment.month - 1]} {moment:%d} {moment.year:04d}"
    name = "Coordinated Universal Time" if moment.tzname() == "UTC" else moment.tzname()
    return f"{day} {moment:%H:%M:%S} GMT{moment:%z} ({name})"


def _iso(match: re.Match[str]) -> float:
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    date_only = hour is None
    if date_only and zone:
        raise ValueError(match.string)
    wall = datetime(int(year), int(month or 1), int(day or 1))  # noqa: DTZ001
    if hour == "24" and int(minute) == int(second or 0) == 0:
        wall, hour = wall + timedelta(days=1), "0"
    wall = wall.replace(hour=int(hour or 0), minute=int(minute or 0), second=int(second or 0))
    milliseconds = int((fraction or "0").ljust(3, "0")[:3])
    return _ms(wall, "Z" if date_only else zone) + milliseconds


def _words(match: re.Match[str]) -> float:
    part = match.groupdict()
    name = part["month"] or part["month2"]
    month = MONTHS.index(name[:3].capitalize()) + 1
    wall = datetime(  # noqa: DTZ001
        int(part["year"]),
        month,
        int(part["day"] or part["day2"]),
        int(part["hour"] or 0),
        int(part["minute"] or 0),
        int(part["second"] or 0),
    )
    return _ms(wall, part["offset"] or ("Z" if part["zone"] else None))


def _slashes(match: re.Match[str]) -> float:
    first, second, third, *clock = match.groups()
    year, month, day = (first, second, third) if len(first) == 4 else (third, first, second)
    if len(year) != 4:
        raise ValueError(match.string)
    hour, minute, second_ = (int(part or 0) for part in clock)
    wall = datetime(int(year), int(month), int(day), hour, minute, second_)  # noqa: DTZ001
    return _ms(wall, None)


def _ms(wall: datetime, zone: str | None) -> float:
    if zone is None:
        aware = wall.astimezone()
    elif zone in ("Z", "z"):
        aware = wall.replace(tzinfo=UTC)
    else:
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        offset = timedelta(minutes=-minutes if zone[0] == "-" else minutes)
        aware = wall.replace(tzinfo=timezone(offset))
    return float((aware - _EPOCH) // timedelta(milliseconds=1))


def from_local(wall: datetime) -> float:
    """Return the moment of a wall clock time in the time zone of the process, in milliseconds."""
    return _ms(wall, None)
