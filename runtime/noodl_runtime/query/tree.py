"""What a where document becomes: an immutable tree of conditions, the same for SQL and matcher.

Negative operators have no node of their own: notEqualTo is Not(Check(..., "equalTo", ...)), so that
"also true when the field is missing" follows from the logic and is decided nowhere twice.
"""

from typing import Any

from noodl_runtime.dataclass import dataclass

Path = tuple[str, ...]  # ("address", "city"); the first is a field


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold; Every(()) holds for each record."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds; Either(()) holds for none."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Check:
    """The value at a path passes an operator: Check(("price",), "greaterThan", 5)."""

    path: Path
    operator: str
    operand: Any


@dataclass(frozen=True, slots=True)
class RelatedTo:
    """The record is in the relation `key` of one record; collection "" means: not said."""

    collection: str
    object_id: str
    key: str


@dataclass(frozen=True, slots=True)
class SubQuery:
    """The operand of inQuery: the records of another collection that match."""

    collection: str
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class Selection:
    """The operand of select: the values at a path of the records a sub-query finds."""

    query: SubQuery
    path: Path


Condition = Every | Either | Not | Check | RelatedTo

EVERYTHING = Every(())
NOTHING = Either(())


def every(parts: list[Condition]) -> Condition:
    """Return the condition that all parts hold, without a needless group around a single one."""
    return parts[0] if len(parts) == 1 else Every(tuple(parts))
