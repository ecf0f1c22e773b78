"""Pipelines and distinct values worked out over a stream of records.

Parse Server hands a pipeline to its database. Over PostgreSQL it then fails at a `match` before a
`group`, leaves out `addToSet`, and takes only some operators of a `match`. So the first `match`
becomes the where document of a query, and the rest happens here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.comparing import key_text, sort_key
from noodl_runtime.query.leaves import leaves
from noodl_runtime.query.matcher import matcher
from noodl_runtime.query.names import read_path
from noodl_runtime.query.order import read_count, sort_records
from noodl_runtime.query.where import read_where
from noodl_runtime.values import Record

Row = dict[str, Any]
Stage = tuple[str, Any]  # name and operand


def match_of(pipeline: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], list[Stage]]:
    """Return the where document that a pipeline begins with, and its other stages.

    [{"match": {"done": True}}, {"limit": 3}] -> ({"done": True}, [("limit", 3)])
    raises: BadQuery for an unknown stage
    """
    stages = [_stage(document) for document in pipeline]
    if stages and stages[0][0] == "match":
        return stages[0][1], stages[1:]
    return {}, stages


def run_pipeline(records: Iterable[Record], stages: Sequence[Stage]) -> list[Row]:
    """Return what the stages make of records. raises: BadQuery for an operand a stage refuses."""
    rows = list(records)
    for name, operand in stages:
        rows = _STAGES[name](rows, operand)
    return rows


def distinct_values(records: Iterable[Record], key: str) -> list[Any]:
    """Return the distinct values at a path, elements in place of their lists."""
    path = read_path(key)
    return _distinct(value for record in records for value in _values(record, path))


def _stage(document: Mapping[str, Any]) -> Stage:
    if len(document) != 1:
        raise BadQuery("a stage of a pipeline is an object with one member")
    ((spelling, operand),) = document.items()
    name = spelling.removeprefix("$")
    if name not in _STAGES:
        raise BadQuery(f"unknown stage {name!r}; known: {', '.join(_STAGES)}")
    return name, operand


def _match(rows: list[Row], operand: Any) -> list[Row]:
    return list(filter(matcher(read_where(operand), collection=None), rows))


def _sort(rows: list[Row], operand: Any) -> list[Row]:
    if not isinstance(operand, Mapping) or not {*operand.values()} <= {1, -1}:
        raise BadQuery('sort takes fields with 1 or -1: {"price": -1}')
    return sort_records(rows, [key if way == 1 else f"-{key}" for key, way in operand.items()])


def _project(rows: list[Row], operand: Any) -> list[Row]:
    if not isinstance(operand, Mapping) or not {*operand.values()} <= {1}:
        raise BadQuery('project takes fields with 1: {"price": 1}')
    kept = {"objectId", *operand}
    return [{name: value for name, value in row.items() if name in kept} for row in rows]


def _group(rows: list[Row], operand: Any) -> list[Row]:
    if not isinstance(operand, Mapping) or not ({"objectId", "_id"} & operand.keys()):
        raise BadQuery("group needs objectId: a field like '$status', or null for one group")
    members = dict(operand)
    by = members.pop("objectId") if "objectId" in members else members.pop("_id")
    made = {alias: _accumulator(alias, document) for alias, document in members.items()}
    groups: dict[str, tuple[Any, list[Row]]] = {}
    for row in rows:
        value = _group_value(row, by)
        groups.setdefault(key_text(value), (value, []))[1].append(row)
    return [
        {"objectId": value, **{alias: make(group) for alias, make in made.items()}}
        for value, group in groups.values()
    ]


def _group_value(row: Row, by: Any) -> Any:
    if isinstance(by, Mapping):
        return {alias: _group_value(row, each) for alias, each in by.items()}
    return leaves(row, _source(by))[0] if by is not None else None


def _accumulator(alias: str, document: Any) -> Callable[[list[Row]], Any]:
    if isinstance(document, Mapping) and len(document) == 1:
        ((name, operand),) = document.items()
        accumulate = _ACCUMULATORS.get(name.removeprefix("$"))
        if accumulate is not None:
            return lambda group: accumulate(_operands(group, operand))
    known = ", ".join(f"${name}" for name in _ACCUMULATORS)
    raise BadQuery(f"{alias!r} of a group needs one of {known}")


def _operands(group: list[Row], operand: Any) -> list[Any]:
    if isinstance(operand, int | float):
        return [operand] * len(group)
    path = _source(operand)
    return [value for row in group for value in leaves(row, path) if value is not None]


def _source(text: Any) -> tuple[str, ...]:
    if not isinstance(text, str) or not text.startswith("$"):
        raise BadQuery(f"a field in a group is written like '$price', not {text!r}")
    return read_path(
        text[1:].replace("_created_at", "createdAt").replace("_updated_at", "updatedAt")
    )


def _numbers(values: list[Any]) -> list[Any]:
    return [value for value in values if type(value) in (int, float)]


def _average(values: list[Any]) -> float | None:
    numbers = _numbers(values)
    return sum(numbers) / len(numbers) if numbers else None


def _distinct(values: Iterable[Any]) -> list[Any]:
    found: dict[str, Any] = {}
    for value in values:
        if value is not None:
            found.setdefault(key_text(value), value)
    return list(found.values())


def _values(record: Record, path: tuple[str, ...]) -> list[Any]:
    found = leaves(record, path)
    return [each for value in found for each in (value if isinstance(value, list) else [value])]


_ACCUMULATORS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda values: sum(_numbers(values)),
    "avg": _average,
    "max": lambda values: max(values, key=sort_key, default=None),
    "min": lambda values: min(values, key=sort_key, default=None),
    "addToSet": _distinct,
}

_STAGES: dict[str, Callable[[list[Row], Any], list[Row]]] = {
    "match": _match,
    "project": _project,
    "group": _group,
    "sort": _sort,
    "skip": lambda rows, operand: rows[read_count("skip", operand, 0) :],
    "limit": lambda rows, operand: rows[: read_count("limit", operand, 0)],
}
