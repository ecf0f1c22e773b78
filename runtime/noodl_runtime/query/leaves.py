"""Which values a dotted path leads to inside a value: through objects, lists and list indexes."""

from collections.abc import Callable, Iterator
from typing import Any

from noodl_runtime.query.tree import Path

_LISTS = (list, tuple)


def leaves(value: Any, path: Path) -> list[Any]:
    """Return the values at the end of a path, [None] when there is none.

    ({"a": {"b": 1}}, ("a", "b")) -> [1]; ([{"x": 1}, {"x": 2}], ("x",)) -> [1, 2]
    (["p"], ("0",)) -> ["p"]
    """
    if not path:
        return [value]
    return list(_walk(value, path)) or [None]


def holds(predicate: Callable[[Any], bool], found: list[Any], *, whole: bool) -> bool:
    """Say whether any leaf passes, and unless `whole` of a list any of its elements too."""
    for value in found:
        if predicate(value):
            return True
        if not whole and type(value) in _LISTS and any(map(predicate, value)):
            return True
    return False


def _walk(value: Any, path: Path) -> Iterator[Any]:
    if not path:
        yield value
        return
    key, rest = path[0], path[1:]
    if type(value) is dict:
        if key in value:
            yield from _walk(value[key], rest)
    elif type(value) in _LISTS:
        if key.isdecimal() and int(key) < len(value):
            yield from _walk(value[int(key)], rest)
        for item in value:
            if type(item) is dict:
                yield from _walk(item, path)
