"""Giving a collection or a field another name: what the schema is then. Pure.

A schema alone cannot say it: a name that is gone and one that is new look like a loss. Everything
that names the old name in the schema comes to name the new one: indexes, targets of pointers and
relations, defaults, class permissions.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import NoSuchCollection, SchemaRefused
from noodl_runtime.schema.checks import check_new_field
from noodl_runtime.schema.json_values import from_json, to_json
from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.schema.names import SYSTEM_COLLECTIONS, check_collection_name
from noodl_runtime.schema.plan import settled


@dataclass(frozen=True, kw_only=True)
class Rename:
    """What is renamed: a collection, or one of its fields, and what it is called then."""

    collection: str
    field: str | None = None
    to: str


def renamed(schema: Schema, rename: Rename) -> Schema:
    """Return the schema after a renaming, with its tables named.

    raises: NoSuchCollection, BadName; SchemaRefused for what every backend has, what there is not,
            and a name that something else has
    """
    collection = schema.collections.get(rename.collection)
    if collection is None:
        raise NoSuchCollection(f"there is no collection {rename.collection!r} to rename")
    if rename.field is not None:
        after = _with_field(collection, rename.field, rename.to)
        return Schema(collections={**schema.collections, collection.name: after})
    _check_free(schema, rename)
    moved = replace(collection, name=rename.to, table="")
    named = {
        known.name: _led_to(known, rename)
        for known in (moved if each is collection else each for each in schema.collections.values())
    }
    return settled(schema, Schema(collections=named))


def pointer_start(collection: str) -> str:
    """Return how a pointer into a collection begins in the JSON of an Object or Array."""
    return f'{{"__type":"Pointer","className":"{collection}",'


def _check_free(schema: Schema, rename: Rename) -> None:
    if rename.collection in SYSTEM_COLLECTIONS or rename.to in SYSTEM_COLLECTIONS:
        raise SchemaRefused(f"{rename.collection} cannot become {rename.to}: every backend has it")
    check_collection_name(rename.to)
    if rename.to in schema.collections:
        raise SchemaRefused(
            f"{rename.collection} cannot become {rename.to}: there is such a collection already"
        )


def _with_field(collection: Collection, name: str, to: str) -> Collection:
    system = SYSTEM_COLLECTIONS.get(collection.name)
    if system is not None and name in system.fields:
        raise SchemaRefused(f"{collection.name}.{name} cannot be renamed: every backend has it")
    field = collection.fields.get(name)
    if field is None:
        raise SchemaRefused(f"there is no field {collection.name}.{name} to rename")
    if to in collection.fields:
        raise SchemaRefused(f"{collection.name}.{name} cannot become {to}: there is such a field")
    others = {known: each for known, each in collection.fields.items() if known != name}
    check_new_field(replace(collection, fields=others), replace(field, name=to))
    return replace(
        collection,
        fields={
            (to if known == name else known): (replace(each, name=to) if known == name else each)
            for known, each in collection.fields.items()
        },
        indexes=tuple(_indexed(index, name, to) for index in collection.indexes),
        permissions=_permitted(collection.permissions, name, to),
    )


def _indexed(index: Index, name: str, to: str) -> Index:
    fields = (f"-{to}" if f == f"-{name}" else to if f == name else f for f in index.fields)
    return replace(index, fields=tuple(fields))


def _permitted(permissions: Any, name: str, to: str) -> Any:
    """Rename a field in class permissions: it stands in lists, and behind "userField:"."""
    if isinstance(permissions, Mapping):
        return {
            (f"userField:{to}" if key == f"userField:{name}" else key): _permitted(each, name, to)
            for key, each in permissions.items()
        }
    if isinstance(permissions, list | tuple):
        return [to if each == name else each for each in permissions]
    return permissions


def _led_to(collection: Collection, rename: Rename) -> Collection:
    fields = {name: _field_led_to(each, rename) for name, each in collection.fields.items()}
    return collection if fields == collection.fields else replace(collection, fields=fields)


def _field_led_to(field: Field, rename: Rename) -> Field:
    target = rename.to if field.target == rename.collection else field.target
    if field.default is None:
        return replace(field, target=target)
    before, after = pointer_start(rename.collection), pointer_start(rename.to)
    return replace(
        field, target=target, default=from_json(to_json(field.default).replace(before, after))
    )
