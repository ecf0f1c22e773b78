"""The stages that make new rows of single rows: project, addFields, unwind."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.aggregate.expressions import (
    Expression,
    Row,
    expression,
    row_path,
    value_at,
)
from noodl_runtime.query.aggregate.stage import Stage
from noodl_runtime.query.tree import Path


def project(given: Any) -> Stage:
    """Read {"price": 1, "total": {"$add": [...]}} or {"price": 0}."""
    if not isinstance(given, Mapping) or not given:
        raise BadQuery("the stage project needs an object of fields")
    names = {row_path(name): value for name, value in given.items()}
    kept = [value for path, value in names.items() if path != ("objectId",)]
    if kept and all(_is_no(value) for value in kept):
        return Stage(
            name="project", run=partial(_leave_out, [p for p in names if _is_no(names[p])])
        )
    if any(_is_no(value) for value in kept):
        raise BadQuery("the stage project either takes fields or leaves them out, not both")
    used: set[str] = {"objectId"}
    makers = _makers({("objectId",): 1, **names}, used)
    return Stage(name="project", run=partial(_take, makers), used=frozenset(used), renews=True)


def _makers(names: Mapping[Path, Any], used: set[str]) -> list[tuple[Path, Expression]]:
    makers: list[tuple[Path, Expression]] = []
    for path, value in names.items():
        if not _is_no(value):
            plain = value is True or (type(value) in (int, float))
            makers.append((path, expression("$" + ".".join(path) if plain else value, used)))
    return makers


def _take(makers: list[tuple[Path, Expression]], rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        made: Row = {}
        for path, make in makers:
            value = make(row)
            if value is not None:
                _put(made, path, value)
        yield made


def _leave_out(paths: list[Path], rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        left = dict(row)
        for path in paths:
            _drop(left, path)
        yield left


def add_fields(given: Any) -> Stage:
    """Read {"total": {"$add": [...]}}; the other fields stay."""
    if not isinstance(given, Mapping) or not given:
        raise BadQuery("the stage addFields needs an object of fields")
    used: set[str] = set()
    makers = [(row_path(name), expression(value, used)) for name, value in given.items()]

    def run(rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            made = dict(row)
            for path, make in makers:
                _put(made, path, make(row))
            yield made

    return Stage(name="addFields", run=run)


def unwind(given: Any) -> Stage:
    """Read "$tags", or {"path": "$tags", ...}: one row for each element of a list."""
    options = {"path": given} if isinstance(given, str) else given
    known = {"path", "preserveNullAndEmptyArrays", "includeArrayIndex"}
    if not isinstance(options, Mapping) or options.keys() - known:
        raise BadQuery(f"the stage unwind needs a text like '$tags', or {', '.join(sorted(known))}")
    name = options.get("path")
    if not isinstance(name, str) or not name.startswith("$"):
        raise BadQuery("the stage unwind needs a path that begins with $, like '$tags'")
    path, index = row_path(name[1:]), options.get("includeArrayIndex")
    at = row_path(index) if isinstance(index, str) else None
    keep = options.get("preserveNullAndEmptyArrays") is True
    return Stage(name="unwind", run=partial(_unwound, path, at, keep))


def _unwound(path: Path, at: Path | None, keep: bool, rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        value = value_at(row, path)
        items = value if type(value) is list else [] if value is None else [value]
        if not items and keep:
            yield row
        for place, item in enumerate(items):
            made = dict(row)
            _put(made, path, item)
            if at:
                _put(made, at, place)
            yield made


def _put(row: Row, path: Path, value: Any) -> None:
    for part in path[:-1]:
        inner = row.get(part)
        row[part] = row = dict(inner) if type(inner) is dict else {}
    row[path[-1]] = value


def _drop(row: Row, path: Path) -> None:
    for part in path[:-1]:
        inner = row.get(part)
        if type(inner) is not dict:
            return
        row[part] = row = dict(inner)
    row.pop(path[-1], None)


def _is_no(value: Any) -> bool:
    return value is False or (type(value) in (int, float) and value == 0)
