"""The schema in the form of schema.json, /api/_schema. Reading and changing need the master key.

  {"tables": [{"name": "Todo", "columns": [{"name": "title", "type": "String"},
                                           {"name": "old", "drop": true}]},
              {"name": "Unused", "drop": true}],
   "allowDestructive": true}

What a POST lists is added or changed; what it does not list stays as it is. Dropping, and giving a
column another type, lose data and are refused unless allowDestructive is true.

  {"rename": {"table": "Todo", "to": "Task"}} or {"rename": {"table": "Todo", "column": "title",
                                                             "to": "name"}}

A POST with `rename` does that and nothing else; records, indexes and relations come along.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from noodl_runtime.errors import SchemaRefused
from noodl_runtime.http.answers import plain_answer
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.strict_json import read_object
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.schema.renaming import Rename
from noodl_runtime.schema.schema_file import read_collection, schema_document

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend


def get_schema(backend: "Backend", request: Request) -> Response:
    """Answer 200 {"tables": [...]}."""
    return plain_answer(backend, request, schema_document(backend.get_schema(request.caller)))


def update_schema(backend: "Backend", request: Request) -> Response:
    """Answer 200 with the whole schema as it is now."""
    document = read_object(request.body, "the body", max_nesting=backend.settings.max_nesting)
    if "rename" in document:
        backend.rename(request.caller, _rename(document))
        return get_schema(backend, request)
    allowed = document.get("allowDestructive", False)
    if not isinstance(allowed, bool):
        raise SchemaRefused("allowDestructive must be true or false")
    schema = changed(backend.get_schema(request.caller), document)
    backend.update_schema(request.caller, schema, allow_destructive=allowed)
    return get_schema(backend, request)


def changed(schema: Schema, document: Mapping[str, Any]) -> Schema:
    """Return a schema with what the tables of a document add, change and drop.

    raises: SchemaRefused for an odd shape
    """
    collections = dict(schema.collections)
    for table in _objects(document, "tables"):
        name = _name(table)
        if table.get("drop") is True:
            collections.pop(name, None)
        else:
            collections[name] = _merged(collections.get(name), table)
    return Schema(collections=collections)


def _rename(document: Mapping[str, Any]) -> Rename:
    given = document["rename"]
    if len(document) > 1 or not isinstance(given, dict):
        raise SchemaRefused("rename must be an object, and stand alone in a request")
    _check_shape(given, _RENAME, ("table", "to"), "rename")
    return Rename(collection=given["table"], field=given.get("column"), to=given["to"])


def _merged(known: Collection | None, table: Mapping[str, Any]) -> Collection:
    _check_shape(table, _TABLE, ("name",), "a table")
    columns = _objects(table, "columns") if "columns" in table else []
    kept = [column for column in columns if column.get("drop") is not True]
    for column in kept:
        _check_shape(column, _COLUMN, ("name", "type"), f"a column of {table['name']}")
    indexes = [_index(index, table["name"]) for index in table.get("indexes", [])]
    given = read_collection({**table, "columns": kept, "indexes": indexes})
    if known is None:
        return given
    dropped = {_name(column) for column in columns if column.get("drop") is True}
    fields = {**known.fields, **given.fields}
    named = {index.name: index for index in (*known.indexes, *given.indexes)}
    return replace(
        known,
        fields={name: field for name, field in fields.items() if name not in dropped},
        indexes=tuple(i for i in named.values() if not _uses(i.fields, dropped)),
        permissions=given.permissions if "permissions" in table else known.permissions,
    )


def _index(given: Any, table: str) -> Mapping[str, Any]:
    """Return an index as an object; a bare list of fields says enough."""
    index = {"fields": given} if isinstance(given, list) else given
    if not isinstance(index, dict):
        raise SchemaRefused(f"an index of {table} is an object or a list of fields")
    _check_shape(index, _INDEX, ("fields",), f"an index of {table}")
    return index


def _check_shape(
    entry: Mapping[str, Any], shape: Mapping[str, Any], needed: tuple[str, ...], what: str
) -> None:
    for name, value in entry.items():
        if name not in shape:
            raise SchemaRefused(f"{what} has no member {name!r}; it has {', '.join(shape)}")
        if not isinstance(value, shape[name]):
            raise SchemaRefused(f"{name} of {what} cannot be {value!r}")
    for name in needed:
        if name not in entry:
            raise SchemaRefused(f"{what} needs a member {name!r}")
    if not all(isinstance(name, str) for name in entry.get("fields", ())):
        raise SchemaRefused(f"the fields of {what} must be names")


_TABLE = {"name": str, "columns": list, "indexes": list, "permissions": dict, "drop": bool}
_COLUMN = {
    "name": str,
    "type": str,
    "targetClass": str,
    "required": bool,
    "default": object,
    "constraint": dict,
    "drop": bool,
}
_RENAME = {"table": str, "column": str, "to": str}
_INDEX = {"name": str, "fields": list, "unique": bool}


def _uses(fields: tuple[str, ...], names: set[str]) -> bool:
    return any(field.lstrip("-") in names for field in fields)


def _objects(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    entries = document.get(name)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SchemaRefused(f"{name} must be a list of objects")
    return entries


def _name(entry: Mapping[str, Any]) -> str:
    name = entry.get("name")
    if not isinstance(name, str):
        raise SchemaRefused("each table and each column needs a name")
    return name


ROUTES = [
    Route(
        method="GET",
        pattern="/api/_schema",
        handler=get_schema,
        permission="master",
        summary="Read the schema.",
        answers={200: "SchemaDocument"},
    ),
    Route(
        method="POST",
        pattern="/api/_schema",
        handler=update_schema,
        permission="master",
        summary="Add to the schema or change it.",
        takes="SchemaChange",
        answers={200: "SchemaDocument"},
    ),
]
