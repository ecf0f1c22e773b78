"""Every parameter of a path or URL by name: its JSON Schema, what it means, an example."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.http.parameters import DEFAULT_LIMIT

Document = dict[str, Any]

_TEXT = {"type": "string"}
_SAID = {"type": "string", "minLength": 1}
_NAMES = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,127}$"}
_PATH = "[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+){0,9}"
_LIST = {"type": "string", "pattern": f"^({_PATH}(,{_PATH}){{0,19}})?$"}
_ORDER = {"type": "string", "pattern": f"^(-?{_PATH}(,-?{_PATH}){{0,19}})?$"}
_WHOLE = {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}
_FLAG = {"type": "string", "enum": ["0", "1", "true", "false"]}
_GROUPS = "and|or|nor|\\$(and|or|nor|relatedTo|text)"
_WHERE: Document = {
    "type": "object",
    "propertyNames": {"pattern": f"^({_PATH}|{_GROUPS})$"},
}

# Of each: its schema, what it means, an example.
_IN_URL: Mapping[str, tuple[Document, str, Any]] = {
    "where": (
        _WHERE,
        "A where document: which records. Without it all.",
        {"createdAt": {"exists": True}},
    ),
    "collection": (_NAMES, "The collection to hear of.", "Todo"),
    "sort": (_ORDER, "Fields to sort by, `-` in front for descending.", "-createdAt"),
    "order": (_ORDER, "Fields to sort by, `-` in front for descending.", "-createdAt"),
    "limit": (_WHOLE | {"default": DEFAULT_LIMIT}, "Most records to answer.", 20),
    "skip": (_WHOLE | {"default": 0}, "Records to pass over first.", 0),
    "count": (_FLAG, "Whether to say how many records match; limit and skip do not count.", "1"),
    "keys": (_LIST, "Fields to answer, with commas between; all without it.", "createdAt"),
    "excludeKeys": (_LIST, "Fields to leave out.", "updatedAt"),
    "include": (_LIST, "Pointer fields to answer with the records behind them.", None),
    "includeAll": (_FLAG, "Whether to include every pointer field.", "0"),
    "distinct": (_NAMES, "A field whose distinct values are the answer.", "createdAt"),
    "pipeline": (
        {"type": "array", "items": {"type": "object"}},
        "Stages, as a JSON list; in place of stages as parameters of their own.",
        [{"$group": {"_id": None, "total": {"$sum": 1}}}],
    ),
    "$match": (_WHERE, "Stage: a where document.", {}),
    "$group": (
        {"type": "object", "required": ["_id"], "properties": {"_id": {}}},
        'Stage: groups and what is made of each, `{"_id": null, "total": {"$sum": "$price"}}`.',
        {"_id": None, "total": {"$sum": 1}},
    ),
    "$sort": ({"type": "object"}, 'Stage: `{"total": -1}`.', {"createdAt": 1}),
    "$limit": ({"type": "integer", "minimum": 0}, "Stage: most rows.", 20),
    "$skip": ({"type": "integer", "minimum": 0}, "Stage: rows to pass over.", 0),
    "private": (_FLAG, "Whether only signed links lead to the file.", "0"),
    "expires": (_TEXT, "Of the link of a private file.", None),
    "signature": (_TEXT, "Of the link of a private file.", None),
    "username": (_SAID, "Name or e-mail address of the user.", "ada"),
    "password": (_SAID, "Their password.", "correct horse"),
    "email": (_SAID, "Their e-mail address, in place of the name or beside it.", None),
    "token": (_TEXT, "What stands in the link of the mail.", None),
    "before": (_WHOLE, "Only runs older than the one with this id.", None),
    "name": (_TEXT, "Only runs of this function.", None),
    "chain": (_TEXT, "Only runs that the request with this id set off.", None),
    "failed": (_FLAG, "Whether only failed runs are answered.", "0"),
}
_IN_PATH: Mapping[str, tuple[Document, str, Any]] = {
    "table": (_NAMES, "Name of a collection.", "Todo"),
    "className": (_NAMES, "Name of a collection.", "Todo"),
    "id": (_SAID, "objectId of a record, or id of a trigger.", None),
    "run": (_WHOLE, "Id of a run.", 1),
    "objectId": (_SAID, "objectId of a record.", None),
    "name": (_SAID, "Name of a file, or of a function.", "photo.png"),
    "path": (_SAID, "Where a workflow's webhook waits.", "payment"),
    "appId": (_SAID, "Application id of this backend.", None),
}


def in_url(name: str) -> Document:
    """Return the parameter object of a query parameter."""
    return _parameter("query", name, *_IN_URL[name], required=False)


def in_path(name: str) -> Document:
    """Return the parameter object of a part of a path."""
    row = _IN_PATH.get(name, (_SAID, "Part of the path that a function names.", None))
    return _parameter("path", name, *row, required=True)


def _parameter(
    place: str, name: str, schema: Document, meaning: str, example: Any, *, required: bool
) -> Document:
    shown = {} if example is None else {"example": example}
    document = {"name": name, "in": place, "required": required, "description": meaning}
    if schema["type"] in ("object", "array"):  # JSON as text
        return {**document, "content": {"application/json": {"schema": schema, **shown}}}
    return {**document, "schema": schema, **shown}
