"""Query parameters, read strictly: what is not understood is refused, never dropped.

A parameter is a text from the URL or, on the Parse wire, a JSON value from the body.
"""

import re
from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import BadJson, BadQuery
from noodl_runtime.http.dialects import parse
from noodl_runtime.http.strict_json import read_json
from noodl_runtime.store.contract import Query

DEFAULT_LIMIT = 100
ONE_RECORD = ("keys", "excludeKeys", "include", "includeAll")
QUERY_PARAMETERS = ("where", "limit", "skip", "count", *ONE_RECORD)
NOTHING = ("", None)

Parameters = Mapping[str, Any]


def read_query(
    collection: str,
    given: Parameters,
    where: Mapping[str, Any],
    *,
    order: str,
    ignored: tuple[str, ...] = (),
) -> Query:
    """Return the query that the parameters describe.

    where: the where document, already read
    order: name of the parameter that sorts: "sort" on /api, "order" on the Parse wire
    ignored: names of parameters that may stand there and change nothing
    raises: BadQuery
    """
    check_known(given, (*QUERY_PARAMETERS, order, *ignored))
    return Query(
        collection=collection,
        where=where,
        order=names(given, order),
        limit=whole(given, "limit", DEFAULT_LIMIT),
        skip=whole(given, "skip", 0),
        keys=fields(given, "keys") or None,
        exclude_keys=fields(given, "excludeKeys"),
        include=include(given),
        count=flag(given, "count"),
    )


def check_known(given: Parameters, known: tuple[str, ...]) -> None:
    """Accept parameters of known names; a misspelt `where` would show more than was asked for.

    Names that begin with `_` are taken for what gets past caches, and ignored. raises: BadQuery
    """
    for name in given:
        if name not in known and not name.startswith("_"):
            raise BadQuery(f"unknown parameter {name[:100]!r}; known: {', '.join(known)}")


def document(given: Parameters, name: str, max_nesting: int) -> dict[str, Any]:
    """Return a parameter that is a JSON object, typed values inside; {} without one.

    raises: BadQuery
    """
    value = json_value(given, name, max_nesting)
    if value is None:
        return {}
    if isinstance(value, list):
        raise BadQuery(f"{name} must be a JSON object, not a list", code=105)
    if not isinstance(value, dict):
        raise BadQuery(f"{name} must be a JSON object")
    return value


def json_value(given: Parameters, name: str, max_nesting: int) -> Any:
    """Return a parameter that is JSON, None without one. raises: BadQuery."""
    value = given.get(name)
    if value in NOTHING:
        return None
    if not isinstance(value, str):
        return value
    try:
        return read_json(value.encode(), name, max_nesting=max_nesting, hook=parse.typed)
    except BadJson as error:
        raise BadQuery(str(error)) from error


def whole(given: Parameters, name: str, default: int) -> int:
    """Return a parameter that is a whole number from 0 up. raises: BadQuery."""
    value = given.get(name)
    if value in NOTHING:
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15:
        return value
    raise BadQuery(f"{name} must be a whole number from 0 up, not {str(value)[:40]!r}")


def names(given: Parameters, name: str) -> tuple[str, ...]:
    """Return a parameter that is a list of names: "a,b" or ["a", "b"]. raises: BadQuery."""
    value = given.get(name)
    if value in NOTHING:
        return ()
    if isinstance(value, str):
        if not value.startswith("["):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        value = json_value(given, name, 2)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise BadQuery(f"{name} must be names with commas between, or a JSON list of names")


def fields(given: Parameters, name: str) -> tuple[str, ...]:
    """Return a parameter that is a list of fields: "title,list.name", or "*". raises: BadQuery."""
    found = names(given, name)
    for field in found:
        if not _FIELD.fullmatch(field):
            raise BadQuery(f"{name} holds {field[:100]!r}, which is no name of a field", code=105)
    return found


def include(given: Parameters) -> tuple[str, ...]:
    """Return what to include; `includeAll` is another spelling of `*`."""
    return ("*",) if flag(given, "includeAll") else fields(given, "include")


def flag(given: Parameters, name: str) -> bool:
    """Return a parameter that is on or off: 1, true or 0, false. raises: BadQuery."""
    value = given.get(name)
    found = _FLAGS.get(str(value).lower())
    if found is None or isinstance(value, list | dict | float):
        raise BadQuery(f"{name} must be 1, 0, true or false")
    return found


_FIELD = re.compile(r"\*|[A-Za-z_][A-Za-z0-9_]{0,127}(\.[A-Za-z0-9_]{1,128})*")
_FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False, str(None).lower(): False}
