"""The operators that look at other records, as SQL: sub-queries, relations, relatedTo.

Where both sides are plain columns of one type this is IN (SELECT ...). Where one is a list or lies
inside an object, both sides are turned into keys that are equal for equal values.
"""

import json
from typing import TYPE_CHECKING, NamedTuple

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.fields import KNOWN_FIELDS, bent, field_of
from noodl_runtime.query.functions import place_of
from noodl_runtime.query.native import PLAIN_TYPES, Column
from noodl_runtime.query.scope import Scope
from noodl_runtime.query.tree import Check, Path, RelatedTo, Selection, SubQuery
from noodl_runtime.schema.layout import junction_table, quote_name, table_name
from noodl_runtime.schema.model import Collection, Field

if TYPE_CHECKING:
    from noodl_runtime.query.compiler import Compiler

MAX_DEPTH = 4  # sub-queries inside each other; see compiler.py on SQLite's parser

_NOTHING = "0"
_ID = ("objectId",)


class _Values(NamedTuple):
    """Where values are: a path that begins at a field; column is its name if that is another."""

    field: Field
    path: Path

    @property
    def plain(self) -> bool:
        return self.field.type in PLAIN_TYPES and len(self.path) == 1

    def column(self, scope: Scope) -> str:
        return f"{scope.alias}.{quote_name(self.path[0])}"


def in_query(compiler: "Compiler", check: Check, field: Field, scope: Scope) -> str:
    """Return the SQL of: the pointer, or one in the list, leads to a record that is found."""
    query: SubQuery = check.operand
    found = Field(name="objectId", type="Pointer", target=query.collection)
    return _among(compiler, _Values(field, check.path), _Values(found, _ID), query, scope)


def select(compiler: "Compiler", check: Check, field: Field, scope: Scope) -> str:
    """Return the SQL of: the value occurs at a path of the records that are found."""
    selection: Selection = check.operand
    target = compiler.schema.collections.get(selection.query.collection)
    selected = field_of(target, selection.path[0]) if target else None
    if selected is None or selected.type == "Relation":
        return _NOTHING
    right = _Values(selected, selection.path)
    return _among(compiler, _Values(field, check.path), right, selection.query, scope)


def relation(compiler: "Compiler", check: Check, field: Field, scope: Scope) -> str:
    """Return the SQL of a check on a relation field: about the records it holds."""
    table = quote_name(junction_table(table_name(scope.collection), field.name))
    owners = f"{scope.alias}.`objectId` IN (SELECT j.`owningId` FROM {table} AS j"
    if check.operator == "exists":
        return f"{owners})"
    if isinstance(check.operand, SubQuery) and field.target in (None, check.operand.collection):
        found = _found(compiler, check.operand, _Values(KNOWN_FIELDS["objectId"], _ID), scope)
        return f"{owners} WHERE j.`relatedId` IN ({found}))" if found else _NOTHING
    if check.operator not in ("equalTo", "containedIn"):
        return _NOTHING
    return _related_ids(compiler, check, field, owners)


def related_to(compiler: "Compiler", node: RelatedTo, scope: Scope) -> str:
    """Return the SQL of: the record is in a relation of one record that the caller may read."""
    texts = [
        _related(compiler, node, owner, scope)
        for owner in compiler.schema.collections.values()
        if node.collection in ("", owner.name) and _leads(owner, node.key, scope.collection)
    ]
    return f"({' OR '.join(texts)})" if texts else _NOTHING


def _related(compiler: "Compiler", node: RelatedTo, owner: Collection, scope: Scope) -> str:
    table = quote_name(junction_table(table_name(owner), node.key))
    query = SubQuery(owner.name, Check(_ID, "equalTo", node.object_id))
    readable = _found(compiler, query, _Values(KNOWN_FIELDS["objectId"], _ID), scope)
    return (
        f"{scope.alias}.`objectId` IN (SELECT j.`relatedId` FROM {table} AS j"
        f" WHERE j.`owningId` IN ({readable}))"
    )


def _leads(owner: Collection, key: str, target: Collection) -> bool:
    field = owner.fields.get(key)
    return field is not None and field.type == "Relation" and field.target == target.name


def _related_ids(compiler: "Compiler", check: Check, field: Field, owners: str) -> str:
    pointer = Field(name=field.name, type="Pointer", target=field.target)
    operand = bent(Check(check.path, check.operator, check.operand), pointer)
    wanted = operand if isinstance(operand, list) else [operand]
    ids = Column("", pointer).holdable(wanted)
    texts: list[str] = []
    if ids:
        texts.append(f"{owners} WHERE j.`relatedId` IN (SELECT value FROM json_each(?)))")
        compiler.parameters.append(json.dumps(ids))
    if None in wanted:
        texts.append(f"({owners})) IS NOT TRUE")
    return f"({' OR '.join(texts)})" if texts else _NOTHING


def _among(
    compiler: "Compiler", left: _Values, right: _Values, query: SubQuery, scope: Scope
) -> str:
    if left.plain and right.plain:
        if not _comparable(left.field, right.field):
            return _NOTHING
        found = _found(compiler, query, right, scope)
        return f"{left.column(scope)} IN ({found})" if found else _NOTHING
    compiler.parameters.append(place_of(left.field, left.path))
    found = _found(compiler, query, right, scope, keys=True)
    if found is None:
        compiler.parameters.pop()
        return _NOTHING
    keys = f"json_each(noodl_keys({left.column(scope)}, ?))"
    return f"EXISTS (SELECT 1 FROM {keys} AS k WHERE k.value IN ({found}))"


def _found(
    compiler: "Compiler", query: SubQuery, values: _Values, scope: Scope, *, keys: bool = False
) -> str | None:
    """Return SELECT for values of the records a query finds; None for an unknown collection."""
    target = compiler.schema.collections.get(query.collection)
    if target is None:
        return None
    if scope.depth >= MAX_DEPTH:
        raise BadQuery(f"sub-queries may stand inside each other {MAX_DEPTH} deep, not deeper")
    inner = Scope(target, compiler.next_alias(), scope.depth + 1)
    what, tables = values.column(inner), f"{quote_name(table_name(target))} AS {inner.alias}"
    if keys:
        compiler.parameters.append(place_of(values.field, values.path))
        what, tables = "r.value", f"{tables}, json_each(noodl_keys({what}, ?)) AS r"
    return f"SELECT {what} FROM {tables} WHERE {compiler.where(query.condition, inner)}"


def _comparable(left: Field, right: Field) -> bool:
    targets = {left.target, right.target} - {None}
    return left.type == right.type and len(targets) < 2
