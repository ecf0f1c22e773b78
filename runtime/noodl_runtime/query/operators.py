"""The table of operators. A new one is a row here, a row in its test, a word in the reference.

A row says how the operator is written, how its operand is read, what it means for one value
(predicates.py), and how it becomes SQL on a plain column (native.py). Where a row has no SQL, or
the column holds JSON, SQLite asks the same predicate through a registered function.
"""

from collections.abc import Callable
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadQuery
from noodl_runtime.query import native, operands, places, predicates, regex
from noodl_runtime.query.native import Native
from noodl_runtime.query.operands import Operand
from noodl_runtime.query.places import DISTANCES
from noodl_runtime.query.predicates import Predicate
from noodl_runtime.query.tree import NOTHING, Check, Condition, Not, every


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator.

    help:      what a value is that passes, for the reference
    spellings: how it is written; the first is shown in messages: ("greaterThan", "$gt")
    read:      what the operand becomes; refuses what it does not accept
    prepare:   operand -> test for one value; None if other records are needed to tell
    native:    SQL on a plain column, None to ask the predicate through a function
    negates:   the row that this one is the opposite of: "equalTo"; prepare and native are its
    whole:     asks a list as a whole, where others also ask each of its elements
    modifiers: keys beside it that `read` looks at: $options beside $regex
    build:     what the tree gets, when that is more than Check(path, name, operand)
    """

    name: str
    help: str
    spellings: tuple[str, ...]
    read: Callable[[Operand], Any]
    prepare: Callable[[Any], Predicate] | None = None
    native: Native | None = None
    negates: str = ""
    whole: bool = False
    modifiers: tuple[str, ...] = ()
    build: Callable[[Operand, Any], Condition] | None = None

    def condition(self, operand: Operand) -> Condition:
        """Return what one written operator means. raises: BadQuery."""
        value = self.read(operand)
        if self.build:
            return self.build(operand, value)
        if self.negates:
            return Not(Check(operand.path, self.negates, value))
        return Check(operand.path, self.name, value)


def _exists(operand: Operand, wanted: bool) -> Condition:
    check = Check(operand.path, "exists", True)
    return check if wanted else Not(check)


_REGEX_MODIFIERS = ("$options", "options")


def _pattern(operand: Operand) -> tuple[str, str]:
    return operands.text(operand), operands.regex_options(operand, _REGEX_MODIFIERS)


def _regex(operand: Operand, pattern: tuple[str, str]) -> Condition:
    plain = regex.lowered(*pattern)
    if plain:
        return Check(operand.path, *plain)
    regex.compiled(*pattern)  # now, so that a wrong one is refused before any record is looked at
    return Check(operand.path, "regex", pattern)


def _each_of(operand: Operand) -> list[Any]:
    """Read $all: plain values, or regular expressions, but not both."""
    items = operands.values(operand)
    patterns = [item for item in items if isinstance(item, dict) and "$regex" in item]
    if patterns and len(patterns) < len(items):
        raise operand.refused("values or regular expressions, not both")
    return items


def _all(operand: Operand, items: list[Any]) -> Condition:
    return every([_element(operand, item) for item in items]) if items else NOTHING


def _element(operand: Operand, item: Any) -> Condition:
    if not (isinstance(item, dict) and "$regex" in item):
        return Check(operand.path, "equalTo", item)
    inner = Operand(operand.field, operand.path, "$regex", item["$regex"], item, operand.nested)
    if item.keys() - {"$regex", "$options"}:
        raise operand.refused("regular expressions with $regex and $options alone")
    return _regex(inner, _pattern(inner))


_TABLE = (
    Operator(
        name="equalTo",
        help="is the value; a list that holds it; null: null or missing",
        spellings=("equalTo", "$eq"),
        read=operands.any_value,
        prepare=predicates.equal_to,
        native=native.equal_to,
    ),
    Operator(
        name="notEqualTo",
        help="is not the value, or is missing",
        spellings=("notEqualTo", "$ne"),
        read=operands.any_value,
        negates="equalTo",
    ),
    Operator(
        name="greaterThan",
        help="is more than the value, of the same kind",
        spellings=("greaterThan", "$gt"),
        read=operands.comparable,
        prepare=predicates.greater_than,
        native=native.ordered(">"),
    ),
    Operator(
        name="greaterThanOrEqualTo",
        help="is the value or more",
        spellings=("greaterThanOrEqualTo", "$gte"),
        read=operands.comparable,
        prepare=predicates.greater_or_equal,
        native=native.ordered(">="),
    ),
    Operator(
        name="lessThan",
        help="is less than the value, of the same kind",
        spellings=("lessThan", "$lt"),
        read=operands.comparable,
        prepare=predicates.less_than,
        native=native.ordered("<"),
    ),
    Operator(
        name="lessThanOrEqualTo",
        help="is the value or less",
        spellings=("lessThanOrEqualTo", "$lte"),
        read=operands.comparable,
        prepare=predicates.less_or_equal,
        native=native.ordered("<="),
    ),
    Operator(
        name="containedIn",
        help="is one of a list; a list that holds one of them",
        spellings=("containedIn", "$in"),
        read=operands.flat_values,
        prepare=predicates.one_of,
        native=native.one_of,
    ),
    Operator(
        name="notContainedIn",
        help="is none of a list, or is missing",
        spellings=("notContainedIn", "$nin"),
        read=operands.flat_values,
        negates="containedIn",
    ),
    Operator(
        name="exists",
        help="has a value (true) or has none (false)",
        spellings=("exists", "$exists"),
        read=operands.boolean,
        prepare=predicates.exists,
        native=native.exists,
        whole=True,
        build=_exists,
    ),
    Operator(
        name="contains",
        help="text with this text in it, every character literal",
        spellings=("contains",),
        read=operands.text,
        prepare=predicates.contains,
        native=native.contains,
    ),
    Operator(
        name="startsWith",
        help="text that begins with this text",
        spellings=("startsWith",),
        read=operands.text,
        prepare=predicates.starts_with,
        native=native.starts_with,
    ),
    Operator(
        name="endsWith",
        help="text that ends with this text",
        spellings=("endsWith",),
        read=operands.text,
        prepare=predicates.ends_with,
        native=native.ends_with,
    ),
    Operator(
        name="regex",
        help="text in which a regular expression (RE2) is found; options i m s x",
        spellings=("regex", "$regex"),
        read=_pattern,
        prepare=predicates.matching,
        modifiers=_REGEX_MODIFIERS,
        build=_regex,
    ),
    Operator(
        name="text",
        help='text with any of the words; "a phrase", -without',
        spellings=("$text",),
        read=operands.search,
        prepare=predicates.about,
    ),
    Operator(
        name="all",
        help="a list that holds each of these",
        spellings=("$all",),
        read=_each_of,
        build=_all,
    ),
    Operator(
        name="containedBy",
        help="a list that holds nothing but these",
        spellings=("$containedBy",),
        read=operands.values,
        prepare=predicates.all_among,
        whole=True,
    ),
    Operator(
        name="nearSphere",
        help="a place near this one, nearest first unless an order is given",
        spellings=("nearSphere", "$nearSphere"),
        read=places.near,
        prepare=predicates.near,
        modifiers=tuple(DISTANCES),
    ),
    Operator(
        name="within",
        help="a place in a box of two corners",
        spellings=("$within",),
        read=places.box,
        prepare=predicates.in_box,
    ),
    Operator(
        name="geoWithin",
        help="a place in a polygon or a sphere",
        spellings=("$geoWithin",),
        read=places.area,
        prepare=predicates.in_area,
    ),
    Operator(
        name="geoIntersects",
        help="an area around a place",
        spellings=("$geoIntersects",),
        read=places.point_inside,
        prepare=predicates.around,
    ),
    Operator(
        name="inQuery",
        help="a pointer to a record that a sub-query finds",
        spellings=("$inQuery",),
        read=operands.sub_query,
    ),
    Operator(
        name="notInQuery",
        help="a pointer to none of them, or none at all",
        spellings=("$notInQuery",),
        read=operands.sub_query,
        negates="inQuery",
    ),
    Operator(
        name="select",
        help="a value that a field of a sub-query's records has",
        spellings=("$select",),
        read=operands.selection,
    ),
    Operator(
        name="dontSelect",
        help="a value that none of them has",
        spellings=("$dontSelect",),
        read=operands.selection,
        negates="select",
    ),
)

OPERATORS: dict[str, Operator] = {row.name: row for row in _TABLE}
SPELLINGS: dict[str, Operator] = {key: row for row in _TABLE for key in row.spellings}
MODIFIERS: dict[str, str] = {key: row.name for row in _TABLE for key in row.modifiers}


def unknown_operator(field: str, key: str) -> BadQuery:
    """Return the error for a key that is no operator; it lists those that are, as it is spelt.

    key: "" where there is none at all: {"price": {}}
    """
    spelt = -1 if key.startswith("$") else 0  # Parse's spelling of an operator is its last one
    known = ", ".join([*(row.spellings[spelt] for row in _TABLE), ("not", "$not")[spelt]])
    what = f"unknown operator {key!r}" if key else "no operator"
    return BadQuery(f"{what} on {field!r}; known: {known}", code=107)
