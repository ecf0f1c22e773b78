"""What a write makes of a record: values checked, operations applied, rules kept. Pure.

The store reads the present record, calls `applied`, and writes what comes out, all inside one
transaction. Nothing here depends on how or where records are kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, NamedTuple

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadName, InvalidValue, WrongType
from noodl_runtime.schema.acl import Permissions, to_acl, to_permissions
from noodl_runtime.schema.field_types import (
    FIELD_TYPES,
    SqlValue,
    check,
    decoder,
    fits,
    wrong_type,
)
from noodl_runtime.schema.model import Collection, Field
from noodl_runtime.schema.names import RESERVED_FIELDS, check_field_name
from noodl_runtime.schema.operations import (
    MISSING,
    Batch,
    Delete,
    Operation,
    RelationOperation,
    SetOnInsert,
)
from noodl_runtime.schema.rules import is_unset, rules_of
from noodl_runtime.store.nested import with_nested
from noodl_runtime.values import Record, RelationTo

# What a client may send back with a record as it got it, and what it cannot set that way.
_NOT_SET = ("objectId", "createdAt", "updatedAt")


class Keeping(NamedTuple):
    """How the values of one field are kept, looked up once per schema and not once per value.

    classes: of values that need no further check
    encode, decode: as in schema/field_types.py
    """

    name: str
    classes: tuple[type, ...]
    encode: Callable[[Any], SqlValue]
    decode: Callable[[Any], Any] | None


class Form:
    """What the values of a collection's records have to be; made once per schema."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.rules = rules_of(collection)
        fields = collection.fields.values()
        self.keeping = {each.name: _keeping(each) for each in fields if each.type != "Relation"}
        # What a new record shows although it was not sent.
        self.unsent = [
            each for each in fields if each.default is not None or each.type == "Relation"
        ]


def _keeping(each: Field) -> Keeping:
    row = FIELD_TYPES[each.type]
    return Keeping(each.name, () if row.targeted else row.classes, row.encode, decoder(each))


@dataclass
class Outcome:
    """What a write comes to.

    record:      the whole record as it will be, values as they will be read back
    columns:     field -> what SQLite holds, for the fields that change and have a column
    permissions: who may read and write, None when the write does not touch the ACL
    relations:   (field, operation) for the junction tables, in order
    """

    record: Record
    columns: dict[str, SqlValue] = field(default_factory=dict)
    permissions: Permissions | None = None
    relations: list[tuple[Field, RelationOperation]] = field(default_factory=list)


def created(form: Form, values: Mapping[str, Any]) -> Outcome:
    """Return what a new record comes to; it has no objectId yet.

    raises: WrongType, InvalidValue, BadName naming the field
    """
    outcome = _applied(form, {}, values, creating=True)
    for each in form.unsent:
        if each.type == "Relation":
            outcome.record[each.name] = RelationTo(each.target or "")
        elif is_unset(outcome.record.get(each.name)):
            _put(outcome, form.keeping[each.name], each.default)
    for name, rule in form.rules.items():
        rule(outcome.record.get(name))
    return outcome


def saved(form: Form, record: Record, values: Mapping[str, Any]) -> Outcome:
    """Return what a present record comes to; what is not sent stays; raises as `created`."""
    outcome = _applied(form, record, values, creating=False)
    for name in outcome.columns:
        if name in form.rules:
            form.rules[name](outcome.record.get(name))
    return outcome


def _applied(form: Form, record: Record, values: Mapping[str, Any], *, creating: bool) -> Outcome:
    outcome = Outcome(dict(record))
    for key, value in values.items():
        keeping = form.keeping.get(key)
        if keeping is not None and type(value) in keeping.classes:
            _put(outcome, keeping, value)
        elif key == "ACL":
            _put_acl(outcome, value)
        elif key not in _NOT_SET:
            name, *path = key.split(".")
            found = _field(form.collection, name, value)
            if found is not None and not (isinstance(value, SetOnInsert) and not creating):
                _apply(form, outcome, found, path, value)
    return outcome


