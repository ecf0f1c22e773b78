"""The functions SQLite asks where plain SQL will not do. The store registers FUNCTIONS.

They run the very predicates and orderings the matcher uses, so that both answer alike. What they
are to do comes as one JSON text, which is parsed once and then found in a cache.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from noodl_runtime.query import geo
from noodl_runtime.query.comparing import key_text, sort_key
from noodl_runtime.query.leaves import holds, leaves
from noodl_runtime.query.operators import OPERATORS
from noodl_runtime.query.tree import Path
from noodl_runtime.schema.field_types import SqlValue, decode
from noodl_runtime.schema.json_values import from_json, to_json
from noodl_runtime.schema.model import Field
from noodl_runtime.values import GeoPoint


class SqlFunction(NamedTuple):
    """One function: what is called, with how many arguments, and whether it is deterministic."""

    call: Callable[..., SqlValue | bytes]
    arity: int
    deterministic: bool = True


def test_of(field: Field, path: Path, operator: str, operand: Any) -> str:
    """Return the text that tells `noodl_holds` what to test."""
    return to_json([field.type, field.target, path[1:], operator, operand])


def place_of(field: Field, path: Path) -> str:
    """Return the text that tells `noodl_keys`, `noodl_order` and `noodl_distance` where to look."""
    return to_json([field.type, field.target, path[1:]])


def value_holds(stored: SqlValue, test: str) -> int:
    """Say whether the value in a column passes a test made by `test_of`."""
    field, path, predicate, whole = _test(test)
    return holds(predicate, leaves(decode(field, stored), path), whole=whole)


def value_keys(stored: SqlValue, place: str) -> str:
    """Return JSON text: a list of keys, equal for equal values, of all values and list elements."""
    keys: list[str] = []
    for value in _found(stored, place):
        members = [value, *value] if type(value) is list else [value]
        keys += [key_text(member) for member in members if member is not None]
    return to_json(keys)


def value_order(stored: SqlValue, place: str) -> SqlValue | bytes:
    """Return what orders values of mixed kinds: NULL, number, text or blob."""
    rank, key = sort_key(_found(stored, place)[0])
    return None if rank == 0 else _fitting(key)


def value_distance(stored: SqlValue, place: str, latitude: float, longitude: float) -> float | None:
    """Return the distance in radians of the place in a column, NULL without one."""
    center = GeoPoint(latitude, longitude)
    found = [geo.distance(p, center) for p in _found(stored, place) if type(p) is GeoPoint]
    return min(found, default=None)


def combination(program: str, bits: str) -> int:
    """Work out a deep condition from its parts' answers: ('["and",0,["not",1]]', "10") -> 1."""
    return _worked_out(_program(program), bits)


FUNCTIONS: dict[str, SqlFunction] = {
    "noodl_holds": SqlFunction(value_holds, 2),
    "noodl_keys": SqlFunction(value_keys, 2),
    "noodl_order": SqlFunction(value_order, 2),
    "noodl_distance": SqlFunction(value_distance, 4),
    "noodl_combination": SqlFunction(combination, 2),
}


@lru_cache(maxsize=512)
def _test(test: str) -> tuple[Field, Path, Callable[[Any], bool], bool]:
    type_name, target, path, operator, operand = from_json(test)
    row = OPERATORS[operator]
    assert row.prepare is not None
    return _field(type_name, target), tuple(path), row.prepare(operand), row.whole


@lru_cache(maxsize=512)
def _place(place: str) -> tuple[Field, Path]:
    type_name, target, path = from_json(place)
    return _field(type_name, target), tuple(path)


@lru_cache(maxsize=64)
def _program(program: str) -> Any:
    return from_json(program)


def _field(type_name: str, target: str | None) -> Field:
    return Field(name="", type=type_name, target=target)


def _found(stored: SqlValue, place: str) -> list[Any]:
    field, path = _place(place)
    return leaves(decode(field, stored), path)


def _fitting(key: int | float | str | bytes) -> SqlValue | bytes:
    return float(key) if type(key) is int and abs(key) >= 2**63 else key


def _worked_out(program: Any, bits: str) -> bool:
    if type(program) is int:
        return bits[program] == "1"
    word, *parts = program
    answers = (_worked_out(part, bits) for part in parts)
    return not next(answers) if word == "not" else _JOINED[word](answers)


_JOINED: dict[str, Callable[..., bool]] = {"and": all, "or": any}
