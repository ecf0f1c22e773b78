"""What a Parse Server's error codes are here: one table."""

from typing import Any

from noodl_runtime.errors import (
    BadName,
    BadQuery,
    BadRequest,
    DuplicateValue,
    FunctionFailed,
    InvalidSession,
    InvalidValue,
    MissingId,
    NoSuchCollection,
    NoSuchRecord,
    NotAllowed,
    PortableError,
    QueryTooSlow,
    SchemaRefused,
    StoreUnreachable,
    TooManyRequests,
    Unauthorized,
    WrongType,
)

LEAVES: dict[int, type[PortableError]] = {
    101: NoSuchRecord,
    102: BadQuery,
    103: NoSuchCollection,
    104: MissingId,
    105: BadName,
    107: BadRequest,
    111: WrongType,
    119: NotAllowed,
    124: QueryTooSlow,
    125: InvalidValue,
    135: SchemaRefused,
    136: BadName,
    137: DuplicateValue,
    139: BadName,
    141: FunctionFailed,
    142: InvalidValue,
    155: TooManyRequests,
    200: InvalidValue,
    201: InvalidValue,
    202: DuplicateValue,
    203: DuplicateValue,
    204: InvalidValue,
    205: NoSuchRecord,
    206: NotAllowed,
    209: InvalidSession,
    255: SchemaRefused,
}
_FIELDS = {202: ("username",), 203: ("email",)}


def refusal(url: str, status: int, answer: Any) -> PortableError:
    """Return the error that an answer of 400 or more stands for.

    (404, {"code": 101, "error": "Object not found."}) -> NoSuchRecord("Object not found.")
    """
    said = answer if isinstance(answer, dict) else {}
    code, text = said.get("code"), said.get("error") or said.get("message")
    if status >= 500 and code in (None, 1):
        failure = StoreUnreachable(f"the Parse Server at {url} failed with {status}: {text}")
        failure.answered = True
        return failure
    if code is None:
        return Unauthorized(f"the Parse Server at {url} refused the request: {text or status}")
    return listed(code, str(text))


def listed(code: int, text: str) -> PortableError:
    """Return the error of a code; one that is not in the table is a BadRequest with that code."""
    error = LEAVES.get(code, BadRequest)(text, code=code)
    if isinstance(error, DuplicateValue):
        error.fields = _FIELDS.get(code, ())
    return error