def _field(collection: Collection, name: str, value: Any) -> Field | None:
    """Return the field of a name; None when there is none and none is needed: null and Delete."""
    found = collection.fields.get(name)
    if found is None:
        if name not in RESERVED_FIELDS:
            check_field_name(name)
        if value is not None and not isinstance(value, Delete):
            raise WrongType(
                f"schema mismatch for {collection.name}.{name}; there is no such field; "
                "add it to the schema first"
            )
    return found


def _apply(form: Form, outcome: Outcome, each: Field, path: list[str], value: Any) -> None:
    if path:
        _apply_below(form, outcome, each, path, value)
    elif each.type == "Relation":
        _relate(form.collection, outcome, each, value)
    elif isinstance(value, Operation):
        _check_implied(form.collection, each, value)
        new = _operate(each, value.apply, outcome.record.get(each.name))
        _put(outcome, form.keeping[each.name], new)
    else:
        check(form.collection.name, each, value)
        _put(outcome, form.keeping[each.name], value)


def _apply_below(form: Form, outcome: Outcome, each: Field, path: list[str], value: Any) -> None:
    """Change one value inside an Object or Array: "address.city"."""
    if each.type not in ("Object", "Array"):
        raise wrong_type(form.collection.name, each, ("Object", None))
    if not all(path):
        raise BadName(f"invalid field name: {each.name}.{'.'.join(path)}")
    change = value.apply if isinstance(value, Operation) else lambda _current: value
    current = outcome.record.get(each.name)
    if current is None and isinstance(value, Delete):
        return
    new = _operate(each, lambda whole: with_nested(whole, path, change), current)
    _put(outcome, form.keeping[each.name], new)


def _operate(each: Field, change: Callable[[Any], Any], current: Any) -> Any:
    try:
        return change(current)
    except InvalidValue as error:
        raise InvalidValue(f"{each.name}: {error}") from error


def _check_implied(collection: Collection, each: Field, operation: Operation) -> None:
    given = operation.implied_type()
    if given is not None and not fits(each, *given):
        raise wrong_type(collection.name, each, given)


def _put(outcome: Outcome, keeping: Keeping, value: Any) -> None:
    """Take over a value in the form in which it will be read back, so that an answer never lies."""
    name, _, encode, decode = keeping
    if value is MISSING:
        outcome.record.pop(name, None)
        outcome.columns[name] = None
    elif value is None:
        outcome.record[name] = outcome.columns[name] = None
    else:
        try:
            stored = outcome.columns[name] = encode(value)
        except InvalidValue as error:
            raise InvalidValue(f"{name}: {error}") from error
        outcome.record[name] = stored if decode is None else decode(stored)


def _put_acl(outcome: Outcome, value: Any) -> None:
    if isinstance(value, Operation) and not isinstance(value, Delete):
        raise WrongType(f"ACL takes an object; {value.name} does nothing to it")
    outcome.permissions = to_permissions(None if isinstance(value, Delete) else value)
    acl = to_acl(*outcome.permissions)
    if acl is None:
        outcome.record.pop("ACL", None)
    else:
        outcome.record["ACL"] = acl


def _relate(collection: Collection, outcome: Outcome, each: Field, value: Any) -> None:
    operations = value.operations if isinstance(value, Batch) else (value,)
    for operation in operations:
        if isinstance(operation, RelationOperation):
            _check_related(collection, each, operation)
            outcome.relations.append((each, operation))
        elif isinstance(operation, Operation):
            _check_implied(collection, each, operation)
            raise InvalidValue(f"{each.name}: {operation.name} does nothing to a relation")
        else:
            check(collection.name, each, operation)  # a relation sent back as it was answered


def _check_related(collection: Collection, each: Field, operation: RelationOperation) -> None:
    for pointer in operation.objects:
        if pointer.collection not in ("", each.target):
            raise wrong_type(collection.name, each, ("Relation", pointer.collection))
