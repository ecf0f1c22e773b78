"""Turns a tree of conditions into SQL text. Used by sql.py, which says what comes out.

Each method returns text and appends the values of its marks to `parameters`, so text and values
are always made in the same order.
"""

import json
from collections.abc import Sequence
from typing import Any

from noodl_runtime.query import sub_queries
from noodl_runtime.query.fields import bent, field_of
from noodl_runtime.query.functions import test_of
from noodl_runtime.query.native import PLAIN_TYPES, Column
from noodl_runtime.query.operators import OPERATORS
from noodl_runtime.query.scope import Scope
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
from noodl_runtime.schema.layout import READ_PRINCIPALS, quote_name
from noodl_runtime.schema.model import Schema

Principals = frozenset[str] | None

# SQLite's parser has a small stack (100 entries before 3.46); an expression is at most 1000 deep.
_DEEP = 5  # deeper groups are worked out by a function from the answers of their parts
_OPPOSITES = ((" IS NOT NULL", " IS NULL"), (" IS NULL", " IS NOT NULL"))
_WIDE = 200  # more parts than this are joined in groups of groups


class Compiler:
    """Makes the text of one statement's conditions and collects its parameters."""

    def __init__(self, schema: Schema, principals: Principals) -> None:
        self.schema = schema
        self.parameters: list[Any] = []
        self._principals = principals
        self._aliases = 0

    def where(self, node: Condition, scope: Scope) -> str:
        """Return what must hold for a record of a table: the condition, and its ACL."""
        text = self.condition(node, scope, 2 * scope.depth)
        if self._principals is None:
            return text
        allowed = acl_text(scope.alias, READ_PRINCIPALS)
        self.parameters.append(acl_parameter(self._principals))
        return allowed if text == "1" else f"{text} AND {allowed}"

    def condition(self, node: Condition, scope: Scope, depth: int) -> str:
        """Return the SQL of one node; its value may be NULL where the node does not hold."""
        match node:
            case Check():
                return self._check(node, scope)
            case Every() | Either():
                return self._group(node, scope, depth)
            case Not():
                return self._not(node, scope, depth)
            case RelatedTo():
                return sub_queries.related_to(self, node, scope)

    def next_alias(self) -> str:
        """Return a table alias that this statement does not use yet."""
        self._aliases += 1
        return f"s{self._aliases}"

    # -- groups

    def _group(self, node: Every | Either, scope: Scope, depth: int) -> str:
        word, empty = ("AND", "1") if isinstance(node, Every) else ("OR", "0")
        if not node.parts:
            return empty
        if depth > _DEEP:
            return self._combination(node, scope)
        texts = [self.condition(part, scope, depth + 1) for part in node.parts]
        joined = _joined(texts, f" {word} ")
        return joined if word == "AND" else f"({joined})"

    def _not(self, node: Not, scope: Scope, depth: int) -> str:
        part = node.part
        if depth > _DEEP and not isinstance(part, Check):
            return self._combination(node, scope)
        text = self.condition(part, scope, depth + 1)
        for ending, opposite in _OPPOSITES:
            if isinstance(part, Check) and text.endswith(ending):
                return text.removesuffix(ending) + opposite
        return f"({text}) IS NOT TRUE"

    def _combination(self, node: Condition, scope: Scope) -> str:
        at = len(self.parameters)
        texts: list[str] = []
        program = self._program(node, scope, texts)
        self.parameters.insert(at, json.dumps(program))
        return f"noodl_combination(?, '' || {_joined(texts, ' || ')})"

    def _program(self, node: Condition, scope: Scope, texts: list[str]) -> Any:
        match node:
            case Every(parts) | Either(parts):
                word = "and" if isinstance(node, Every) else "or"
                return [word, *(self._program(part, scope, texts) for part in parts)]
            case Not(part):
                return ["not", self._program(part, scope, texts)]
            case _:
                texts.append(f"(({self.condition(node, scope, 0)}) IS TRUE)")
                return len(texts) - 1

    # -- checks

    def _check(self, check: Check, scope: Scope) -> str:
        field = field_of(scope.collection, check.path[0])
        if field is None or (field.type in PLAIN_TYPES and len(check.path) > 1):
            return _of_missing(check)
        if field.type == "Relation":
            return sub_queries.relation(self, check, field, scope)
        if isinstance(check.operand, SubQuery):
            return sub_queries.in_query(self, check, field, scope)
        if isinstance(check.operand, Selection):
            return sub_queries.select(self, check, field, scope)
        return self._tested(check, scope.column(field))

    def _tested(self, check: Check, column: Column) -> str:
        operand = bent(check, column.field)
        row = OPERATORS[check.operator]
        if row.native and column.field.type in PLAIN_TYPES:
            text, values = row.native(column, operand)
            self.parameters += values
            return text
        self.parameters.append(test_of(column.field, check.path, check.operator, operand))
        return f"noodl_holds({column.text}, ?)"


def acl_text(alias: str, column: str) -> str:
    """Return the condition that a column of principals is empty or names one of ours."""
    who = f"{alias}.{quote_name(column)}"
    return (
        f"({who} IS NULL OR EXISTS (SELECT 1 FROM json_each({who}) AS p"
        " WHERE p.value IN (SELECT value FROM json_each(?))))"
    )


def acl_parameter(principals: frozenset[str]) -> str:
    """Return the value of the one mark in `acl_text`."""
    return json.dumps(sorted(principals))


def _of_missing(check: Check) -> str:
    prepare = OPERATORS[check.operator].prepare
    if prepare is None or isinstance(check.operand, SubQuery | Selection):
        return "0"
    return "1" if prepare(check.operand)(None) else "0"


def _joined(texts: Sequence[str], between: str) -> str:
    while len(texts) > _WIDE:
        groups = [texts[at : at + _WIDE] for at in range(0, len(texts), _WIDE)]
        texts = [f"({between.join(group)})" for group in groups]
    return between.join(texts)
