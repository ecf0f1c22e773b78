"""How long a function may take: the setting function_timeout, and function_timeouts by name."""

from collections.abc import Iterable

from noodl_runtime.errors import BadSetting
from noodl_runtime.settings import SETTINGS


class TimeLimits:
    """The setting function_timeouts: ("Import=120", "Orders/Close=2.5"); 0 means no limit.

    default: seconds for every function that it does not name
    raises:  BadSetting for an entry that says nothing
    """

    def __init__(self, default: float, entries: Iterable[str]) -> None:
        self._default = default
        self._named = dict(_read(entry) for entry in entries)

    def of(self, name: str) -> float:
        """Return the seconds that a function may take, 0 for no limit."""
        return self._named.get(name, self._default)


def _read(entry: str) -> tuple[str, float]:
    name, _, seconds = entry.rpartition("=")
    if not name:
        raise BadSetting(f"function_timeouts has {entry!r}; an entry is name=seconds")
    limit: float = SETTINGS["function_timeout"].read(seconds, f"function_timeouts for {name}")
    return name, limit
