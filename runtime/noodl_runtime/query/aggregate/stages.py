"""The table of stages. A new one is a row here, its function, a test row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.aggregate.expressions import Row, row_path
from noodl_runtime.query.aggregate.grouping import read_group
from noodl_runtime.query.aggregate.reshaping import add_fields, project, unwind
from noodl_runtime.query.aggregate.stage import Stage, bounded
from noodl_runtime.query.matcher import matcher
from noodl_runtime.query.order import read_count, read_order, sort_records
from noodl_runtime.query.where import read_where


def _match(given: Any) -> Stage:
    condition = read_where(_with_field_names(given))

    def run(rows: Iterable[Row]) -> Iterator[Row]:
        return filter(matcher(condition, collection=None), rows)

    return Stage(name="match", run=run, condition=condition)


def _with_field_names(given: Any) -> Any:
    """Return a where document with records' names of fields in place of the database's."""
    if isinstance(given, list | tuple):
        return [_with_field_names(item) for item in given]
    if not isinstance(given, Mapping):
        return given
    renamed: dict[str, Any] = {}
    for key, value in given.items():
        if key.startswith("_") and not key.startswith(("_rperm", "_wperm")):
            key = ".".join(row_path(key))
        group = key.removeprefix("$") in ("and", "or", "nor", "not")
        renamed[key] = _with_field_names(value) if group else value
    return renamed


def _group(given: Any, *, key: str) -> Stage:
    make, used = read_group(given, key)
    return Stage(name="group", run=make, used=used, renews=True)


def _sort(given: Any) -> Stage:
    if isinstance(given, Mapping):
        if not given or any(direction not in (1, -1) for direction in given.values()):
            raise BadQuery("the stage sort needs an object like {'price': -1}, of 1 and -1")
        named = [(".".join(row_path(name)), direction) for name, direction in given.items()]
        given = [name if direction == 1 else f"-{name}" for name, direction in named]
    order = read_order(given)
    return Stage(
        name="sort", run=lambda rows: sort_records(bounded(rows, "sort"), order), order=order
    )


def _limit(given: Any) -> Stage:
    count = _whole("limit", given)
    return Stage(name="limit", run=lambda rows: islice(rows, count), count=count)


def _skip(given: Any) -> Stage:
    count = _whole("skip", given)
    return Stage(name="skip", run=lambda rows: islice(rows, count, None), count=count)


def _whole(name: str, given: Any) -> int:
    if given is None or given == "":
        raise BadQuery(f"the stage {name} needs a whole number of 0 or more")
    return read_count(name, given, 0)


def _count(given: Any) -> Stage:
    if not isinstance(given, str) or not given:
        raise BadQuery("the stage count needs the name of its answer")
    (name,) = row_path(given)[:1]

    def run(rows: Iterable[Row]) -> Iterator[Row]:
        count = sum(1 for _ in rows)
        return iter([{name: count}] if count else [])

    return Stage(name="count", run=run, used=frozenset(), renews=True)


STAGES: dict[str, Callable[[Any], Stage]] = {
    "match": _match,
    "project": project,
    "addFields": add_fields,
    "sort": _sort,
    "limit": _limit,
    "skip": _skip,
    "unwind": unwind,
    "count": _count,
    "group": partial(_group, key="objectId"),
    "$group": partial(_group, key="_id"),
}
