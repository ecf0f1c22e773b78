"""The named bodies that look the same in every backend, as JSON Schema."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.schema.field_types import FIELD_TYPES

Document = dict[str, Any]

_TEXT: Document = {"type": "string"}
_TEXT_OR_NULL: Document = {"type": ["string", "null"]}
_SAID: Document = {"type": "string", "minLength": 1}
_WHOLE: Document = {"type": "integer"}
_FLAG: Document = {"type": "boolean"}
_ANY_OBJECT: Document = {"type": "object"}
_NAME: Document = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,127}$"}


def ref(name: str) -> Document:
    """Return a reference to a named body."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(items: Document) -> Document:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def described(text: str, members: Document, *required: str, **more: Any) -> Document:
    """Return the schema of an object. required: the members that are always there."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "description": text, "properties": members, **needed, **more}


def _written_as_requests(root: str) -> list[Document]:
    """Return the shapes of the requests that a batch holds. root: "/api"."""
    of_all = f"^{root}/[A-Za-z][A-Za-z0-9_]*$"
    of_one = f"^{root}/[A-Za-z][A-Za-z0-9_]*/[A-Za-z0-9_-]+$"
    return [
        described(
            "",
            {"method": {"enum": methods}, "path": {"pattern": path, **_TEXT}, "body": _ANY_OBJECT},
            "method",
            "path",
        )
        for methods, path in ((["POST"], of_all), (["PUT", "DELETE"], of_one))
    ]


_PLAIN_TYPES = [n for n, row in FIELD_TYPES.items() if n != "ACL" and not row.targeted]
_TARGETED_TYPES = [name for name, row in FIELD_TYPES.items() if row.targeted]
_WORDS = ("op", "collection")

SHAPES: Mapping[str, Document] = {
    # -- errors
    "Error": described(
        "What went wrong, for a person, and a number to switch on.",
        {"error": _TEXT, "code": _WHOLE, "requestId": _TEXT, "retryAfter": _WHOLE},
        "error",
        examples=[{"error": "there is no record with this objectId", "code": 101}],
    ),
    # -- everywhere
    "Object": described("An object.", {}),
    "Empty": described("An empty object: it is done.", {}, examples=[{}]),
    "Rows": described("What the pipeline or distinct found.", {"results": listed({})}, "results"),
    "Health": described(
        "That the backend is up.",
        {
            "status": {"const": "ok"},
            "backend": _TEXT,
            "version": _TEXT,
            "workflowProblems": _WHOLE,
            "brokenFiles": listed(_TEXT),
            "problems": listed(_TEXT),
            "workflows": _TEXT,
        },
        "status",
    ),
    # -- writes
    "Batch": described(
        "Operations, each as a request would be sent alone, or said with op, collection, id, data.",
        {
            "operations": listed(ref("BatchOperation")),
            "requests": listed(ref("BatchOperation")),
            "transaction": _FLAG,
        },
        anyOf=[{"required": ["operations"]}, {"required": ["requests"]}],
        examples=[{"operations": []}],
    ),
    "BatchOperation": {
        "description": "One write, as a request or in words.",
        "anyOf": [
            *_written_as_requests("/api"),
            described(
                "", {"op": {"const": "create"}, "collection": _NAME, "data": _ANY_OBJECT}, *_WORDS
            ),
            described(
                "",
                {
                    "op": {"enum": ["save", "delete"]},
                    "collection": _NAME,
                    "id": _SAID,
                    "data": _ANY_OBJECT,
                },
                *_WORDS,
                "id",
            ),
        ],
    },
    "BatchAnswer": described(
        "One entry for each operation, in order.",
        {"results": listed(described("", {"status": _WHOLE, "success": {}, "error": {}}))},
        "results",
    ),
    "ParseBatch": described(
        "Writes, each as a request would be sent alone; requests that read may stand there too.",
        {
            "requests": listed({"anyOf": _written_as_requests("/classes")}),
            "transaction": _FLAG,
        },
        "requests",
        examples=[{"requests": []}],
    ),
    "ParseBatchAnswer": {
        "description": "One entry for each request, in order.",
        **listed(described("", {"success": {}, "error": ref("Error")})),
    },
    "Saved": described(
        "When the record was changed, and what operations made of its fields.",
        {"updatedAt": _TEXT},
        "updatedAt",
    ),
    "Created": described(
        "Id and time of a record, and what its maker cannot know.",
        {"objectId": _TEXT, "createdAt": _TEXT},
        "objectId",
        "createdAt",
    ),
    # -- users
    "LogIn": described(
        "Name or address of a user, and their password.",
        {"username": _TEXT_OR_NULL, "password": _SAID, "email": _TEXT_OR_NULL},
        "password",
        anyOf=[{"required": ["username"]}, {"required": ["email"]}],
        examples=[{"username": "ada", "password": "correct horse"}],
    ),
    "LogInAs": described("Which user.", {"userId": _SAID}, "userId"),
    "SignedUp": described(
        "The new user's id and session.",
        {"objectId": _TEXT, "createdAt": _TEXT, "sessionToken": _TEXT},
        "objectId",
        "createdAt",
    ),
    "Address": described(
        "Whom to send mail.",
        {"email": _SAID},
        "email",
        examples=[{"email": "ada@example.com"}],
    ),
    "NewPassword": described(
        "What the form of the page sends; name and token may stand in the URL.",
        {"username": _TEXT, "token": _TEXT, "new_password": _TEXT},
        "new_password",
    ),
    # -- configuration
    "Config": described(
        "Configuration parameters; with the master key also which ones only it sees.",
        {"params": _ANY_OBJECT, "masterKeyOnly": _ANY_OBJECT},
        "params",
        examples=[{"params": {"welcome": "Hello"}}],
    ),
    "ConfigChange": described(
        'Parameters to set; `{"__op": "Delete"}` takes one away.',
        {
            "params": {"type": "object", "propertyNames": _NAME},
            "masterKeyOnly": {
                "type": "object",
                "propertyNames": _NAME,
                "additionalProperties": _FLAG,
            },
        },
        examples=[{"params": {"welcome": "Hello"}, "masterKeyOnly": {"welcome": False}}],
    ),
    "Done": described("That it is done.", {"result": {"const": True}}, "result"),
    # -- schema
    "SchemaDocument": described(
        "All collections in the form of schema.json.",
        {"tables": listed(described("", {"name": _TEXT, "columns": listed(_ANY_OBJECT)}, "name"))},
        "tables",
    ),
    "SchemaChange": described(
        "Tables and columns to add, change or drop; or one thing to rename.",
        {
            "tables": listed(described("", {"name": _NAME}, "name")),
            "allowDestructive": _FLAG,
            "rename": _ANY_OBJECT,
        },
        examples=[{"tables": [{"name": "Note", "columns": [{"name": "text", "type": "String"}]}]}],
    ),
    "Class": described(
        "One class: its fields with their types, and its class-level permissions.",
        {
            "className": _TEXT,
            "fields": {"type": "object", "additionalProperties": _ANY_OBJECT},
            "classLevelPermissions": {"type": ["object", "null"]},
        },
        "className",
        "fields",
        examples=[{"className": "Note", "fields": {"text": {"type": "String"}}}],
    ),
    "ClassChange": described(
        'Fields to add, or to drop with `{"__op": "Delete"}`; permissions to set.',
        {
            "className": _TEXT_OR_NULL,
            "fields": {
                "type": "object",
                "propertyNames": _NAME,
                "additionalProperties": ref("ClassField"),
            },
            "classLevelPermissions": {"type": ["object", "null"]},
        },
        examples=[{"fields": {"text": {"type": "String"}}}],
    ),
    "ClassField": {
        "description": "A field to add, or to drop.",
        "anyOf": [
            described("", {"type": {"enum": _PLAIN_TYPES}}, "type"),
            described(
                "",
                {"type": {"enum": _TARGETED_TYPES}, "targetClass": _NAME},
                "type",
                "targetClass",
            ),
            described("", {"__op": {"const": "Delete"}}, "__op"),
        ],
    },
    "ClassList": described("All classes.", {"results": listed(ref("Class"))}, "results"),
    "Export": described(
        "Schema and all records, values in the envelopes of the Parse wire.",
        {"format": {"const": 1}, "schema": ref("SchemaDocument"), "records": _ANY_OBJECT},
        "format",
        "schema",
        "records",
    ),
    # -- server
    "ServerInfo": described(
        "What clients choose their dialect by.",
        {"parseServerVersion": _TEXT, "features": _ANY_OBJECT},
        "parseServerVersion",
        "features",
    ),
    "Deploy": described(
        "What an editor exports.",
        {"deploy": {"type": "string", "description": "The JSON text of the export."}},
        "deploy",
    ),
    "Deployed": described(
        "The version that is served now.",
        {"status": {"const": "success"}, "version": _TEXT, "problems": listed(_TEXT)},
        "status",
        "version",
    ),
    "DeployVersion": described("The form of deploy.", {"version": _TEXT}, "version"),
    "Runs": described("Runs, the newest first.", {"results": listed(ref("Run"))}, "results"),
    "Run": described(
        "One run of a function or trigger.",
        {"id": _WHOLE, "name": _TEXT, "status": _WHOLE},
        "id",
        "name",
    ),
    "OpenApi": described("An OpenAPI 3.1 document.", {"openapi": _TEXT}, "openapi"),
    # -- files
    "StoredFile": described(
        "Name and address of a stored file.",
        {"name": _TEXT, "url": {"type": "string", "format": "uri"}},
        "name",
        "url",
    ),
    "Bytes": {"description": "The file."},
    "Events": {"description": "Changes as they are committed.", "type": "string"},
    "NoFile": {"description": "There is no such file.", "type": "string"},
    "Page": {"description": "A page for a browser.", "type": "string"},
    "PagePart": {"description": "What a page consists of."},
}

# Media types of the bodies that are not JSON.
MEDIA: Mapping[str, str] = {
    "Bytes": "*/*",
    "PagePart": "*/*",
    "Page": "text/html",
    "NoFile": "text/plain",
    "Events": "text/event-stream",
}
