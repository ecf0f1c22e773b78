"""Where documents for Parse, put together so that nothing in them is lost or overlooked."""

from collections.abc import Sequence
from typing import Any

from noodl_runtime.schema.model import Field

Document = dict[str, Any]

EVERYTHING: Document = {"objectId": {"$exists": True}}
NOTHING: Document = {"objectId": {"$in": []}}

_GROUPS = frozenset({"$and", "$or", "$nor"})


def any_of(principals: frozenset[str]) -> Document:
    """Return the constraint that a list of principals is missing or names one of these."""
    return {"$in": [None, *sorted(principals)]}


def joined(documents: Sequence[Document]) -> Document:
    """Return the document that all of these hold: one object where no key occurs twice."""
    documents = [each for each in documents if each != EVERYTHING]
    keys = [key for each in documents for key in each]
    if len(keys) > len({*keys}) or (len(documents) > 1 and not _GROUPS.isdisjoint(keys)):
        return {"$and": list(documents)}
    return {key: value for each in documents for key, value in each.items()} or EVERYTHING


def either(documents: Sequence[Document]) -> Document:
    """Return the document that at least one of these holds."""
    documents = [each for each in documents if each != NOTHING]
    if len(documents) < 2:
        return documents[0] if documents else NOTHING
    return {"$or": list(documents)}


def present(name: str) -> Document:
    """Return what a condition on a place needs beside it, where a missing value could pass."""
    return {name: {"$exists": True}} if "." not in name else {"$nor": [{name: None}]}


def exists(name: str, field: Field | None) -> Document:
    """Return the document that a place has a value; null counts as none."""
    if "." in name or (field is not None and field.type == "Array"):
        return present(name)
    return {name: {"$ne": None}}
