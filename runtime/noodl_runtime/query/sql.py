"""Where documents and orders as SQL: the text behind WHERE and ORDER BY, with its parameters.

The text depends on the shape alone: every value is a parameter, every name passes quote_name. So a
store can keep prepared statements by text. The ACL is part of each table that is looked at: a
record that may not be read is found by no condition, sub-queries and relations included.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadQuery
from noodl_runtime.query.compiler import Compiler, Principals, acl_parameter, acl_text
from noodl_runtime.query.fields import field_of
from noodl_runtime.query.functions import place_of
from noodl_runtime.query.native import PLAIN_TYPES
from noodl_runtime.query.order import order_keys
from noodl_runtime.query.scope import Scope
from noodl_runtime.query.tree import Check, Condition, Every, Path
from noodl_runtime.schema.layout import READ_PRINCIPALS
from noodl_runtime.schema.model import Schema

MAX_PARAMETERS = 30_000  # of one statement; SQLite itself takes 32,766
MAX_TEXT = 900_000  # characters of one condition; SQLite itself takes 1,000,000 bytes
_ALIAS = "t"  # of the table whose records are looked for


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the values of its marks: Sql("t.`price` > ?", (5,))."""

    text: str
    parameters: tuple[Any, ...] = ()


def compile_where(
    condition: Condition,
    schema: Schema,
    collection: str,
    *,
    principals: Principals = None,
) -> Sql:
    """Return what stands behind WHERE, for a table that is in FROM as `t`.

    returns:    Sql("t.`price` > ?", (5,)); Sql("1") for everything
    principals: who asks; None for full rights
    raises:     BadQuery; an unknown field or collection is no error, it is missing in each record
    """
    if collection not in schema.collections:
        return Sql("0")
    compiler = Compiler(schema, principals)
    text = compiler.where(condition, Scope(schema.collections[collection], _ALIAS))
    if len(text) > MAX_TEXT:
        raise BadQuery(f"the where document is too long: {len(text)} characters of SQL")
    if len(compiler.parameters) > MAX_PARAMETERS:
        raise BadQuery(f"a where document holds at most {MAX_PARAMETERS} conditions and values")
    return Sql(text, tuple(compiler.parameters))


def compile_allowed(
    principals: Principals, *, column: str = READ_PRINCIPALS, alias: str = _ALIAS
) -> Sql:
    """Return the condition that the ACL of a record lets one of the principals in.

    column: READ_PRINCIPALS or WRITE_PRINCIPALS of schema/layout.py
    """
    if principals is None:
        return Sql("1")
    return Sql(acl_text(alias, column), (acl_parameter(principals),))


def compile_order(
    order: Sequence[str],
    schema: Schema,
    collection: str,
    *,
    condition: Condition | None = None,
) -> Sql:
    """Return what stands behind ORDER BY: a total order, ties in order of creation.

    order:     ("-price", "address.city"); null and missing come first ascending, last descending;
               a field the collection does not know ties everywhere
    condition: of the same query; $nearSphere in it sorts by distance where no order is given
    """
    if collection not in schema.collections:
        return Sql(f"{_ALIAS}._rowid_")
    scope = Scope(schema.collections[collection], _ALIAS)
    pieces = [_sorted(scope, path, descending) for path, descending in order_keys(order)]
    if not order and condition:
        pieces = [_by_distance(scope, check) for check in _nearest(condition)]
    found = [piece for piece in pieces if piece]
    newest_first = "-createdAt" in order[-1:]  # two records may be made in one millisecond
    last = f"{_ALIAS}._rowid_{' DESC' if newest_first else ''}"
    text = ", ".join([*(piece.text for piece in found), last])
    return Sql(text, tuple(value for piece in found for value in piece.parameters))


def _sorted(scope: Scope, path: Path, descending: bool) -> Sql | None:
    field = field_of(scope.collection, path[0])
    plain = field is not None and field.type in PLAIN_TYPES
    if field is None or field.type == "Relation" or (plain and len(path) > 1):
        return None
    column, direction = scope.column(field).text, " DESC" if descending else ""
    if plain:
        return Sql(f"{column}{direction}")
    return Sql(f"noodl_order({column}, ?){direction}", (place_of(field, path),))


def _by_distance(scope: Scope, check: Check) -> Sql | None:
    field = field_of(scope.collection, check.path[0])
    if field is None or field.type in PLAIN_TYPES or field.type == "Relation":
        return None
    center = check.operand[0]
    return Sql(
        f"noodl_distance({scope.column(field).text}, ?, ?, ?)",
        (place_of(field, check.path), center.latitude, center.longitude),
    )


def _nearest(condition: Condition) -> Iterator[Check]:
    """Yield the $nearSphere conditions that each found record meets."""
    if isinstance(condition, Every):
        for part in condition.parts:
            yield from _nearest(part)
    elif isinstance(condition, Check) and condition.operator == "nearSphere":
        yield condition
