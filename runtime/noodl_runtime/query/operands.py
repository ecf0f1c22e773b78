"""How operands are read: what each operator accepts, checked before anything else happens.

A reader takes an Operand and returns the checked value. Whatever it does not accept it refuses by
name: a condition that is dropped or guessed would show more records than were asked for.
"""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadQuery
from noodl_runtime.query.checked_values import checked_value, shown
from noodl_runtime.query.names import read_path
from noodl_runtime.query.regex import OPTIONS
from noodl_runtime.query.text import Search
from noodl_runtime.query.tree import Condition, Path, Selection, SubQuery
from noodl_runtime.schema.names import check_collection_name
from noodl_runtime.values import Date

# What a sub-query may also carry, as clients build it; none of it changes which records match. So
# it is with limit and skip: real servers look through all records of a sub-query, and clients that
# set a limit there mean to lift that of a page.
_WITHOUT_EFFECT = {"order", "keys", "excludeKeys", "include", "count", "limit", "skip"}


@dataclass(frozen=True, slots=True)
class Operand:
    """One operator of a constraint, as it was written.

    field:    "address.city", for messages; path is the same, split
    key:      the spelling used: "$gt"
    value:    what stands behind it
    siblings: the whole constraint, for operators with modifiers ($regex with $options)
    nested:   reads the where document of a sub-query, one level deeper
    """

    field: str
    path: Path
    key: str
    value: Any
    siblings: Mapping[str, Any]
    nested: Callable[[Any], Condition]

    def refused(self, needs: str, *, code: int = 107) -> BadQuery:
        """Return the error for an operand that is not what the operator needs."""
        return BadQuery(
            f"{self.key} on {self.field!r} needs {needs}, not {shown(self.value)}", code=code
        )


def any_value(operand: Operand) -> Any:
    """Accept whatever a record can hold, null included."""
    return checked_value(operand, operand.value)


def comparable(operand: Operand) -> Any:
    """Accept what has an order: number, text, date, boolean; and null, which nothing exceeds."""
    value = operand.value
    if value is not None and not isinstance(value, int | float | str | Date):
        raise operand.refused("a number, text, date or boolean")
    return checked_value(operand, value)


def values(operand: Operand) -> list[Any]:
    """Accept a list of values."""
    if not isinstance(operand.value, list | tuple):
        raise operand.refused("a list")
    return [checked_value(operand, item) for item in operand.value]


def flat_values(operand: Operand) -> list[Any]:
    """Accept a list of values; a list inside it stands for its elements, as in Parse."""
    flat: list[Any] = []
    for item in values(operand):
        flat += item if isinstance(item, list | tuple) else [item]
    return flat


def boolean(operand: Operand) -> bool:
    """Accept true or false."""
    if not isinstance(operand.value, bool):
        raise operand.refused("true or false")
    return operand.value


def text(operand: Operand) -> str:
    """Accept a text."""
    if not isinstance(operand.value, str):
        raise operand.refused("a text")
    return str(checked_value(operand, operand.value))


def regex_options(operand: Operand, keys: tuple[str, ...]) -> str:
    """Return the options of a regular expression, found under one of the keys beside it."""
    given = next((operand.siblings[key] for key in keys if key in operand.siblings), "")
    if not isinstance(given, str) or given.strip(OPTIONS):
        raise BadQuery(
            f"the options of {operand.key} on {operand.field!r} are letters of {OPTIONS!r}, "
            f"not {shown(given)}",
            code=102,
        )
    return "".join(sorted(set(given)))


def search(operand: Operand) -> Search:
    """Accept {"$search": {"$term": "tea", "$caseSensitive": false, ...}}."""
    found = operand.value.get("$search") if isinstance(operand.value, Mapping) else None
    if not isinstance(found, Mapping):
        raise operand.refused('{"$search": {"$term": "..."}}')
    given = {"$language": "", "$caseSensitive": False, "$diacriticSensitive": False, **found}
    for key, kind, words in _SEARCH_KEYS:
        if not isinstance(given.get(key), kind):
            raise operand.refused(f"{words} as {key}")
    if not given["$term"]:
        raise operand.refused("a text that is not empty as $term")
    unknown = given.keys() - {key for key, _, _ in _SEARCH_KEYS}
    if unknown:
        raise operand.refused(f"no {min(unknown)!r} in $search")
    return Search(
        term=checked_value(operand, given["$term"]),
        case=given["$caseSensitive"],
        diacritics=given["$diacriticSensitive"],
    )


def sub_query(operand: Operand) -> SubQuery:
    """Accept {"className": "Team", "where": {...}}."""
    return _sub_query(operand, operand.value)


def selection(operand: Operand) -> Selection:
    """Accept {"query": {"className": "Team", "where": {...}}, "key": "city"}.

    Without `where`, which some SDKs leave out here, it is about all records of the collection.
    """
    value = operand.value
    if not isinstance(value, Mapping) or value.keys() != {"query", "key"}:
        raise operand.refused('{"query": {"className", "where"}, "key"}', code=102)
    if not isinstance(value["key"], str):
        raise operand.refused("a field name as key", code=102)
    query = value["query"]
    if isinstance(query, Mapping):
        query = {"where": {}, **query}
    return Selection(_sub_query(operand, query), read_path(value["key"]))


def _sub_query(operand: Operand, value: Any) -> SubQuery:
    if (
        not isinstance(value, Mapping)
        or not isinstance(value.get("className"), str)
        or not isinstance(value.get("where"), Mapping)
    ):
        raise operand.refused('{"className": "...", "where": {...}}', code=102)
    unknown = value.keys() - _WITHOUT_EFFECT - {"className", "where"}
    if unknown:
        raise operand.refused(f"no {min(unknown)!r} in the sub-query", code=102)
    check_collection_name(value["className"])
    return SubQuery(value["className"], operand.nested(value["where"]))


_SEARCH_KEYS = (
    ("$term", str, "a text"),
    ("$language", str, "a text"),
    ("$caseSensitive", bool, "true or false"),
    ("$diacriticSensitive", bool, "true or false"),
)
