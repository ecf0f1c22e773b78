"""Counting what may not happen too often: wrong passwords of one account, sign-ups of one address.

A key is locked while `most` attempts lie within the last `window_s` seconds. Attempts that are
refused do not count, so a lock ends by itself.
"""

import math
from collections import deque
from collections.abc import Callable

from noodl_runtime.errors import TooManyRequests

MAX_KEYS = 20_000


class Attempts:
    """Attempts by key. seconds: a clock that only goes forward."""

    def __init__(self, what: str, most: int, window_s: float, seconds: Callable[[], float]) -> None:
        """what: how messages call the attempts, "wrong passwords"."""
        self._what = what
        self._most = most
        self._window_s = window_s
        self._seconds = seconds
        self._moments: dict[str, deque[float]] = {}

    def check(self, key: str) -> None:
        """Accept a key that is not locked. raises: TooManyRequests saying how long to wait."""
        now = self._seconds()
        moments = self._moments.get(key, ())
        recent = [moment for moment in moments if moment > now - self._window_s]
        if len(recent) >= self._most:
            raise self._refusal(recent[-self._most] + self._window_s - now)

    def count(self, key: str) -> None:
        """Count an attempt."""
        moments = self._moments.pop(key, None) or deque(maxlen=self._most)
        moments.append(self._seconds())
        self._moments[key] = moments  # the last one counted is the last one dropped
        if len(self._moments) > MAX_KEYS:
            self._moments.pop(next(iter(self._moments)))

    def allow(self, key: str) -> bool:
        """Count an attempt unless the key is locked; say whether it was not."""
        try:
            self.check(key)
        except TooManyRequests:
            return False
        self.count(key)
        return True

    def forget(self, key: str) -> None:
        """Take back all attempts of a key."""
        self._moments.pop(key, None)

    def _refusal(self, wait_s: float) -> TooManyRequests:
        wait = max(1, math.ceil(wait_s))
        return TooManyRequests(
            f"too many {self._what}; try again in {wait} seconds",
            extra={"retryAfter": wait},
            headers={"Retry-After": str(wait)},
        )
