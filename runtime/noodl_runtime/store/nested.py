"""Changing one value deep inside an object or list, without touching the one that was given."""

from collections.abc import Callable
from typing import Any

from noodl_runtime.errors import InvalidValue
from noodl_runtime.schema.operations import MISSING


def with_nested(whole: Any, path: list[str], change: Callable[[Any], Any]) -> Any:
    """Return a copy of `whole` in which the value at `path` is what `change` makes of it.

    ({"a": {"b": 1}}, ["a", "b"], add one) -> {"a": {"b": 2}}; missing objects on the way are made
    raises: InvalidValue when the path leads through something that is neither object nor list
    """
    key, rest = path[0], path[1:]
    if isinstance(whole, list):
        return _in_list(whole, key, rest, change)
    if whole is not None and not isinstance(whole, dict):
        raise InvalidValue(f"there is no {key!r} in a value that is not an object")
    copy = dict(whole or {})
    value = _changed(copy.get(key), rest, change)
    if value is MISSING:
        copy.pop(key, None)
    else:
        copy[key] = value
    return copy


def _in_list(whole: list[Any], key: str, rest: list[str], change: Callable[[Any], Any]) -> Any:
    if not key.isdecimal() or int(key) >= len(whole):
        raise InvalidValue(f"a list of {len(whole)} has no element {key!r}")
    copy = list(whole)
    value = _changed(copy[int(key)], rest, change)
    copy[int(key)] = None if value is MISSING else value
    return copy


def _changed(current: Any, rest: list[str], change: Callable[[Any], Any]) -> Any:
    return with_nested(current, rest, change) if rest else change(current)
