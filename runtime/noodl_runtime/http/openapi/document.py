"""The whole document of one backend."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from noodl_runtime.http.openapi.function_shapes import needs_user
from noodl_runtime.http.openapi.operations import Function, operations
from noodl_runtime.http.openapi.record_shapes import all_shapes
from noodl_runtime.http.openapi.responses import shared_responses
from noodl_runtime.http.openapi.security import SCHEMES
from noodl_runtime.http.openapi.shapes import SHAPES
from noodl_runtime.http.openapi.tags import tag_list
from noodl_runtime.http.route import Route
from noodl_runtime.http.routes.api_functions import routes_of
from noodl_runtime.schema.model import Collection
from noodl_runtime.schema.names import SYSTEM_COLLECTIONS

if TYPE_CHECKING:
    from noodl_runtime.backend import Backend

Document = dict[str, Any]

MOUNT = "/parse"
_ABOUT = """\
The API of this backend, made from its routes, its schema and its functions as they are now.

Records are to be had on two wires. `/api/...` is plain JSON. `/classes/...` is the Parse protocol,
which existing Noodl apps and Parse SDKs speak; it needs the application id, and everything of it is
also there below `/parse`.

An error is an object with `error`, a sentence, and mostly `code`, a number to switch on. A record
that may not be read looks like one that does not exist. Success is 200 or 201.
"""


def document(backend: "Backend", base_url: str, routes: Iterable[Route]) -> Document:
    """Return the OpenAPI 3.1 document of a backend as it is now.

    base_url: "http://127.0.0.1:8577"
    routes:   those of the table; those below /parse are told of as another server
    """
    collections = backend.store.get_schema().collections
    own = {name: c for name, c in sorted(collections.items()) if not name.startswith("_")}
    system = {name: collections.get(name, c) for name, c in SYSTEM_COLLECTIONS.items()}
    functions = _functions(backend)
    every = [*routes, *_own_addresses(functions)]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": backend.name,
            "version": backend.version or "0",
            "description": _ABOUT,
        },
        "servers": [{"url": base_url}],
        "tags": tag_list(),
        "paths": _paths(every, own, functions, base_url),
        "components": {
            "schemas": {**SHAPES, **_record_shapes(backend, {**own, **system})},
            "responses": shared_responses(),
            "securitySchemes": dict(SCHEMES),
        },
    }


def _paths(
    routes: Sequence[Route],
    collections: Mapping[str, Collection],
    functions: Mapping[str, Function],
    base_url: str,
) -> Document:
    paths: Document = {}
    mounted = {route.pattern for route in routes if route.pattern.startswith(MOUNT + "/")}
    for route in routes:
        if route.pattern.startswith(MOUNT + "/"):
            continue
        for operation in operations(route, collections, functions):
            path = paths.setdefault(operation.path, {})
            path[operation.method] = operation.document
            if MOUNT + route.pattern in mounted:
                path["servers"] = [{"url": base_url}, {"url": base_url + MOUNT}]
    return dict(sorted(paths.items()))  # all of a collection side by side


def _functions(backend: "Backend") -> dict[str, Function]:
    if backend.functions is None:
        return {}
    serving, access = backend.functions.serving, backend.access.functions
    found = {name: serving.function(name) for name in serving.names()}
    return {
        name: Function(place[1], _who(access.who(name), needs_user(place[1])))
        for name, place in found.items()
        if place is not None
    }


def _own_addresses(functions: Mapping[str, Function]) -> Iterator[Route]:
    """Yield the routes of functions that answer at addresses of their own."""
    for name, function in functions.items():
        for route in routes_of([name]):
            yield replace(route, needs=_NEEDED.get(function.who, "session"))


_NEEDED: Mapping[str, Literal["", "session", "masterKey"]] = {"public": "", "master": "masterKey"}


def _who(by_setting: str, needs_user: bool) -> str:
    """Return who may call a function: the setting first, then its Request node."""
    return "user" if by_setting == "public" and needs_user else by_setting


def _record_shapes(backend: "Backend", collections: Mapping[str, Collection]) -> Document:
    return dict(all_shapes(collections, open_ended=backend.settings.mode == "development"))
