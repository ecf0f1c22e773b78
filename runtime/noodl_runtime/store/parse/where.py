"""A tree of conditions as a where document for Parse.

Parse's two databases disagree with the contract, and with each other, in places: an empty `$in`
finds records without value over PostgreSQL, `$nin` leaves those out, an unknown field is an error,
an operand of another type is compared as text. So the document uses only what both answer alike,
and what the schema can decide is decided here. What cannot be said is refused, never left out.
"""

from dataclasses import field as dataclass_field
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadQuery
from noodl_runtime.query.fields import bent, field_of
from noodl_runtime.query.native import PLAIN_TYPES
from noodl_runtime.query.operators import OPERATORS
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
from noodl_runtime.schema.layout import READ_PRINCIPALS
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.store.contract import Principals
from noodl_runtime.store.parse.checks import WRITERS, Place, as_pointer
from noodl_runtime.store.parse.documents import (
    EVERYTHING,
    NOTHING,
    Document,
    any_of,
    either,
    joined,
    present,
)
from noodl_runtime.values import Pointer


@dataclass(frozen=True)
class Translator:
    """Writes where documents for one caller.

    schema:  what the server has, so that an unknown field is known to be one
    unknown: names that the schema does not have, noted on the way
    """

    schema: Schema
    principals: Principals = None
    unknown: set[str] = dataclass_field(default_factory=set)

    def where(self, condition: Condition, collection: str) -> Document:
        """Return what finds the records of a collection that match and may be read."""
        found = self.schema.collections.get(collection)
        if found is None:
            self.unknown.add(collection)
            return NOTHING
        document = self._document(condition, found)
        if self.principals is None:
            return document
        return joined([document, {READ_PRINCIPALS: any_of(self.principals)}])

    def _document(self, node: Condition, collection: Collection) -> Document:
        match node:
            case Every(parts):
                return joined([self._document(part, collection) for part in parts])
            case Either(parts):
                return either([self._document(part, collection) for part in parts])
            case Not(part):
                return self._opposite(part, collection)
            case RelatedTo():
                return self._related_to(node, collection)
            case Check():
                return self._check(node, collection)

    def _opposite(self, node: Condition, collection: Collection) -> Document:
        match node:
            case Every(parts):
                return either([self._opposite(part, collection) for part in parts])
            case Either(parts):
                return joined([self._opposite(part, collection) for part in parts])
            case Not(part):
                return self._document(part, collection)
            case RelatedTo():
                raise BadQuery("Parse cannot look for records that are not in a relation")
            case Check():
                return self._failed(node, collection)

    def _failed(self, check: Check, collection: Collection) -> Document:
        document, name = self._check(check, collection), ".".join(check.path)
        if document in (EVERYTHING, NOTHING):
            return NOTHING if document == EVERYTHING else EVERYTHING
        if name in document and _is_relation(collection, name):
            return {name: _not_related(document[name])}
        if _missing_passes(check):
            return {"$nor": [document]}
        return {"$or": [{"$nor": [document]}, {name: None}]}  # in SQL, NOT NULL is no match

    # -- checks

    def _check(self, check: Check, collection: Collection) -> Document:
        field, name = field_of(collection, check.path[0]), ".".join(check.path)
        if field is None:
            self.unknown.add(name)
        if field is None or (field.type in PLAIN_TYPES and len(check.path) > 1):
            return EVERYTHING if _missing_passes(check) else NOTHING
        if field.type == "Relation":
            return self._relation(name, field, check)
        if isinstance(check.operand, SubQuery):
            return joined([{name: self._in_query(check.operand)}, present(name)])
        if isinstance(check.operand, Selection):
            return joined([{name: self._select(check.operand)}, present(name)])
        write = WRITERS.get(check.operator)
        if write is None:
            raise BadQuery(f"Parse has no operator like {check.operator}")
        return write(Place(name, field), bent(check, field))

    def _relation(self, name: str, field: Field, check: Check) -> Document:
        operand = check.operand
        if isinstance(operand, SubQuery):
            return {name: self._in_query(operand)}
        if check.operator in ("equalTo", "containedIn"):
            pointers = [as_pointer(each, field) for each in _listed(operand) if each is not None]
            if check.operator == "equalTo" and pointers:
                return {name: pointers[0]}
            return {name: {"$in": pointers}} if pointers else NOTHING
        raise BadQuery(f"Parse cannot ask {check.operator} of the relation {name!r}")

    def _in_query(self, query: SubQuery) -> Document:
        return {"$inQuery": self._nested(query)}

    def _select(self, selection: Selection) -> Document:
        return {
            "$select": {"query": self._nested(selection.query), "key": ".".join(selection.path)}
        }

    def _nested(self, query: SubQuery) -> Document:
        return {
            "className": query.collection,
            "where": self.where(query.condition, query.collection),
        }

    def _related_to(self, node: RelatedTo, collection: Collection) -> Document:
        owners = [node.collection] if node.collection else self._owners(node.key, collection.name)
        return either(
            [
                {"$relatedTo": {"object": Pointer(owner, node.object_id), "key": node.key}}
                for owner in owners
            ]
        )

    def _owners(self, key: str, target: str) -> list[str]:
        """Return the collections whose relation of this name leads to the target."""
        return [
            each.name
            for each in self.schema.collections.values()
            if key in each.fields
            and (each.fields[key].type, each.fields[key].target) == ("Relation", target)
        ]


def _missing_passes(check: Check) -> bool:
    prepare = OPERATORS[check.operator].prepare
    if prepare is None or isinstance(check.operand, SubQuery | Selection):
        return False
    return prepare(check.operand)(None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_relation(collection: Collection, name: str) -> bool:
    return name in collection.fields and collection.fields[name].type == "Relation"


def _not_related(constraint: Any) -> Document:
    if isinstance(constraint, Pointer):
        return {"$ne": constraint}
    if "$in" in constraint:
        return {"$nin": constraint["$in"]}
    return {"$notInQuery": constraint["$inQuery"]}
