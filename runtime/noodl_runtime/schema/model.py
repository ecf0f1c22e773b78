"""Collections and the types of their fields, as immutable values. Pure: no file, no database."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from noodl_runtime.dataclass import dataclass


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a collection.

    type:       a name from schema/field_types.py: "String", "Number", ...
    target:     collection that a Pointer or Relation leads to, else None
    required:   every record must have a value that is not null
    default:    value a new record gets when none is sent; None for none
    constraint: JSON Schema that values must satisfy, {} for none
    """

    name: str
    type: str
    target: str | None = None
    required: bool = False
    default: Any = None
    constraint: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Index:
    """An index over fields, "-" in front of one for descending: ("status", "-createdAt").

    ignore_case: whether texts that differ only in the case of A to Z count as one value
    """

    name: str
    fields: tuple[str, ...]
    unique: bool = False
    ignore_case: bool = False


@dataclass(frozen=True, kw_only=True)
class Collection:
    """A named set of records. fields hold what the author declared, not the system fields.

    permissions: class-level permissions in Parse's form, {} for open to all
    table:       name of its table where that is not its own name, see schema/layout.py; the
                 store's business, so it is no part of equality and of no exported form
    """

    name: str
    fields: Mapping[str, Field] = field(default_factory=dict)
    indexes: tuple[Index, ...] = ()
    permissions: Mapping[str, Any] = field(default_factory=dict)
    table: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Schema:
    """All collections by name."""

    collections: Mapping[str, Collection] = field(default_factory=dict)
