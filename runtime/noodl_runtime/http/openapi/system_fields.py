"""What the rules of the system collections make of their fields, told as JSON Schema."""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

_WORD: Document = {"type": "string", "minLength": 1}

NEVER_TOLD: Mapping[str, tuple[str, ...]] = {"_User": ("password",)}
ALSO_TOLD: Mapping[str, Document] = {"_User": {"sessionToken": {"type": "string"}}}
NEVER_GIVEN: Mapping[str, tuple[str, ...]] = {
    "_User": ("emailVerified", "authData"),
    "_Session": ("user", "sessionToken", "expiresAt", "createdWith", "restricted"),
}
NEVER_CHANGED: Mapping[str, tuple[str, ...]] = {"_Session": ("installationId",)}
GIVEN: Mapping[str, Document] = {
    "_User": {
        "username": _WORD,
        "password": _WORD,
        "email": {"type": "string", "format": "email"},
    },
    "_Role": {"name": _WORD},
}
NEW: Mapping[str, Document] = {"_Role": {"ACL": {"not": {"type": "null"}}}}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "_User": ("username", "password"),
    "_Role": ("name", "ACL"),
}
EXAMPLES: Mapping[str, Document] = {
    "_User": {"username": "ada", "password": "correct horse", "email": "ada@example.com"},
    "_Role": {"name": "Staff", "ACL": {"*": {"read": True}}},
}
