"""The stage group: rows with an equal key become one row, with what was accumulated over them."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.aggregate.accumulators import ACCUMULATORS, Accumulator
from noodl_runtime.query.aggregate.expressions import Expression, Row, expression
from noodl_runtime.query.aggregate.stage import MAX_HELD
from noodl_runtime.query.comparing import canonical
from noodl_runtime.query.names import MAX_NAME

_ALIAS = re.compile(r"[^$._\x00-\x1f][^$.\x00-\x1f]*")
Columns = list[tuple[str, Callable[[], Accumulator], Expression]]


def read_group(given: Any, key: str) -> tuple[Callable[[Iterable[Row]], list[Row]], frozenset[str]]:
    """Return the function that groups rows, and the fields it looks at.

    given:  {"objectId": "$city", "total": {"$sum": "$price"}}
    key:    what the key is called in it: "_id" in $group, "objectId" in the older group
    raises: BadQuery for a missing key, an unknown accumulator or expression
    """
    if not isinstance(given, Mapping) or key not in given:
        raise BadQuery(f"the stage {'$group' if key == '_id' else 'group'} needs the key {key!r}")
    used: set[str] = set()
    key_of = expression(given[key], used)
    columns: Columns = []
    for name, made in given.items():
        if name != key:
            columns.append((_name(name), *_accumulated(name, made, used)))
    return lambda rows: _grouped(key_of, columns, rows), frozenset(used)


def _name(name: str) -> str:
    """Accept any text, for it only names a member of the answer; a later stage asks for more."""
    if name in ("", "objectId", "ACL") or len(name) > MAX_NAME or not _ALIAS.fullmatch(name):
        raise BadQuery(f"a field of a group cannot be called {name[:MAX_NAME]!r}")
    return name


def _accumulated(
    name: str, made: Any, used: set[str]
) -> tuple[Callable[[], Accumulator], Expression]:
    word = next(iter(made)) if isinstance(made, Mapping) and len(made) == 1 else None
    if word not in ACCUMULATORS:
        known = ", ".join(ACCUMULATORS)
        raise BadQuery(f"{name!r} of a group needs one accumulator, not {word!r}; known: {known}")
    return ACCUMULATORS[word], expression(made[word], used)


def _grouped(key_of: Expression, columns: Columns, rows: Iterable[Row]) -> list[Row]:
    groups: dict[Any, tuple[Any, list[Accumulator]]] = {}
    for count, row in enumerate(rows):
        key = key_of(row)
        group = groups.get(canonical(key))
        if group is None:
            group = groups[canonical(key)] = (key, [make() for _, make, _ in columns])
        for (_, _, value), accumulator in zip(columns, group[1], strict=True):
            accumulator.add(value(row))
        if count % 1000 == 999:
            _check_size(groups)
    _check_size(groups)
    return [
        {
            "objectId": key,
            **{name: a.answer() for (name, _, _), a in zip(columns, made, strict=True)},
        }
        for key, made in groups.values()
    ]


def _check_size(groups: Mapping[Any, tuple[Any, list[Accumulator]]]) -> None:
    held = len(groups)
    if held <= MAX_HELD:
        held += sum(made.size - 1 for _, group in groups.values() for made in group)
    if held > MAX_HELD:
        raise BadQuery(f"group holds more than {MAX_HELD} groups and values; put a match before it")
