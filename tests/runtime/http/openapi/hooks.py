"""What schemathesis is told of this API: a check of its own, and which requests it leaves alone."""

import re
from typing import Any

import schemathesis

# Codes that say who may do it or what is there already; never that the request is wrong in form.
ABOUT_WHO_OR_WHAT = {
    101: "no such record, or not for this caller",
    103: "no such collection, or one that is there already",
    119: "not allowed",
    125: "an address that is none: JSON Schema's email is wider",
    137: "the value is taken",
    155: "too often",
    200: "neither name nor address",
    202: "the name is taken",
    203: "the address is taken",
    206: "only the user themselves",
    209: "no session, or one that has ended",
    255: "the schema is not changed this way: a class that is there, a field of another type",
}


@schemathesis.check
def valid_is_taken(_context: Any, response: Any, case: Any) -> None:
    """A request that fits the document is refused for who asks or what is there, not for its form."""
    if not case.meta.generation.mode.is_positive or response.status_code != 400 or is_open(case):
        return
    if is_untold(response.json()["error"], case):
        return
    code = response.json().get("code")
    assert code in ABOUT_WHO_OR_WHAT, f"refused with code {code}: {response.text}"


def is_untold(error: str, case: Any) -> bool:
    """Say whether something is refused that the document cannot tell, or could not when made.

    That is mostly a field that another request has made since.
    """
    if "differs from" in error:  # in capitals only
        return True
    if "has a '.' or '$'" in error:  # a key deep inside an object
        return True
    if "latitude" in error or "different points" in error:  # of a polygon
        return True
    found = re.search(r"schema mismatch for (\w+)\.(\w+)", error)
    shapes = case.operation.schema.raw_schema["components"]["schemas"]
    return bool(found) and found[2] not in shapes[f"{found[1]}.Record"]["properties"]


def is_open(case: Any) -> bool:
    """Say whether JSON Schema cannot tell what is valid here."""
    path = case.operation.path
    return any(
        [
            # a where document or pipeline holds operators, each with operands of its own
            {"where", "pipeline", "$match", "$sort", "$group"} & {*(case.query or {})},
            path.startswith("/functions/"),  # its author says what it fails on
            path.startswith("/apps/"),  # a token that nobody can guess
            path.startswith("/files"),  # a file has a name, and at least one byte
            # members that must agree with each other
            path in ("/api/_schema", "/api/_batch", "/batch"),
            path == "/functions-admin/deploy",  # a text that is an export
            # one of two parameters, which only a body can say
            case.method == "GET" and path in ("/login", "/verifyPassword"),
        ]
    )
