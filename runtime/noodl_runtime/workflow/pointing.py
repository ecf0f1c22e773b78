"""Completes `$pointsTo` in where documents of script filters: pointers need the schema."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.workflow.run import FieldType

_GROUPS = ("$and", "$or", "$nor")


def resolve_pointers(where: Any, fields: Mapping[str, FieldType]) -> Any:
    """Return a where document with pointers in place of ids: {"owner": {"$pointsTo": "a1"}}."""
    if not isinstance(where, Mapping):
        return where
    resolved: dict[str, Any] = {}
    for key, constraint in where.items():
        if key in _GROUPS and isinstance(constraint, list):
            resolved[key] = [resolve_pointers(part, fields) for part in constraint]
        elif isinstance(constraint, Mapping) and "$pointsTo" in constraint:
            resolved[key] = _pointing(constraint["$pointsTo"], fields.get(key))
        else:
            resolved[key] = constraint
    return resolved


def _pointing(ids: Any, field: FieldType | None) -> Any:
    if isinstance(ids, list):
        return {"$in": [_pointer(one, field) for one in ids]}
    if field is not None and field.type == "Relation":
        return _pointer(ids, field)
    return {"$eq": _pointer(ids, field)}


def _pointer(object_id: Any, field: FieldType | None) -> dict[str, Any]:
    pointer = {"__type": "Pointer", "objectId": object_id}
    return {**pointer, "className": field.target} if field and field.target else pointer
