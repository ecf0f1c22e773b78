"""Schema and all records as one JSON document, /api/_export, sent piece by piece.

  {"format": 1, "schema": {"tables": [...]}, "records": {"Todo": [{...}, ...], ...}}

Records are written with the envelopes of the Parse wire, so that every value keeps its type.
Sessions and passwords, hashed as they are, never leave the backend this way.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from noodl_runtime.access.caller import Caller
from noodl_runtime.http.answers import file_urls
from noodl_runtime.http.dialects.parse import write_answer
from noodl_runtime.http.route import Request, Response, Route
from noodl_runtime.http.strict_json import write_json
from noodl_runtime.schema.model import Schema
from noodl_runtime.schema.schema_file import schema_document
from noodl_runtime.store.contract import Query

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

LEFT_OUT = ("_Session",)
HIDDEN = {"_User": ("password",)}
PIECE = 64 * 1024  # bytes that are gathered before they are sent


def export(backend: "Backend", request: Request) -> Response:
    """Answer 200 with everything; needs the master key."""
    schema = backend.get_schema(request.caller)
    parts = _document(backend, request.caller, schema, file_urls(backend, request))
    return Response(stream=_pieces(parts))


def _document(
    backend: "Backend", caller: Caller, schema: Schema, files: Callable[[str], str]
) -> Iterator[bytes]:
    yield b'{"format":1,"schema":' + write_json(schema_document(schema)) + b',"records":{'
    names = sorted(name for name in schema.collections if name not in LEFT_OUT)
    for number, name in enumerate(names):
        yield (b"," if number else b"") + write_json(name) + b":["
        query = Query(collection=name, exclude_keys=HIDDEN.get(name, ()))
        for place, record in enumerate(backend.stream(caller, query)):
            yield (b"," if place else b"") + write_answer(record, files)
        yield b"]"
    yield b"}}"


def _pieces(parts: Iterator[bytes]) -> Iterator[bytes]:
    gathered = bytearray()
    for part in parts:
        gathered += part
        if len(gathered) >= PIECE:
            yield bytes(gathered)
            gathered.clear()
    yield bytes(gathered)


ROUTES = [
    Route(
        method="GET",
        pattern="/api/_export",
        handler=export,
        permission="master",
        summary="Read the schema and all records as one document.",
        answers={200: "Export"},
    ),
]
