"""Reads order, limit and skip, and sorts records in memory as ORDER BY does."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.comparing import sort_key
from noodl_runtime.query.leaves import leaves
from noodl_runtime.query.names import read_path
from noodl_runtime.query.tree import Path
from noodl_runtime.values import Record

MAX_ORDER = 20  # keys of one order
MAX_COUNT = 2**53  # beyond it a number is no count of anything

_DIGITS = re.compile(r"[0-9]{1,16}")


def read_order(given: Any) -> tuple[str, ...]:
    """Return the keys of an order: "-a, b" or ["-a", "b"] -> ("-a", "b"); "" or None -> ().

    raises: BadQuery (105) for a key that is no field name
    """
    if given is None:
        return ()
    keys = given.split(",") if isinstance(given, str) else given
    if not isinstance(keys, list | tuple) or not all(isinstance(key, str) for key in keys):
        raise BadQuery("order is a text like '-price,name', or a list of such keys")
    order = tuple(stripped for key in keys if (stripped := key.strip()))
    order_keys(order)
    return order


def order_keys(order: Sequence[str]) -> list[tuple[Path, bool]]:
    """Return path and direction of each key: ("-a", "b") -> [(("a",), True), (("b",), False)]."""
    if len(order) > MAX_ORDER:
        raise BadQuery(f"order holds more than {MAX_ORDER} keys")
    return [(read_path(key.removeprefix("-")), key.startswith("-")) for key in order]


def read_count(name: str, given: Any, default: int) -> int:
    """Return limit or skip from a number or text; `default` if it is None or "".

    raises: BadQuery for anything but a whole number of 0 or more: -1, 1.5, "x", true
    """
    if given is None or given == "":
        return default
    if isinstance(given, str) and _DIGITS.fullmatch(given):
        given = int(given)
    if type(given) is float and given.is_integer():
        given = int(given)
    if type(given) is not int or not 0 <= given <= MAX_COUNT:
        raise BadQuery(f"{name} is a whole number of 0 or more, not {str(given)[:80]!r}")
    return given


def sort_records(records: Iterable[Record], order: Sequence[str]) -> list[Record]:
    """Return records, given as they were created, in an order; it is that of `compile_order`."""
    ordered = list(records)
    if "-createdAt" in order[-1:]:
        ordered.reverse()
    for path, descending in reversed(order_keys(order)):
        ordered.sort(key=lambda record: sort_key(_value(record, path)), reverse=descending)
    return ordered


def _value(record: Record, path: Path) -> Any:
    return leaves(record.get(path[0]), path[1:])[0]
