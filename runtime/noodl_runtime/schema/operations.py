"""What a write can do to a field other than give it a value: one small class per operation.

`apply` takes the present value (None: null or missing) and returns the new one, or MISSING. The
store reads, applies and writes inside one transaction, so operations of parallel writes add up.
Relation operations change junction tables and leave the record itself alone.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, ClassVar, Final

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadRequest, InvalidValue
from noodl_runtime.schema.field_types import infer
from noodl_runtime.schema.same import same_value
from noodl_runtime.values import Included, Pointer


class _Missing(Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING  # what Delete makes of a value: the record has no such field


@dataclass(frozen=True)
class Operation:
    """Base of the operations. name: its `__op` on the wire."""

    name: ClassVar[str] = ""

    def apply(self, current: Any) -> Any:
        """Return the new value of the field. raises: InvalidValue when `current` cannot have it."""
        raise NotImplementedError

    def implied_type(self) -> tuple[str, str | None] | None:
        """Return the type and target of the field this makes; None when it makes none."""
        return None


@dataclass(frozen=True)
class Increment(Operation):
    """Add a number; a field without value counts from 0."""

    name = "Increment"
    amount: int | float

    def apply(self, current: Any) -> Any:
        """Return the sum."""
        if current is None:
            return self.amount
        if isinstance(current, bool) or not isinstance(current, int | float):
            raise InvalidValue("only a number can be incremented")
        total = current + self.amount
        if not math.isfinite(total):
            raise InvalidValue("the sum is beyond what a number can hold")
        return total

    def implied_type(self) -> tuple[str, str | None] | None:
        """Return Number."""
        return "Number", None


@dataclass(frozen=True)
class _ListOperation(Operation):
    objects: tuple[Any, ...]

    def implied_type(self) -> tuple[str, str | None] | None:
        """Return Array."""
        return "Array", None

    @staticmethod
    def _list(current: Any) -> list[Any]:
        if current is None:
            return []
        if not isinstance(current, list | tuple):
            raise InvalidValue("only a list can be added to or removed from")
        return list(current)


@dataclass(frozen=True)
class Add(_ListOperation):
    """Append elements to a list."""

    name = "Add"

    def apply(self, current: Any) -> Any:
        """Return the longer list."""
        return [*self._list(current), *self.objects]


@dataclass(frozen=True)
class AddUnique(_ListOperation):
    """Append those elements that the list does not have yet."""

    name = "AddUnique"

    def apply(self, current: Any) -> Any:
        """Return the list with each new element once."""
        elements = self._list(current)
        for wanted in self.objects:
            if not any(same_value(wanted, element) for element in elements):
                elements.append(wanted)
        return elements


@dataclass(frozen=True)
class Remove(_ListOperation):
    """Take all occurrences of some elements out of a list."""

    name = "Remove"

    def apply(self, current: Any) -> Any:
        """Return the list without them."""
        return [
            element
            for element in self._list(current)
            if not any(same_value(unwanted, element) for unwanted in self.objects)
        ]


@dataclass(frozen=True)
class Delete(Operation):
    """Leave the record without the field."""

    name = "Delete"

    def apply(self, current: Any) -> Any:
        """Return MISSING."""
        return MISSING


@dataclass(frozen=True)
class SetOnInsert(Operation):
    """Give a value when the record is made; a save leaves the field as it is."""

    name = "SetOnInsert"
    amount: Any

    def apply(self, current: Any) -> Any:
        """Return the value."""
        return self.amount

    def implied_type(self) -> tuple[str, str | None] | None:
        """Return the type of the value."""
        return infer(self.amount)


@dataclass(frozen=True)
class RelationOperation(Operation):
    """Base of what changes the set behind a relation field."""

    objects: tuple[Pointer, ...]

    def apply(self, current: Any) -> Any:
        """Refuse: a relation has no value of its own, so this field is none."""
        raise InvalidValue("only a relation can have records put into it or taken out of it")

    def implied_type(self) -> tuple[str, str | None] | None:
        """Return Relation and the collection of the first object; None without objects."""
        return ("Relation", self.objects[0].collection or None) if self.objects else None


@dataclass(frozen=True)
class AddRelation(RelationOperation):
    """Put records into a relation; those already in it stay."""

    name = "AddRelation"


@dataclass(frozen=True)
class RemoveRelation(RelationOperation):
    """Take records out of a relation."""

    name = "RemoveRelation"


@dataclass(frozen=True)
class Batch(Operation):
    """Several operations on one field, in order."""

    name = "Batch"
    operations: tuple[Operation, ...]

    def apply(self, current: Any) -> Any:
        """Return what the last of them makes."""
        for operation in self.operations:
            current = operation.apply(None if current is MISSING else current)
        return current

    def implied_type(self) -> tuple[str, str | None] | None:
        """Return what the first of them implies that implies a type."""
        implied = (operation.implied_type() for operation in self.operations)
        return next((pair for pair in implied if pair is not None), None)


def read_operation(document: Mapping[str, Any]) -> Operation:
    """Return the operation an object with `__op` stands for; its values are already typed.

    {"__op": "Increment", "amount": 5} -> Increment(5)
    raises: BadRequest for an unknown name or a member of the wrong kind
    """
    name = document.get("__op")
    reader = READERS.get(name) if isinstance(name, str) else None
    if reader is None:
        raise BadRequest(f"unknown operation {name!r}; known: {', '.join(READERS)}")
    return reader(document)


def _amount(document: Mapping[str, Any]) -> Operation:
    amount = document.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        raise BadRequest(f"Increment needs a number as amount, not {amount!r}")
    return Increment(amount)


def _objects(document: Mapping[str, Any]) -> Sequence[Any]:
    objects = document.get("objects")
    if not isinstance(objects, list | tuple):
        raise BadRequest(f"{document['__op']} needs a list as objects, not {objects!r}")
    return objects


def _on_list(operation: type[_ListOperation]) -> Callable[[Mapping[str, Any]], Operation]:
    return lambda document: operation(tuple(_objects(document)))


def _on_relation(operation: type[RelationOperation]) -> Callable[[Mapping[str, Any]], Operation]:
    return lambda document: operation(tuple(map(_pointer, _objects(document))))


def _pointer(value: Any) -> Pointer:
    if isinstance(value, Included):
        return Pointer(value.collection, str(value.record["objectId"]))
    if not isinstance(value, Pointer):
        raise BadRequest(f"a relation holds pointers, not {value!r}")
    return value


def _batch(document: Mapping[str, Any]) -> Operation:
    operations = document.get("ops")
    if not isinstance(operations, list | tuple):
        raise BadRequest(f"Batch needs a list as ops, not {operations!r}")
    return Batch(tuple(_member(operation) for operation in operations))


def _member(value: Any) -> Operation:
    if isinstance(value, Operation):  # a dialect that reads from the inside out has been here
        return value
    if not isinstance(value, Mapping):
        raise BadRequest(f"an operation is an object with __op, not {value!r}")
    return read_operation(value)


READERS: dict[str, Callable[[Mapping[str, Any]], Operation]] = {
    "Increment": _amount,
    "Add": _on_list(Add),
    "AddUnique": _on_list(AddUnique),
    "Remove": _on_list(Remove),
    "Delete": lambda _: Delete(),
    "AddRelation": _on_relation(AddRelation),
    "RemoveRelation": _on_relation(RemoveRelation),
    "Batch": _batch,
    "SetOnInsert": lambda document: SetOnInsert(document.get("amount")),
}
