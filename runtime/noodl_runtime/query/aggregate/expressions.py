"""Values computed from a row: "$price", {"$multiply": ["$price", "$count"]}, {"$year": "$born"}.

A row is a record or what an earlier stage made of it. A missing value is None; arithmetic with
anything but numbers gives None.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.leaves import leaves
from noodl_runtime.query.names import read_path
from noodl_runtime.query.tree import Path
from noodl_runtime.values import Date

Row = dict[str, Any]
Expression = Callable[[Row], Any]

MAX_NESTING = 20
# How the database of the original calls system fields; the rest of a path follows unchanged.
_ALIASES = {"_id": "objectId", "_created_at": "createdAt", "_updated_at": "updatedAt"}
_POINTER = "_p_"


def row_path(text: str) -> Path:
    """Return the path of a field in a row: "a.b" -> ("a", "b"), "_id" -> ("objectId",)."""
    first, dot, rest = text.partition(".")
    return read_path(_ALIASES.get(first, first.removeprefix(_POINTER)) + dot + rest)


def value_at(row: Row, path: Path) -> Any:
    """Return the value at a path; a list of values where it leads through a list."""
    found = leaves(row.get(path[0]), path[1:])
    return found[0] if len(found) == 1 else found


def expression(given: Any, used: set[str], depth: int = 0) -> Expression:
    """Return the function that computes a value; the fields it looks at are added to `used`.

    raises: BadQuery for an unknown operator
    """
    if depth > MAX_NESTING:
        raise BadQuery(f"an expression nests deeper than {MAX_NESTING}")
    if isinstance(given, str) and given.startswith("$"):
        path = row_path(given[1:])
        used.add(path[0])
        return lambda row: value_at(row, path)
    if isinstance(given, Mapping):
        return _computed(given, used, depth)
    return lambda _row: given


def _computed(given: Mapping[str, Any], used: set[str], depth: int) -> Expression:
    words = [key for key in given if key.startswith("$")]
    if not words:
        parts = {key: expression(part, used, depth + 1) for key, part in given.items()}
        paths = {key for key, part in given.items() if isinstance(part, str) and part[:1] == "$"}
        return lambda row: _object(parts, paths, row)
    word = words[0]
    if word == "$literal":
        return lambda _row: given[word]
    operator = EXPRESSIONS.get(word)
    if operator is None or len(given) > 1:
        raise BadQuery(f"unknown expression {word!r}; known: {', '.join(EXPRESSIONS)}, $literal")
    items = given[word] if isinstance(given[word], list | tuple) else [given[word]]
    arguments = [expression(item, used, depth + 1) for item in items]
    return lambda row: operator([argument(row) for argument in arguments])


def _object(parts: Mapping[str, Expression], paths: set[str], row: Row) -> Row:
    """Return an object of computed values; a field that the row lacks is lacking in it as well."""
    made = {key: part(row) for key, part in parts.items()}
    return {key: value for key, value in made.items() if value is not None or key not in paths}


def is_number(value: Any) -> bool:
    """Say whether a value counts as a number; booleans do not."""
    return type(value) in (int, float)


def _arithmetic(work: Callable[..., Any], *, least: int = 1, most: int = 1000) -> Any:
    def operator(values: list[Any]) -> Any:
        if not least <= len(values) <= most or not all(map(is_number, values)):
            return None
        try:
            return finite(work(values))
        except (ArithmeticError, ValueError):
            return None

    return operator


def finite(value: Any) -> Any:
    """Return a number that JSON has a word for, else None."""
    return value if type(value) is not float or math.isfinite(value) else None


def _moment_part(part: Callable[[datetime], int]) -> Any:
    def operator(values: list[Any]) -> Any:
        text = values[0].iso if isinstance(values[0], Date) else values[0]
        try:
            return part(datetime.fromisoformat(text))
        except (TypeError, ValueError):
            return None

    return operator


def _concat(values: list[Any]) -> Any:
    return "".join(values) if all(type(value) is str for value in values) else None


def _size(values: list[Any]) -> Any:
    return len(values[0]) if len(values) == 1 and type(values[0]) is list else None


def _if_null(values: list[Any]) -> Any:
    return next((value for value in values if value is not None), None)


EXPRESSIONS: dict[str, Callable[[list[Any]], Any]] = {
    "$add": _arithmetic(sum),
    "$subtract": _arithmetic(lambda two: two[0] - two[1], least=2, most=2),
    "$multiply": _arithmetic(math.prod),
    "$divide": _arithmetic(lambda two: two[0] / two[1], least=2, most=2),
    "$mod": _arithmetic(lambda two: math.fmod(*two), least=2, most=2),
    "$abs": _arithmetic(lambda one: abs(one[0]), most=1),
    "$concat": _concat,
    "$size": _size,
    "$ifNull": _if_null,
    "$year": _moment_part(lambda at: at.year),
    "$month": _moment_part(lambda at: at.month),
    "$dayOfMonth": _moment_part(lambda at: at.day),
    "$dayOfYear": _moment_part(lambda at: at.timetuple().tm_yday),
    "$dayOfWeek": _moment_part(lambda at: at.isoweekday() % 7 + 1),
    "$hour": _moment_part(lambda at: at.hour),
    "$minute": _moment_part(lambda at: at.minute),
    "$second": _moment_part(lambda at: at.second),
}
