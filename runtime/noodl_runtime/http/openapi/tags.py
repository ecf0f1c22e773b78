"""The families that readers of the document find operations by."""

from collections.abc import Mapping
from typing import Any

TAGS: Mapping[str, str] = {
    "Records": "Records of a collection, in plain JSON. A Date is its ISO text, a Pointer an id.",
    "Functions": "The workflows of this backend: by name, and as webhooks.",
    "Live views": "Hearing of changes.",
    "Users": "Sign up, log in, and what mails lead to.",
    "Sessions": "Who is logged in, and where.",
    "Roles": "Named groups of users, for ACLs and permissions.",
    "Files": "Uploads, and downloads in whole or in part.",
    "Records, Parse protocol": "The same records as Parse SDKs and existing Noodl apps see them: "
    "values that JSON has no word for are objects with `__type`.",
    "Configuration": "Parameters that apps read.",
    "Schema": "Collections, fields, types and permissions; needs the master key.",
    "Server": "About the backend itself.",
}
# By the beginning of the path; the longest that fits counts.
_BEGINNINGS: Mapping[str, str] = {
    "/": "Server",
    "/api/": "Records",
    "/api/_schema": "Schema",
    "/functions": "Functions",
    "/hooks/": "Functions",
    "/realtime": "Live views",
    "/users": "Users",
    "/login": "Users",
    "/logout": "Users",
    "/verifyPassword": "Users",
    "/requestPasswordReset": "Users",
    "/verificationEmailRequest": "Users",
    "/apps/": "Users",
    "/sessions": "Sessions",
    "/upgradeToRevocableSession": "Sessions",
    "/roles": "Roles",
    "/files": "Files",
    "/classes/": "Records, Parse protocol",
    "/batch": "Records, Parse protocol",
    "/aggregate/": "Records, Parse protocol",
    "/purge/": "Records, Parse protocol",
    "/config": "Configuration",
    "/schemas": "Schema",
    "/functions-admin": "Server",
}


def tag_of(pattern: str) -> str:
    """Return the family of a route's pattern."""
    fitting = [beginning for beginning in _BEGINNINGS if pattern.startswith(beginning)]
    return _BEGINNINGS[max(fitting, key=len)]


def tag_list() -> list[dict[str, Any]]:
    """Return the families in the order in which readers see them."""
    return [{"name": name, "description": text} for name, text in TAGS.items()]
