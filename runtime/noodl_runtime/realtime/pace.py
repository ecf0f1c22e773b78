"""When a client is asked whether it is still there, given up, or too much. Pure: time is given."""


class Pulse:
    """The signs of life of one client. All times in seconds of a clock that only goes forward.

    ping_s:    how often it is asked whether it is there
    silence_s: until it is given up, if nothing whole came from it; also for one message
    """

    def __init__(self, now: float, *, ping_s: float, silence_s: float) -> None:
        self._ping_s = ping_s
        self._silence_s = silence_s
        self._heard = self._asked = now
        self._begun: float | None = None

    def heard(self, now: float) -> None:
        """Note that something whole came."""
        self._heard = now

    def unfinished(self, now: float, *, begun: bool) -> None:
        """Note whether a message has begun and not ended."""
        self._begun = (self._begun or now) if begun else None

    def is_over(self, now: float) -> bool:
        """Say whether to wait no longer."""
        since = self._heard if self._begun is None else min(self._heard, self._begun)
        return now - since >= self._silence_s

    def asks(self, now: float) -> bool:
        """Say whether it is time to ask; then the next time is later."""
        if now - self._asked < self._ping_s:
            return False
        self._asked = now
        return True

    def wait_s(self, now: float) -> float:
        """Return how long until there may be something to do."""
        due, end = self._asked + self._ping_s, self._heard + self._silence_s
        return max(0.01, min(due, end) - now)


class Allowance:
    """How many messages a client may still send: `most` in any ten seconds, more or less."""

    WINDOW_S = 10.0

    def __init__(self, most: int, now: float) -> None:
        self._most = most
        self._left = float(most)
        self._looked = now

    def take(self, now: float) -> bool:
        """Count a message; say whether it is within the allowance."""
        gained = (now - self._looked) * self._most / self.WINDOW_S
        self._left = min(self._most, self._left + gained) - 1
        self._looked = now
        return self._left >= 0
