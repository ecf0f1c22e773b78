"""schema.json and the Schema it stands for, both ways. The file keeps the words of its first days.

{"tables": [{"name": "Todo",
             "columns": [{"name": "title", "type": "String", "required": true}],
             "indexes": [{"name": "byTitle", "fields": ["title"], "unique": true}],
             "permissions": {...}}]}
"""

import json
from collections.abc import Mapping
from typing import Any

from noodl_runtime.errors import BadFile, PortableError, SchemaRefused
from noodl_runtime.schema.checks import check_schema
from noodl_runtime.schema.json_values import from_json, to_json
from noodl_runtime.schema.model import Collection, Field, Index, Schema


def read_schema(document: Mapping[str, Any], name: str = "schema.json") -> Schema:
    """Return the schema a document stands for.

    document: has the form that formats/schema.schema.json describes
    name:     how messages call the file
    raises:   BadFile for names, types or doubles that make no schema
    """
    try:
        schema = schema_of(document)
        check_schema(schema)
    except PortableError as error:
        raise BadFile(f"{name}: {error}") from error
    return schema


def schema_of(document: Mapping[str, Any]) -> Schema:
    """Return the schema behind a document that this module wrote; only doubles are looked for."""
    return Schema(
        collections=_by_name("table", [read_collection(table) for table in document["tables"]])
    )


def read_collection(table: Mapping[str, Any]) -> Collection:
    """Return the collection one member of `tables` stands for."""
    fields = [_read_field(column) for column in table.get("columns", ())]
    return Collection(
        name=table["name"],
        fields=_by_name(f"column of {table['name']}", fields),
        indexes=tuple(_read_index(index) for index in table.get("indexes", ())),
        permissions=table.get("permissions", {}),
    )


def schema_document(schema: Schema) -> dict[str, Any]:
    """Return the document of a schema: collections in order of name, fields in their own order."""
    tables = sorted(schema.collections.values(), key=lambda collection: collection.name)
    return {"tables": [collection_document(collection) for collection in tables]}


def schema_text(schema: Schema) -> str:
    """Return the text of schema.json."""
    return json.dumps(schema_document(schema), indent=2, ensure_ascii=False) + "\n"


def collection_document(collection: Collection) -> dict[str, Any]:
    """Return one member of `tables`; what has its default value is left out."""
    table: dict[str, Any] = {
        "name": collection.name,
        "columns": [_field_document(field) for field in collection.fields.values()],
    }
    if collection.indexes:
        table["indexes"] = [_index_document(index) for index in collection.indexes]
    if collection.permissions:
        table["permissions"] = dict(collection.permissions)
    return table


def index_name(fields: tuple[str, ...]) -> str:
    """Return the name of an index that has none: ("status", "-createdAt") -> status_createdAt."""
    return "_".join(field.lstrip("-") for field in fields)


def _read_field(column: Mapping[str, Any]) -> Field:
    return Field(
        name=column["name"],
        type=column["type"],
        target=column.get("targetClass"),
        required=column.get("required", False),
        default=from_json(json.dumps(column.get("default"))),
        constraint=column.get("constraint", {}),
    )


def _field_document(field: Field) -> dict[str, Any]:
    column: dict[str, Any] = {"name": field.name, "type": field.type}
    if field.target:
        column["targetClass"] = field.target
    if field.required:
        column["required"] = True
    if field.default is not None:
        column["default"] = json.loads(to_json(field.default))
    if field.constraint:
        column["constraint"] = dict(field.constraint)
    return column


def _read_index(index: Mapping[str, Any]) -> Index:
    fields = tuple(index["fields"])
    return Index(
        name=index.get("name") or index_name(fields),
        fields=fields,
        unique=index.get("unique", False),
        ignore_case=index.get("ignoreCase", False),
    )


def _index_document(index: Index) -> dict[str, Any]:
    document: dict[str, Any] = {"name": index.name, "fields": list(index.fields)}
    if index.unique:
        document["unique"] = True
    if index.ignore_case:
        document["ignoreCase"] = True
    return document


def _by_name(what: str, items: list[Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for item in items:
        if item.name in named:
            raise SchemaRefused(f"{what} {item.name} is there twice")
        named[item.name] = item
    return named
