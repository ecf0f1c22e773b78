"""A class as the Parse wire shows and takes it: fields with types, class-level permissions."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import BadName, BadRequest, WrongType
from noodl_runtime.schema.model import Collection, Field
from noodl_runtime.schema.names import check_new_name

_SYSTEM: dict[str, dict[str, Any]] = {
    "objectId": {"type": "String"},
    "createdAt": {"type": "Date"},
    "updatedAt": {"type": "Date"},
    "ACL": {"type": "ACL"},
}
_EVERYONE = {"*": True}
_OPEN: dict[str, Any] = {
    "find": _EVERYONE,
    "get": _EVERYONE,
    "count": _EVERYONE,
    "create": _EVERYONE,
    "update": _EVERYONE,
    "delete": _EVERYONE,
    "addField": _EVERYONE,
    "protectedFields": {"*": []},
}


def class_document(collection: Collection) -> dict[str, Any]:
    """Return {"className", "fields", "classLevelPermissions"} of a collection."""
    fields = {name: _field_document(field) for name, field in collection.fields.items()}
    given = collection.permissions  # what they do not mention is forbidden
    permissions = {**{name: {} for name in _OPEN}, **given} if given else _OPEN
    return {
        "className": collection.name,
        "fields": {**_SYSTEM, **fields},
        "classLevelPermissions": permissions,
    }


def read_fields(document: Mapping[str, Any]) -> tuple[dict[str, Field], set[str]]:
    """Return the fields a class document gives, and the names of those it drops.

    {"fields": {"n": {"type": "Number"}, "old": {"__op": "Delete"}}} -> ({"n": Field}, {"old"})
    raises: BadRequest, WrongType, BadName for a system field
    """
    given = document.get("fields", {})
    if not isinstance(given, Mapping) or not all(isinstance(v, Mapping) for v in given.values()):
        raise BadRequest("fields must be an object of objects")
    fields: dict[str, Field] = {}
    dropped: set[str] = set()
    for name, attributes in given.items():
        if name in _SYSTEM:
            raise BadName(f"field {name} cannot be changed: every class has it", code=136)
        if attributes.get("__op") == "Delete":
            dropped.add(name)
        else:
            fields[name] = _read_field(name, attributes)
    return fields, dropped


def read_permissions(document: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the class-level permissions a class document gives, None when it gives none."""
    given = document.get("classLevelPermissions")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise BadRequest("classLevelPermissions must be an object")
    return dict(given)


def _read_field(name: str, attributes: Mapping[str, Any]) -> Field:
    check_new_name(name)
    kind, target = attributes.get("type"), attributes.get("targetClass")
    required = attributes.get("required", False)
    if not isinstance(kind, str) or not isinstance(target, str | None):
        raise BadRequest(f"field {name} needs a type, and targetClass must be a text")
    if not isinstance(required, bool):
        raise BadRequest(f"required of field {name} must be true or false")
    if kind == "Relation" and required:
        raise WrongType(f"field {name} is a Relation, which is always there: leave out required")
    return Field(
        name=name,
        type=kind,
        target=target,
        required=required,
        default=attributes.get("defaultValue"),
    )


def _field_document(field: Field) -> dict[str, Any]:
    document: dict[str, Any] = {"type": field.type}
    if field.target:
        document["targetClass"] = field.target
    if field.required:
        document["required"] = True
    if field.default is not None:
        document["defaultValue"] = field.default
    return document
