"""Which fields of a record are answered (keys, excludeKeys) and which pointers are followed."""

from collections.abc import Callable, Iterable
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.names import read_path
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.values import Included, Record

MAX_KEYS = 500  # names in one list

# {"list": {"owner": {}}, "home": {}}: what hangs below each name; "*" stands for every pointer
Tree = dict[str, Any]


def read_names(what: str, given: Any) -> tuple[str, ...]:
    """Return the names of keys, excludeKeys or include, given as "a, b.c", a list, or None.

    raises: BadQuery naming `what`, or (105) the name that is none
    """
    names = given.split(",") if isinstance(given, str) else given or ()
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise BadQuery(f"{what} is a text like 'name,list.owner', or a list of such names")
    if len(names) > MAX_KEYS:
        raise BadQuery(f"{what} holds more than {MAX_KEYS} names")
    found = tuple(stripped for name in names if (stripped := name.strip()))
    for name in found:
        if name != "*" and name not in SYSTEM_FIELDS:
            read_path(name)
    return found


def include_tree(include: Iterable[str], keys: Iterable[str] | None = None) -> Tree:
    """Return the pointers to follow: ("list.owner", "home") -> {"list": {"owner": {}}, "home": {}}.

    keys: a key below a pointer means that the pointer is to be followed: "list.name"
    """
    below = [key.rpartition(".")[0] for key in keys or () if "." in key]
    return _tree([*include, *below])


def projector(
    keys: Iterable[str] | None, exclude: Iterable[str] = ()
) -> Callable[[Record], Record]:
    """Return the function that leaves of a record what is to be answered.

    keys:    None for all fields; a dotted one leads into an Included record or an object
    exclude: fields to leave out; a dotted one leads into an Included record, not into an object
    """
    wanted, unwanted = None if keys is None else _fields(keys), _fields(exclude)
    for name in SYSTEM_FIELDS:
        unwanted.pop(name, None)
    if wanted is not None and "*" in wanted:
        wanted = None
    return lambda record: _without(_only(record, wanted), unwanted)


def project(record: Record, keys: Iterable[str] | None, exclude: Iterable[str] = ()) -> Record:
    """Return what is to be answered of one record; for many, make a `projector` once."""
    return projector(keys, exclude)(record)


def _only(record: Record, wanted: Tree | None) -> Record:
    if wanted is None:
        return record
    return {
        name: _picked(value, wanted.get(name))
        for name, value in record.items()
        if name in wanted or name in SYSTEM_FIELDS
    }


def _picked(value: Any, wanted: Tree | None) -> Any:
    if not wanted:
        return value
    if isinstance(value, Included):
        return Included(value.collection, _only(value.record, wanted))
    if isinstance(value, list):
        return [_picked(item, wanted) for item in value]
    if isinstance(value, dict):
        return {name: _picked(value[name], wanted[name]) for name in wanted if name in value}
    return value


def _without(record: Record, unwanted: Tree) -> Record:
    if not unwanted:
        return record
    return {
        name: _trimmed(value, unwanted.get(name))
        for name, value in record.items()
        if unwanted.get(name) != {}
    }


def _trimmed(value: Any, unwanted: Tree | None) -> Any:
    if unwanted and isinstance(value, Included):
        return Included(value.collection, _without(value.record, unwanted))
    if unwanted and isinstance(value, list):
        return [_trimmed(item, unwanted) for item in value]
    return value


def _fields(names: Iterable[str]) -> Tree:
    """Nest dotted names; a whole field wins over a name that leads into it."""
    given = set(names)
    return _tree(name for name in given if given.isdisjoint(_prefixes(name)))


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:size]) for size in range(1, len(parts))]


def _tree(names: Iterable[str]) -> Tree:
    tree: Tree = {}
    for name in names:
        branch = tree
        for part in name.split("."):
            branch = branch.setdefault(part, {})
    return tree
