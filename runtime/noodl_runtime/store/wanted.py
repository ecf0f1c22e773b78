"""Which fields an answer has, and which pointers in it become records: a tree along the pointers.

keys ("title", "list.name"), include ("list.owner") ->
Wanted(keys={"title", "list"}, include={"list": Wanted(keys={"name"}, include={"owner": ...})})
"""

from collections.abc import Iterable
from dataclasses import field

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadQuery
from noodl_runtime.schema.model import Collection

MAX_DEPTH = 10  # parts of one include path
ALL_POINTERS = "*"


@dataclass
class Wanted:
    """What is wanted of the records at one place.

    keys:     fields to answer, None for all
    excluded: fields not to answer
    include:  what is wanted of the records that stand for pointers, by field
    """

    keys: set[str] | None = None
    excluded: set[str] = field(default_factory=set)
    include: dict[str, "Wanted"] = field(default_factory=dict)

    def selection(self) -> tuple[frozenset[str] | None, frozenset[str]]:
        """Return keys and excluded as one hashable value."""
        return None if self.keys is None else frozenset(self.keys), frozenset(self.excluded)


def wanted(
    collection: Collection,
    *,
    keys: Iterable[str] | None,
    exclude_keys: Iterable[str],
    include: Iterable[str],
) -> Wanted:
    """Return the tree for the parameters of a query. raises: BadQuery for a path too deep.

    keys:         a dotted key includes the pointer it leads through
    exclude_keys: a dotted key means something only below a pointer that is included
    include:      "*" stands for every pointer, and every list, of the collection
    """
    root = Wanted(keys=None if keys is None else set())
    for path in include:
        if path == ALL_POINTERS:
            root.include |= {name: Wanted() for name in _pointers(collection)}
        else:
            _place(root, path.split("."))
    for key in keys or ():
        *leading, name = key.split(".")
        _want(root, leading, name)
    for key in exclude_keys:
        *leading, name = key.split(".")
        place = _find(root, leading)
        if place is not None:
            place.excluded.add(name)
    return root


def _pointers(collection: Collection) -> list[str]:
    fields = collection.fields.values()
    return [each.name for each in fields if each.type in ("Pointer", "Array")]


def _place(root: Wanted, path: list[str]) -> Wanted:
    if len(path) > MAX_DEPTH:
        raise BadQuery(f"include {'.'.join(path)!r} goes deeper than {MAX_DEPTH} pointers")
    for name in path:
        root = root.include.setdefault(name, Wanted())
    return root


def _want(root: Wanted, path: list[str], name: str) -> None:
    """Want a field at the end of a path, and on the way the pointers that lead there."""
    for depth in range(len(path)):
        _want_field(_place(root, path[:depth]), path[depth])
    _want_field(_place(root, path), name)


def _want_field(place: Wanted, name: str) -> None:
    place.keys = (place.keys or set()) | {name}


def _find(root: Wanted, path: list[str]) -> Wanted | None:
    place: Wanted | None = root
    for name in path:
        place = place.include.get(name) if place else None
    return place
