"""What a schema must be before anything is done with it. Refused as a whole, by name."""

from collections.abc import Mapping

from noodl_runtime.errors import BadName, SchemaRefused
from noodl_runtime.schema.field_types import FIELD_TYPES, encode, infer, type_text, wrong_type
from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.schema.names import (
    SYSTEM_COLLECTIONS,
    check_collection_name,
    check_field_name,
    check_new_name,
    is_name,
    same_spelling,
)
from noodl_runtime.schema.permissions import check_permissions
from noodl_runtime.schema.rules import check_constraint

MAX_FIELDS = 500
_INDEXED_SYSTEM_FIELDS = ("objectId", "createdAt", "updatedAt")


def check_schema(schema: Schema, *, max_fields: int = MAX_FIELDS) -> None:
    """Accept a schema. raises: BadName, SchemaRefused, WrongType (a default of another type)."""
    for collection in schema.collections.values():
        check_collection(collection, max_fields=max_fields)


def check_collection(collection: Collection, *, max_fields: int = MAX_FIELDS) -> None:
    """Accept one collection; raises as `check_schema`."""
    check_collection_name(collection.name, own=True)
    if len(collection.fields) > max_fields:
        raise SchemaRefused(
            f"{collection.name} has {len(collection.fields)} fields; the limit max_fields is "
            f"{max_fields}"
        )
    for field in collection.fields.values():
        check_field(collection, field)
    _check_spellings(f"fields of {collection.name}", collection.fields)
    for index in collection.indexes:
        _check_index(collection, index)
    check_permissions(collection)
    _check_spellings(
        f"indexes of {collection.name}", {index.name: index for index in collection.indexes}
    )


def check_field(collection: Collection, field: Field) -> None:
    """Accept one field of a collection; raises as `check_schema`."""
    system = SYSTEM_COLLECTIONS.get(collection.name)
    if system is not None and field.name in system.fields:
        _check_system_field(collection.name, field, system.fields[field.name])
    check_field_name(field.name)
    _check_type(collection.name, field)
    _check_default(collection.name, field)
    check_constraint(collection.name, field)


def _check_system_field(collection: str, field: Field, known: Field) -> None:
    if (field.type, field.target) != (known.type, known.target):
        raise SchemaRefused(
            f"{collection}.{field.name} is {type_text(known.type, known.target)} in every backend "
            f"and cannot be {type_text(field.type, field.target)}"
        )


def _check_type(collection: str, field: Field) -> None:
    field_type = FIELD_TYPES.get(field.type)
    if field_type is None or field.type == "ACL":
        known = ", ".join(name for name in FIELD_TYPES if name != "ACL")
        raise SchemaRefused(
            f"invalid field type: {field.type} of {collection}.{field.name}; known: {known}",
            code=111,
        )
    if not field_type.targeted and field.target:
        raise SchemaRefused(f"{collection}.{field.name} is a {field.type} and leads nowhere")
    if field_type.targeted:
        if not field.target:
            raise SchemaRefused(
                f"{collection}.{field.name}: type {field.type} needs a class name", code=135
            )
        check_collection_name(field.target)


def _check_default(collection: str, field: Field) -> None:
    if field.default is None:
        return
    given = infer(field.default)
    named = Field(name=f"{field.name} default value", type=field.type, target=field.target)
    if given is None or given[0] != field.type or field.type == "Relation":
        raise wrong_type(collection, named, given or ("null", None))
    encode(named, field.default)


def _check_index(collection: Collection, index: Index) -> None:
    if not is_name(index.name):
        raise BadName(f"invalid index name: {index.name} of {collection.name}")
    names = [name.removeprefix("-") for name in index.fields]
    if not names or len({*names}) < len(names):
        raise SchemaRefused(f"index {index.name} of {collection.name} needs different fields")
    for name in names:
        field = collection.fields.get(name)
        if name not in _INDEXED_SYSTEM_FIELDS and (field is None or field.type == "Relation"):
            raise SchemaRefused(
                f"index {index.name} of {collection.name} names {name!r}, which is no field "
                "that can be indexed"
            )


def _check_spellings(what: str, names: Mapping[str, object]) -> None:
    folded: dict[str, str] = {}
    for name in names:
        other = folded.setdefault(name.lower(), name)
        if other != name:
            raise BadName(f"{what}: {name} and {other} differ in capitals only; rename one")


def check_new_field(collection: Collection, field: Field, *, max_fields: int = MAX_FIELDS) -> None:
    """Accept a field that a collection does not have yet; raises as `check_schema`."""
    check_new_name(field.name)
    check_field(collection, field)
    other = same_spelling(field.name, collection.fields)
    if other is not None:
        raise BadName(
            f"field {field.name} of {collection.name} differs from {other} in capitals only; "
            "use that one or another name"
        )
    if len(collection.fields) >= max_fields:
        raise SchemaRefused(
            f"{collection.name} has {len(collection.fields)} fields; the limit max_fields is "
            f"{max_fields}"
        )
