"""Schemas as `/schemas` tells and takes them, and the steps of a plan as requests to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from noodl_runtime.errors import SchemaRefused
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.schema.names import SYSTEM_COLLECTIONS
from noodl_runtime.schema.plan import (
    AddCollection,
    AddField,
    AddIndex,
    ChangeRules,
    ChangeType,
    DropCollection,
    DropField,
    DropIndex,
    Step,
)

Request = tuple[str, str, Any]  # method, path, body

_ACTIONS = ("find", "get", "count", "create", "update", "delete", "addField")
_OPEN: dict[str, Any] = {
    **{action: {"*": True} for action in _ACTIONS},
    "protectedFields": {"*": []},
}
_DROP = {"__op": "Delete"}
_ID_INDEX = "_id_"


def read_schemas(answer: Mapping[str, Any]) -> Schema:
    """Return the schema in the answer of GET /schemas: {"results": [{"className": ...}]}."""
    collections = [_collection(document) for document in answer["results"]]
    return Schema(collections={each.name: each for each in collections})


def requests_of(step: Step) -> Iterator[Request]:
    """Yield the requests that carry out one step. raises: SchemaRefused for what Parse has not."""
    return _REQUESTS[type(step)](step)


def check_possible(steps: Sequence[Step]) -> None:
    """Accept steps that Parse can carry out. raises: SchemaRefused, before anything is done."""
    for step in steps:
        for _ in requests_of(step):
            pass


def _collection(document: Mapping[str, Any]) -> Collection:
    name = document["className"]
    fields = [
        _field(field, about)
        for field, about in document["fields"].items()
        if field not in SYSTEM_FIELDS
    ]
    permissions = document.get("classLevelPermissions") or {}
    return Collection(
        name=name,
        fields={field.name: field for field in fields},
        indexes=tuple(
            Index(name=index, fields=tuple(_index_key(*key) for key in keys.items()))
            for index, keys in document.get("indexes", {}).items()
            if index != _ID_INDEX
        ),
        permissions={} if {**_OPEN, **permissions} == _OPEN else permissions,
    )


def _index_key(field: str, direction: Any) -> str:
    return f"-{field}" if direction == -1 else field


def _field(name: str, about: Mapping[str, Any]) -> Field:
    return Field(
        name=name,
        type=about["type"],
        target=about.get("targetClass"),
        required=bool(about.get("required", False)),
        default=about.get("defaultValue"),
    )


def _field_document(collection: str, field: Field) -> dict[str, Any]:
    if field.constraint:
        raise SchemaRefused(
            f"Parse keeps no JSON Schema; take the constraint of {collection}.{field.name} away"
        )
    return {
        "type": field.type,
        **({"targetClass": field.target} if field.target else {}),
        **({"required": True} if field.required else {}),
        **({} if field.default is None else {"defaultValue": field.default}),
    }


def _index_document(collection: str, index: Index) -> dict[str, int]:
    if index.unique:
        raise SchemaRefused(
            f"Parse makes no unique indexes; make {collection}.{index.name} in its database"
        )
    return {name.removeprefix("-"): -1 if name.startswith("-") else 1 for name in index.fields}


def _add_collection(step: AddCollection) -> Iterator[Request]:
    collection = step.collection
    system = SYSTEM_COLLECTIONS.get(collection.name)
    known = {index.name for index in system.indexes} if system else set()
    yield (
        "POST",
        f"/schemas/{collection.name}",
        {
            "className": collection.name,
            "fields": {
                field.name: _field_document(collection.name, field)
                for field in collection.fields.values()
                if system is None or field.name not in system.fields
            },
            "classLevelPermissions": {**_OPEN, **collection.permissions},
            "indexes": {
                index.name: _index_document(collection.name, index)
                for index in collection.indexes
                if index.name not in known
            },
        },
    )


def _drop_collection(step: DropCollection) -> Iterator[Request]:
    yield "DELETE", f"/purge/{step.collection.name}", None
    yield "DELETE", f"/schemas/{step.collection.name}", None


def _change_type(step: ChangeType) -> Iterator[Request]:
    if step.keeps:
        raise SchemaRefused(
            f"Parse cannot {step}: it would lose the values; add a field of another name and "
            "copy them"
        )
    yield _change(step, fields={step.field.name: _DROP})
    yield from _add_field(step)


def _add_field(step: AddField | ChangeType) -> Iterator[Request]:
    document = _field_document(step.collection.name, step.field)
    yield _change(step, fields={step.field.name: document})


def _change_rules(step: ChangeRules) -> Iterator[Request]:
    collection = step.collection
    fields = {
        field.name: {"required": False, **_field_document(collection.name, field)}
        for field in collection.fields.values()
        if collection.name not in SYSTEM_COLLECTIONS
    }
    yield _change(step, fields=fields, classLevelPermissions={**_OPEN, **collection.permissions})


def _add_index(step: AddIndex) -> Iterator[Request]:
    document = _index_document(step.collection.name, step.index)
    yield _change(step, indexes={step.index.name: document})


def _change(step: Step, **members: Any) -> Request:
    name = step.collection.name
    return "PUT", f"/schemas/{name}", {"className": name, **members}


def _drop_field(step: DropField) -> Iterator[Request]:
    yield _change(step, fields={step.field.name: _DROP})


def _drop_index(step: DropIndex) -> Iterator[Request]:
    yield _change(step, indexes={step.index.name: _DROP})


_REQUESTS: dict[type[Step], Callable[[Any], Iterator[Request]]] = {
    AddCollection: _add_collection,
    DropCollection: _drop_collection,
    AddField: _add_field,
    DropField: _drop_field,
    ChangeType: _change_type,
    ChangeRules: _change_rules,
    AddIndex: _add_index,
    DropIndex: _drop_index,
}
