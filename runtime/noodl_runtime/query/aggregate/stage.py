"""What a stage is, and how many rows one may hold."""

from collections.abc import Callable, Iterable
from itertools import islice

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadQuery
from noodl_runtime.query.aggregate.expressions import Row
from noodl_runtime.query.tree import EVERYTHING, Condition

MAX_HELD = 100_000  # rows, groups and collected values that one stage may hold

Run = Callable[[Iterable[Row]], Iterable[Row]]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage, ready to run.

    run:    rows in, rows out; lazy where it can be
    used:   the fields it looks at, None for all: what a store needs to fetch for it
    renews: whether the rows behind it hold only what it made
    condition, order, count: what a match, sort, skip or limit says, for a store that can do it
    """

    name: str
    run: Run
    used: frozenset[str] | None = None
    renews: bool = False
    condition: Condition = EVERYTHING
    order: tuple[str, ...] = ()
    count: int = 0


def bounded(rows: Iterable[Row], what: str) -> list[Row]:
    """Return rows as a list. raises: BadQuery when there are more than MAX_HELD of them."""
    found = list(islice(rows, MAX_HELD + 1))
    if len(found) > MAX_HELD:
        raise BadQuery(f"{what} holds more than {MAX_HELD} rows; put a match or limit before it")
    return found
