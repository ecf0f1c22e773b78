"""Arrays of a plain run change step by step, and each step tells those who listen."""

from collections.abc import Sequence

from noodl_runtime.workflow.js.convert import strict_equal
from noodl_runtime.workflow.js.values import UNDEFINED, Array, Value


def place_of(items: Sequence[Value], item: Value, start: int = 0) -> int:
    """Return where an item is, -1 if it is nowhere from `start` on."""
    places = (at for at in range(start, len(items)) if strict_equal(items[at], item))
    return next(places, -1)


def insert(array: Array, place: int, item: Value) -> None:
    """Put an item into an Array."""
    array.insert(place, item)
    _tell(array)


def take_out(array: Array, place: int) -> None:
    """Take the item at a place out of an Array."""
    del array[place]
    _tell(array)


def make_equal(array: Array, wanted: Sequence[Value]) -> None:
    """Make an Array's contents those wanted, with few changes: remove, then move or insert."""
    for place in reversed(range(len(array))):
        if place_of(wanted, array[place]) < 0:
            take_out(array, place)
    for place, item in enumerate(wanted):
        if place < len(array) and strict_equal(array[place], item):
            continue
        if (at := place_of(array, item, place)) >= 0:
            take_out(array, at)
        insert(array, place, item)
    while len(array) > len(wanted):
        take_out(array, len(array) - 1)


def _tell(array: Array) -> None:
    for listener in list(array.listeners):
        listener("", UNDEFINED)
