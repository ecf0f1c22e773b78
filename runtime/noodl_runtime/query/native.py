"""Operators as plain SQL on a column of its own type, so that an index on the column is used.

A fragment may come out NULL for a record without a value; whoever negates it must use IS NOT TRUE.
A value the column cannot hold (a text on a Number field) matches nothing: fragment "0".
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import InvalidValue
from noodl_runtime.schema.field_types import FIELD_TYPES, SqlValue
from noodl_runtime.schema.model import Field
from noodl_runtime.values import Included, Pointer

Fragment = tuple[str, list[SqlValue]]

# Types whose columns hold what SQL compares as we do. The others are asked through a function.
PLAIN_TYPES = {"String", "Number", "Boolean", "Date", "Pointer", "File", "Bytes"}
_ORDERED_TYPES = {"String", "Number", "Boolean", "Date"}
_FEW = 20  # so many list members are parameters of their own; more travel as one JSON text

NEVER: Fragment = ("0", [])
_LAST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as SQL text, and the field behind it: Column("t.`price`", Field(...))."""

    text: str
    field: Field

    def holdable(self, values: Iterable[Any]) -> list[SqlValue]:
        """Return values as the column holds them, without those it never holds, null among them."""
        kind = FIELD_TYPES[self.field.type]
        held: list[SqlValue] = []
        for value in values:
            if type(value) in kind.classes and self._is_target(value):
                try:
                    held.append(kind.encode(value))
                except InvalidValue:
                    continue
        return held

    def _is_target(self, value: Any) -> bool:
        if type(value) not in (Pointer, Included):
            return True
        return not (value.collection and self.field.target) or value.collection == self.field.target


Native = Callable[[Column, Any], Fragment]


def equal_to(column: Column, operand: Any) -> Fragment:
    """`price` = ?, or IS NULL for null."""
    if operand is None:
        return f"{column.text} IS NULL", []
    held = column.holdable([operand])
    return (f"{column.text} = ?", held) if held else NEVER


def one_of(column: Column, operands: list[Any]) -> Fragment:
    """`price` IN (?, ?), or OR IS NULL if null is in the list."""
    held = column.holdable(operands)
    texts = [f"{column.text} IN ({_members(held)})"] if held else []
    if None in operands:
        texts.append(f"{column.text} IS NULL")
    if not texts:
        return NEVER
    text = texts[0] if len(texts) == 1 else f"({' OR '.join(texts)})"
    return text, held if len(held) <= _FEW else [json.dumps(held)]


def ordered(sign: str) -> Native:
    """Make `price` > ? and its kin."""

    def native(column: Column, operand: Any) -> Fragment:
        held = column.holdable([operand]) if column.field.type in _ORDERED_TYPES else []
        return (f"{column.text} {sign} ?", held) if held else NEVER

    return native


def exists(column: Column, _operand: Any) -> Fragment:
    """`price` IS NOT NULL."""
    return f"{column.text} IS NOT NULL", []


def contains(column: Column, operand: str) -> Fragment:
    """`name` has this text somewhere; instr takes every character literally."""
    return (f"instr({column.text}, ?) > 0", [operand]) if _is_text(column) else NEVER


def starts_with(column: Column, operand: str) -> Fragment:
    """`name` begins with this text: a range, which an index can answer."""
    if not _is_text(column):
        return NEVER
    end = _after(operand)
    if end is None:
        return f"{column.text} >= ?", [operand]
    return f"{column.text} >= ? AND {column.text} < ?", [operand, end]


def ends_with(column: Column, operand: str) -> Fragment:
    """`name` ends with this text, compared as bytes: length() of a text stops at a NUL."""
    if not _is_text(column):
        return NEVER
    if not operand:
        return exists(column, operand)
    return f"substr(CAST({column.text} AS BLOB), ?) = CAST(? AS BLOB)", [
        -len(operand.encode()),
        operand,
    ]


def _members(held: list[SqlValue]) -> str:
    if len(held) <= _FEW:
        return ", ".join("?" * len(held))
    return "SELECT value FROM json_each(?)"


def _is_text(column: Column) -> bool:
    return column.field.type == "String"


def _after(prefix: str) -> str | None:
    """Return the first text after all that begin with a prefix, None if there is none."""
    for at in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[at]) + 1
        if code <= _LAST:
            return prefix[:at] + chr(_SURROGATES.stop if code in _SURROGATES else code)
    return None
