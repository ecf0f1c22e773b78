"""JSON as JavaScript writes and reads it: the order of keys, and what is left out."""

import json
import math
from typing import Any

from noodl_runtime.workflow.js.convert import normal, ordered
from noodl_runtime.workflow.js.dates import iso
from noodl_runtime.workflow.js.values import (
    UNDEFINED,
    CloudFile,
    Moment,
    Object,
    ScriptError,
    Value,
)


def stringify(value: Value) -> str | None:
    """Return JSON.stringify(value), None for undefined. raises: ScriptError on a cycle."""
    try:
        plain = jsonable(value, ())
    except RecursionError as error:
        raise ScriptError("Converting circular structure to JSON") from error
    return None if plain is UNDEFINED else _dump(plain)


def jsonable(value: Value, path: tuple[int, ...] = ()) -> Any:
    """Return a value as json.dumps takes it: dates as texts, NaN as null, Objects with their id."""
    if value is None or value is UNDEFINED or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return normal(value + 0.0) if math.isfinite(value) else None
    if isinstance(value, Moment):
        return iso(value.ms) if value.ms == value.ms else None
    if isinstance(value, CloudFile):
        return {"name": value.name, "url": value.url}
    if id(value) in path:
        raise ScriptError("Converting circular structure to JSON")
    path = (*path, id(value))
    if isinstance(value, list | tuple):
        return [None if (v := jsonable(x, path)) is UNDEFINED else v for x in value]
    if isinstance(value, Object):
        value = {**value.data, "id": value.id}
    if isinstance(value, dict):
        members = ((key, jsonable(value[key], path)) for key in ordered(value))
        return {key: member for key, member in members if member is not UNDEFINED}
    return UNDEFINED


def _dump(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=str)


def parse(text: str) -> Value:
    """Return JSON.parse(text). raises: ValueError; NaN and Infinity are no JSON."""
    return json.loads(text, parse_int=_int, parse_float=_float, parse_constant=_no_constant)


def _int(digits: str) -> float | int:
    if digits == "-0":
        return -0.0
    return normal(int(digits)) if len(digits) < 400 else math.inf


def _float(digits: str) -> float | int:
    return normal(float(digits))


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def encode(text: str) -> bytes:
    """Return JSON text as UTF-8; a lone surrogate is escaped, as JavaScript does."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return "".join(
            f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text
        ).encode()
