"""Types of fields for workflows: the backend's schema first, then what the export brought along."""

from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.schema.model import Schema
from noodl_runtime.workflow.run import FieldType

_TIMES = {"createdAt": FieldType(type="Date"), "updatedAt": FieldType(type="Date")}


def _typed(types: str) -> dict[str, FieldType]:
    """Read "name String, users Relation _User"."""
    entries = [entry.split() for entry in types.split(",")]
    return {
        name: FieldType(type=kind, target=more[0] if more else None)
        for name, kind, *more in entries
    }


_SYSTEM: dict[str, dict[str, FieldType]] = {
    "_User": _typed(
        "username String, password String, email String, emailVerified Boolean, authData Object,"
        " sessionToken String, logInDisabled Boolean"
    ),
    "_Role": _typed("name String, users Relation _User, roles Relation _Role"),
    "_Session": _typed(
        "user Pointer _User, sessionToken String, installationId String, expiresAt Date,"
        " restricted Boolean, createdWith Object"
    ),
}


def known_fields(
    schema: Schema, metadata: Mapping[str, Any]
) -> Callable[[str], Mapping[str, FieldType]]:
    """Return a look-up collection -> field -> type; {} for a collection nobody knows."""
    known: dict[str, Mapping[str, FieldType]] = {}

    def fields(collection: str) -> Mapping[str, FieldType]:
        if collection not in known:
            known[collection] = {
                **_from_metadata(metadata, collection),
                **_from_schema(schema, collection),
            }
        return known[collection]

    return fields


def _from_schema(schema: Schema, collection: str) -> dict[str, FieldType]:
    system = _SYSTEM.get(collection, {})
    found = schema.collections.get(collection)
    if found is None:
        return {**_TIMES, **system} if system else {}
    own = {
        name: FieldType(type=field.type, target=field.target)
        for name, field in found.fields.items()
    }
    return {**_TIMES, **system, **own}


def _from_metadata(metadata: Mapping[str, Any], collection: str) -> dict[str, FieldType]:
    for part in ("systemCollections", "dbCollections"):
        for entry in metadata.get(part) or ():
            if isinstance(entry, Mapping) and entry.get("name") == collection:
                return _properties(entry.get("schema"))
    return {}


def _properties(schema: Any) -> dict[str, FieldType]:
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping):
        return {}
    return {
        name: FieldType(type=str(entry.get("type", "")), target=entry.get("targetClass"))
        for name, entry in properties.items()
        if isinstance(entry, Mapping)
    }
