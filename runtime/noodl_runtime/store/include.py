"""Records in place of pointers: level by level, one look-up for a level and collection."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import RequestTooLarge
from noodl_runtime.store.wanted import Wanted
from noodl_runtime.values import Included, Pointer, Record

MAX_INCLUDED = 50_000  # records in one answer

_Selected = tuple[frozenset[str] | None, frozenset[str]]

# (collection, object ids, (keys, excluded)) -> records by id; those that may not be read lack
Look = Callable[[str, list[str], _Selected], Mapping[str, Record]]


@dataclass
class _Slot:
    """A pointer in an answer: where it stands, and what is wanted of its record."""

    container: Any
    key: Any
    pointer: Pointer
    wanted: Wanted


class _Gone:
    """Stands in a list where a pointer led nowhere, until the list is cleared of it."""


def include(records: Iterable[Record], want: Wanted, look: Look) -> None:
    """Replace the wanted pointers in records by Included, in place; take out those leading nowhere.

    raises: RequestTooLarge when they are too many. Pointers in a circle end where the paths end.
    """
    level = [(record, want) for record in records]
    total = 0
    while level:
        lists: list[list[Any]] = []
        slots = [slot for place, each in level for slot in _slots(place, each, lists)]
        total += len(slots)
        if total > MAX_INCLUDED:
            raise RequestTooLarge(f"include would answer more than {MAX_INCLUDED} records")
        level = _fill(slots, look)
        for elements in lists:
            elements[:] = [each for each in elements if not isinstance(each, _Gone)]


def _slots(place: Any, want: Wanted, lists: list[list[Any]]) -> list[_Slot]:
    """Return the pointers below a record or object that are wanted."""
    found: list[_Slot] = []
    for name, child in want.include.items():
        if isinstance(place, dict) and name in place:
            found += _at(place, name, child, lists)
    return found


def _at(container: Any, key: Any, want: Wanted, lists: list[list[Any]]) -> list[_Slot]:
    """Return the pointers at one place: itself, in its list, or further down in its object.

    What is on the way is copied, for two records in the answer may share it.
    """
    value = container[key]
    if isinstance(value, Pointer):
        return [_Slot(container, key, value, want)] if value.collection else []
    if isinstance(value, list):
        container[key] = value = list(value)
        lists.append(value)
        return [slot for at in range(len(value)) for slot in _at(value, at, want, lists)]
    if isinstance(value, dict) and want.include:
        container[key] = value = dict(value)
        return _slots(value, want, lists)
    return []


def _fill(slots: list[_Slot], look: Look) -> list[tuple[Record, Wanted]]:
    """Put the records into their slots; return those in which more is to be included."""
    groups: dict[tuple[str, _Selected], list[_Slot]] = {}
    for slot in slots:
        group = (slot.pointer.collection, slot.wanted.selection())
        groups.setdefault(group, []).append(slot)
    deeper: list[tuple[Record, Wanted]] = []
    for (collection, selected), members in groups.items():
        ids = list(dict.fromkeys(slot.pointer.object_id for slot in members))
        found = look(collection, ids, selected)
        for slot in members:
            record = _put(slot, found.get(slot.pointer.object_id))
            if record is not None and slot.wanted.include:
                deeper.append((record, slot.wanted))
    return deeper


def _put(slot: _Slot, found: Record | None) -> Record | None:
    if found is not None:
        record = dict(found)
        slot.container[slot.key] = Included(slot.pointer.collection, record)
        return record
    if isinstance(slot.container, list):
        slot.container[slot.key] = _Gone()
    else:
        del slot.container[slot.key]
    return None
