"""What a group computes over its rows, one small class each: take values in, give one answer."""

from typing import Any, Protocol

from noodl_runtime.query.aggregate.expressions import finite, is_number
from noodl_runtime.query.comparing import canonical, sort_key


class Accumulator(Protocol):
    """Takes the values of a group one by one, then tells its answer; size: values it holds."""

    size: int

    def add(self, value: Any) -> None:
        """Take the value of one row; None when it has none."""
        ...

    def answer(self) -> Any:
        """Return what came of it."""
        ...


class Sum:
    """The sum of the numbers; 0 of none. {"$sum": 1} counts."""

    size = 1

    def __init__(self) -> None:
        self._sum: int | float = 0

    def add(self, value: Any) -> None:
        """Add a number; of a list its numbers."""
        for item in value if type(value) is list else (value,):
            if is_number(item):
                self._sum += item

    def answer(self) -> Any:
        """Return the sum, null if it is beyond all numbers."""
        return finite(self._sum)


class Average:
    """The average of the numbers, null of none."""

    size = 1

    def __init__(self) -> None:
        self._sum: int | float = 0
        self._count = 0

    def add(self, value: Any) -> None:
        """Take a number."""
        if is_number(value):
            self._sum += value
            self._count += 1

    def answer(self) -> Any:
        """Return the average; a whole one as a whole number."""
        if not self._count:
            return None
        average = self._sum / self._count
        return int(average) if average.is_integer() else finite(average)


class Extreme:
    """The least or the greatest of the values, as sorting orders them; null of none."""

    size = 1

    def __init__(self, *, greatest: bool) -> None:
        self._greatest = greatest
        self._best: Any = None

    def add(self, value: Any) -> None:
        """Take a value that is not null."""
        if value is None:
            return
        if self._best is None or (sort_key(value) > sort_key(self._best)) == self._greatest:
            self._best = value

    def answer(self) -> Any:
        """Return the value."""
        return self._best


class Count:
    """How many rows."""

    size = 1

    def __init__(self) -> None:
        self._count = 0

    def add(self, _value: Any) -> None:
        """Take a row."""
        self._count += 1

    def answer(self) -> int:
        """Return how many there were."""
        return self._count


class Push:
    """All values that are there, in order."""

    def __init__(self) -> None:
        self.size = 1
        self._values: list[Any] = []

    def add(self, value: Any) -> None:
        """Keep a value that is not null."""
        if value is not None:
            self.size += 1
            self._values.append(value)

    def answer(self) -> list[Any]:
        """Return the values."""
        return self._values


class AddToSet(Push):
    """The distinct values that are there, in order of appearance."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[Any] = set()

    def add(self, value: Any) -> None:
        """Keep a value that is not null and was not there yet."""
        key = canonical(value)
        if key not in self._seen:
            self._seen.add(key)
            super().add(value)


class First:
    """The value of the first row."""

    size = 1

    def __init__(self) -> None:
        self._values: list[Any] = []

    def add(self, value: Any) -> None:
        """Keep the first."""
        if not self._values:
            self._values.append(value)

    def answer(self) -> Any:
        """Return it."""
        return self._values[0] if self._values else None


class Last(First):
    """The value of the last row."""

    def add(self, value: Any) -> None:
        """Keep the last."""
        self._values = [value]


def _least() -> Accumulator:
    return Extreme(greatest=False)


def _greatest() -> Accumulator:
    return Extreme(greatest=True)


ACCUMULATORS: dict[str, Any] = {
    "$sum": Sum,
    "$avg": Average,
    "$min": _least,
    "$max": _greatest,
    "$count": Count,
    "$push": Push,
    "$addToSet": AddToSet,
    "$first": First,
    "$last": Last,
}
