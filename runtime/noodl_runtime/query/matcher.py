"""Asks conditions of records in memory: realtime filters, tests of what SQL answers."""

from collections.abc import Callable
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.fields import KNOWN_FIELDS, bent, bent_value, field_of
from noodl_runtime.query.leaves import holds, leaves
from noodl_runtime.query.names import INTERNAL_FIELDS
from noodl_runtime.query.native import PLAIN_TYPES
from noodl_runtime.query.operators import OPERATORS
from noodl_runtime.query.predicates import Predicate
from noodl_runtime.query.tree import (
    Check,
    Condition,
    Either,
    Every,
    Not,
    RelatedTo,
    Selection,
    SubQuery,
)
from noodl_runtime.schema.layout import READ_PRINCIPALS
from noodl_runtime.schema.model import Collection, Field
from noodl_runtime.values import Date, File, Included, Pointer, Record

Test = Callable[[Record], bool]
# Answers the conditions that need other records: sub-queries and relations.
Lookup = Callable[[Check | RelatedTo, Record], bool]


def matches(
    condition: Condition,
    record: Record,
    *,
    collection: Collection | None,
    lookup: Lookup | None = None,
) -> bool:
    """Say whether a record meets a condition, exactly as SQL would find it.

    collection: tells the types of fields; None takes them from the values
    lookup:     answers what other records are needed for; None refuses that with BadQuery
    """
    return matcher(condition, collection=collection, lookup=lookup)(record)


def matcher(
    condition: Condition, *, collection: Collection | None, lookup: Lookup | None = None
) -> Test:
    """Return a test for records, prepared once for many of them. raises: BadQuery."""
    match condition:
        case Every(parts) | Either(parts):
            join = all if isinstance(condition, Every) else any
            tests = [matcher(part, collection=collection, lookup=lookup) for part in parts]
            return lambda record: join(test(record) for test in tests)
        case Not(part):
            inner = matcher(part, collection=collection, lookup=lookup)
            return lambda record: not inner(record)
        case Check() if not _needs_others(condition, collection):
            return _checker(condition, collection)
    if lookup is None:
        raise BadQuery(f"{_name(condition)} needs other records; it cannot be used here")
    return lambda record: lookup(condition, record)


def readable(record: Record, principals: frozenset[str] | None) -> bool:
    """Say whether a record's ACL lets one of the principals read it, as the SQL condition does."""
    readers = _internal(record, READ_PRINCIPALS)
    return principals is None or readers is None or not principals.isdisjoint(readers)


def _checker(check: Check, collection: Collection | None) -> Test:
    name, path = check.path[0], check.path[1:]
    field = KNOWN_FIELDS.get(name) if collection is None else field_of(collection, name)
    if field is None and collection is None:
        return _untyped(check)
    if field is None or (field.type in PLAIN_TYPES and path):
        answer = _predicate(check, check.operand)(None)
        return lambda _record: answer
    predicate, whole = _predicate(check, bent(check, field)), OPERATORS[check.operator].whole
    get = _getter(field)
    return lambda record: holds(predicate, leaves(get(record), path), whole=whole)


def _untyped(check: Check) -> Test:
    """Test where no types are known: a text operand meets a date as a date, an id a pointer."""
    name, path, whole = check.path[0], check.path[1:], OPERATORS[check.operator].whole
    plain = _predicate(check, check.operand)
    typed: dict[type, Predicate] = {}

    def passes(value: Any) -> bool:
        kind = type(value)
        if kind not in _KINDS:
            return plain(value)
        if kind not in typed:
            field = Field(name=name, type=_KINDS[kind])
            typed[kind] = _predicate(check, _bent(check.operand, field))
        return typed[kind](value)

    return lambda record: holds(passes, leaves(record.get(name), path), whole=whole)


def _bent(operand: Any, field: Field) -> Any:
    if type(operand) is list:
        return [bent_value(item, field) for item in operand]
    return bent_value(operand, field)


def _predicate(check: Check, operand: Any) -> Predicate:
    prepare = OPERATORS[check.operator].prepare
    assert prepare is not None
    return prepare(operand)


def _getter(field: Field) -> Callable[[Record], Any]:
    name = field.name
    if name in INTERNAL_FIELDS:
        return lambda record: _internal(record, name)
    if field.type == "Date":
        return lambda record: _date(record.get(name))
    return lambda record: record.get(name)


def _date(value: Any) -> Any:
    return Date(value) if type(value) is str else value  # createdAt and updatedAt are plain text


def _internal(record: Record, name: str) -> list[str] | None:
    acl = record.get("ACL")
    if acl is None:
        return None
    right = "read" if name == READ_PRINCIPALS else "write"
    return [principal for principal, rights in acl.items() if rights.get(right)]


def _needs_others(check: Check, collection: Collection | None) -> bool:
    field = field_of(collection, check.path[0]) if collection else None
    if field is not None and field.type == "Relation":
        return True
    return isinstance(check.operand, SubQuery | Selection)


def _name(condition: Check | RelatedTo) -> str:
    if isinstance(condition, RelatedTo):
        return "$relatedTo"
    return f"{condition.operator} on {'.'.join(condition.path)!r}"


_KINDS: dict[type, str] = {Date: "Date", Pointer: "Pointer", Included: "Pointer", File: "File"}
