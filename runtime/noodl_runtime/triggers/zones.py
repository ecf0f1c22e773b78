"""Wall clocks: the local time of a moment, and the moment of a local time.

A wall clock skips an hour in spring and shows one twice in autumn. Local times carry `fold`: 1
where they come for the second time.
"""

from datetime import UTC, datetime, tzinfo
from typing import Protocol


class Zone(Protocol):
    """A wall clock. Moments are seconds since 1970; local times are naive."""

    def local(self, moment: float) -> datetime:
        """Return what the clock shows."""
        ...

    def moment(self, local: datetime) -> float:
        """Return when the clock shows a time (first), or would, had it not skipped it."""
        ...


class UnknownZone(ValueError):
    """No time zone has this name, or this machine knows none by name."""


def zone(name: str) -> Zone:
    """Return the wall clock of a place, "Europe/Berlin", or with "" of this machine.

    raises: UnknownZone
    """
    return _Place(name) if name else _Here()


class _Here:
    """The wall clock of this machine."""

    def local(self, moment: float) -> datetime:
        return datetime.fromtimestamp(moment)  # noqa: DTZ006 - local time is what is asked for

    def moment(self, local: datetime) -> float:
        return local.timestamp()


class _Place:
    """The wall clock of a place."""

    def __init__(self, name: str) -> None:
        if name.upper() == "UTC":  # known everywhere
            self._zone: tzinfo = UTC
            return
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            self._zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UnknownZone(_unknown(name)) from error

    def local(self, moment: float) -> datetime:
        return datetime.fromtimestamp(moment, self._zone).replace(tzinfo=None)

    def moment(self, local: datetime) -> float:
        return local.replace(tzinfo=self._zone).timestamp()


def _unknown(name: str) -> str:
    from zoneinfo import available_timezones

    if not available_timezones():
        return (
            f"the time zone {name!r} cannot be looked up: this machine has no time zones by name; "
            "install the package tzdata, or use UTC or the local time (no timezone)"
        )
    return f"there is no time zone {name[:100]!r}; write it like Europe/Berlin, or UTC"
