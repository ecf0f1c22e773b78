"""The schema on the Parse wire, /schemas. Everything here needs the master key."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from noodl_runtime.errors import BadName, NoSuchCollection, SchemaRefused
from noodl_runtime.http.answers import parse_answer, parse_document
from noodl_runtime.http.dialects.parse_schema import class_document, read_fields, read_permissions
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.schema.names import OWN_COLLECTIONS, check_can_go, check_collection_name

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def list_classes(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"results": [{"className", "fields", "classLevelPermissions"}, ...]}."""
    collections = backend.get_schema(request.caller).collections
    names = sorted(name for name in collections if name not in OWN_COLLECTIONS)
    results = [class_document(collections[name]) for name in names]
    return parse_answer(backend, request, {"results": results})


def get_class(backend: "Backend", request: Request) -> Response:
    """Answer 200 with one class."""
    schema = backend.get_schema(request.caller)
    return parse_answer(backend, request, class_document(_known(schema, _name(request, {}))))


def create_class(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the new class."""
    document = parse_document(backend, request)
    name = _name(request, document)
    schema = backend.get_schema(request.caller)
    if name in schema.collections:
        raise NoSuchCollection(f"class {name} already exists")
    fields, _ = read_fields(document)
    permissions = read_permissions(document) or {}
    collection = Collection(name=name, fields=fields, permissions=permissions)
    return _stored(backend, request, schema, collection)


def update_class(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the class as it is now; {"__op": "Delete"} drops a field and its values."""
    document = parse_document(backend, request)
    schema = backend.get_schema(request.caller)
    known = _known(schema, _name(request, document))
    fields, dropped = read_fields(document)
    for name, field in fields.items():
        present = known.fields.get(name)
        if present is not None and (present.type, present.target) != (field.type, field.target):
            raise SchemaRefused(f"field {name} exists and cannot get another type; drop it first")
    for name in dropped:
        if name not in known.fields:
            raise SchemaRefused(f"field {name} does not exist, cannot delete it")
        check_can_go(known.name, name)
    kept = {name: field for name, field in known.fields.items() if name not in dropped}
    permissions = read_permissions(document)
    changed = replace(
        known,
        fields={**kept, **fields},
        permissions=known.permissions if permissions is None else permissions,
    )
    return _stored(backend, request, schema, changed)


def delete_class(backend: "Backend", request: Request) -> Response:
    """Answer 200 {} when an empty class is gone."""
    name = _name(request, {})
    schema = backend.get_schema(request.caller)
    if name in schema.collections:
        records = backend.count(request.caller, name, {})
        if records:
            raise SchemaRefused(f"class {name} is not empty, it has {records} records")
        rest = {other: c for other, c in schema.collections.items() if other != name}
        _update(backend, request, Schema(collections=rest))
    return parse_answer(backend, request, {})


def _stored(
    backend: "Backend", request: Request, schema: Schema, collection: Collection
) -> Response:
    collections = {**schema.collections, collection.name: collection}
    _update(backend, request, Schema(collections=collections))
    stored = backend.get_schema(request.caller).collections[collection.name]
    return parse_answer(backend, request, class_document(stored))


def _update(backend: "Backend", request: Request, schema: Schema) -> None:
    # Whatever is dropped here was named one by one in the request.
    backend.update_schema(request.caller, schema, allow_destructive=True)


def _known(schema: Schema, name: str) -> Collection:
    collection = schema.collections.get(name)
    if collection is None:
        raise NoSuchCollection(f"class {name} does not exist")
    return collection


def _name(request: Request, document: Mapping[str, Any]) -> str:
    in_path, in_body = request.params.get("className"), document.get("className")
    if not isinstance(in_body, str | None):
        raise BadName("className must be a text", code=135)
    name = in_path or in_body
    if in_path and in_body and in_path != in_body:
        raise NoSuchCollection(f"class name mismatch between {in_body} and {in_path}")
    if not name:
        raise BadName("the class needs a name", code=135)
    check_collection_name(name)
    return name


ROUTES = [
    Route(
        method="GET",
        pattern="/schemas",
        handler=list_classes,
        permission="master",
        summary="Read all classes.",
        wire="parse",
        answers={200: "ClassList"},
    ),
    Route(
        method="POST",
        pattern="/schemas",
        handler=create_class,
        permission="master",
        summary="Add a class that the body names.",
        wire="parse",
        takes="Class",
        answers={200: "Class"},
    ),
    Route(
        method="GET",
        pattern="/schemas/:className",
        handler=get_class,
        permission="master",
        summary="Read one class.",
        wire="parse",
        answers={200: "Class"},
    ),
    Route(
        method="POST",
        pattern="/schemas/:className",
        handler=create_class,
        permission="master",
        summary="Add a class.",
        wire="parse",
        takes="ClassChange",
        answers={200: "Class"},
    ),
    Route(
        method="PUT",
        pattern="/schemas/:className",
        handler=update_class,
        permission="master",
        summary="Add fields to a class, drop some, or change its permissions.",
        wire="parse",
        takes="ClassChange",
        answers={200: "Class"},
    ),
    Route(
        method="DELETE",
        pattern="/schemas/:className",
        handler=delete_class,
        permission="master",
        summary="Remove an empty class.",
        wire="parse",
        answers={200: "Empty"},
    ),
]
