"""When two values are the same: by value as JSON sees them, so that `true` is not 1."""

from typing import Any


def same_value(one: Any, other: Any) -> bool:
    """Say whether two values are equal; 1 is 1.0, true is not 1, the order of keys is nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_value(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same_value, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)
