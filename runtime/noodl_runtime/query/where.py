"""The grammar: reads a where document, in friendly or Parse spelling or both, into a tree.

    {"price": {"greaterThan": 5}, "$or": [{"name": "a"}, {"tags": {"$all": ["x"]}}]}

Each key is a field, a dotted path or a group word. A field stands before a constraint (an object
made of operators) or before a value, which it then equals. All of it must hold.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.names import read_path
from noodl_runtime.query.operands import Operand, any_value
from noodl_runtime.query.operators import MODIFIERS, SPELLINGS, unknown_operator
from noodl_runtime.query.tree import (
    EVERYTHING,
    Check,
    Condition,
    Either,
    Not,
    RelatedTo,
    every,
)
from noodl_runtime.values import Pointer

MAX_NESTING = 100
_NOT = ("not", "$not")


def read_where(document: Mapping[str, Any], *, max_nesting: int = MAX_NESTING) -> Condition:
    """Turn a where document into the tree of its conditions; {} becomes EVERYTHING.

    document: values are those of values.py; envelopes and dialect texts are read before
    raises:   BadQuery, code 102, 105 (a name) or 107 (an operator or operand), as Parse does
    source:   the Parse query language; recorded answers where its engines disagree
    """
    return _Reader(max_nesting).where(document, 0)


class _Reader:
    """Reads documents down to a depth."""

    def __init__(self, max_nesting: int) -> None:
        self._max_nesting = max_nesting

    def where(self, document: Any, depth: int) -> Condition:
        """Read a document: every key of it holds."""
        if not isinstance(document, Mapping):
            code = 102 if depth else 105  # as Parse does
            raise BadQuery(
                f"a where document is an object, not {type(document).__name__}", code=code
            )
        if depth > self._max_nesting:
            raise BadQuery(
                f"the where document nests deeper than max_nesting ({self._max_nesting})"
            )
        parts = [self._key(key, value, depth) for key, value in document.items()]
        return every(parts) if parts else EVERYTHING

    def _key(self, key: str, value: Any, depth: int) -> Condition:
        group = _GROUPS.get(key)
        if group:
            return group(self, key, value, depth + 1)
        path = read_path(key)
        if isinstance(value, Mapping) and self._is_constraint(key, value):
            return self._constraint(key, value, depth)
        if isinstance(value, Mapping):
            value = dict(value)
        nested = partial(self.where, depth=depth + 1)
        return Check(path, "equalTo", any_value(Operand(key, path, "a value", value, {}, nested)))

    def _is_constraint(self, field: str, value: Mapping[str, Any]) -> bool:
        known = [key for key in value if key in SPELLINGS or key in MODIFIERS or key in _NOT]
        if len(known) < len(value):
            strange = next(key for key in value if key not in known)
            if known or any(key.startswith("$") for key in value):
                raise unknown_operator(field, strange)
        return bool(known)

    def _constraint(self, field: str, constraint: Mapping[str, Any], depth: int) -> Condition:
        path, nested = read_path(field), partial(self.where, depth=depth + 1)
        parts: list[Condition] = []
        for key, value in constraint.items():
            operator = SPELLINGS.get(key)
            if operator:
                operand = Operand(field, path, key, value, constraint, nested)
                parts.append(operator.condition(operand))
            elif key in _NOT:
                parts.append(Not(self._negated(field, key, value, depth + 1)))
            else:
                _check_modifier(field, key, constraint)
        return every(parts)

    def _negated(self, field: str, key: str, value: Any, depth: int) -> Condition:
        if depth > self._max_nesting:
            raise BadQuery(
                f"the where document nests deeper than max_nesting ({self._max_nesting})"
            )
        if not isinstance(value, Mapping) or not value or not self._is_constraint(field, value):
            raise BadQuery(f"{key} on {field!r} needs an object made of operators", code=107)
        return self._constraint(field, value, depth)


def _documents(reader: _Reader, key: str, value: Any, depth: int) -> list[Condition]:
    if not isinstance(value, list | tuple) or not value:
        raise BadQuery(f"{key} needs a list of at least one where document")
    return [reader.where(document, depth) for document in value]


def _and(reader: _Reader, key: str, value: Any, depth: int) -> Condition:
    return every(_documents(reader, key, value, depth))


def _or(reader: _Reader, key: str, value: Any, depth: int) -> Condition:
    parts = _documents(reader, key, value, depth)
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def _nor(reader: _Reader, key: str, value: Any, depth: int) -> Condition:
    return Not(_or(reader, key, value, depth))


def _not(reader: _Reader, key: str, value: Any, depth: int) -> Condition:
    if not isinstance(value, Mapping) or not value:
        raise BadQuery(f"{key} needs a where document with at least one condition")
    return Not(reader.where(value, depth))


def _related_to(_reader: _Reader, key: str, value: Any, _depth: int) -> Condition:
    if isinstance(value, Mapping) and value.keys() == {"object", "key"}:
        owner, relation = value["object"], value["key"]
        if isinstance(owner, Pointer) and isinstance(relation, str):
            return RelatedTo(owner.collection, owner.object_id, read_path(relation)[0])
    raise BadQuery(f'{key} needs {{"object": a Pointer, "key": a relation field}}')


def _check_modifier(field: str, key: str, constraint: Mapping[str, Any]) -> None:
    owner = MODIFIERS[key]
    if not any(SPELLINGS[other].name == owner for other in constraint if other in SPELLINGS):
        raise BadQuery(f"{key} on {field!r} means something beside {owner} only", code=119)


_GROUPS: dict[str, Callable[[_Reader, str, Any, int], Condition]] = {
    "and": _and,
    "$and": _and,
    "or": _or,
    "$or": _or,
    "nor": _nor,
    "$nor": _nor,
    "not": _not,
    "$not": _not,
    "$relatedTo": _related_to,
}
