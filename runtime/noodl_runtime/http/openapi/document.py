"""The whole document of one backend."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from noodl_runtime.http.openapi.function_shapes import needs_user
from noodl_runtime.http.openapi.operations import Function, operations
from noodl_runtime.http.openapi.record_shapes import all_shapes
from noodl_runtime.http.openapi.responses import shared_responses
from noodl_runtime.http.openapi.security import SCHEMES
from noodl_runtime.http.openapi.shapes import SHAPES
from noodl_runtime.http.openapi.tags import tag_list
from noodl_runtime.http.route import Route
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
    return {
        "openapi": "3.1.0",
        "info": {
            "title": backend.name,
            "version": backend.version or "0",
            "description": _ABOUT,
        },
        "servers": [{"url": base_url}],
        "tags": tag_list(),
        "paths": _paths(routes, own, _functions(backend), base_url),
        "components": {
            "schemas": {**SHAPES, **_record_shapes(backend, {**own, **system})},
            "responses": shared_responses(),
            "securitySchemes": dict(SCHEMES),
        },
    }


def _paths(
    routes: Iterable[Route],
    collections: Mapping[str, Collection],
    functions: Mapping[str, Function],
    base_url: str,
) -> Document:
    paths: Document = {}
    for route in routes:
        if route.pattern.startswith(MOUNT + "/"):
            continue
        for operation in operations(route, collections, functions):
            path = paths.setdefault(operation.path, {})
            path[operation.method] = operation.document
            if route.wire != "plain":
                path["servers"] = [{"url": base_url}, {"url": base_url + MOUNT}]
    return paths


def _functions(backend: "Backend") -> dict[str, Function]:
    if backend.functions is None:
        return {}
    graph, access = backend.functions.graph, backend.access.functions
    found = {name: graph.function(name) for name in graph.functions()}
    return {
        name: Function(component, _who(access.who(name), needs_user(component)))
        for name, component in found.items()
        if component is not None
    }


def _who(by_setting: str, needs_user: bool) -> str:
    """Return who may call a function: the setting first, then its Request node."""
    return "user" if by_setting == "public" and needs_user else by_setting


def _record_shapes(backend: "Backend", collections: Mapping[str, Collection]) -> Document:
    return dict(all_shapes(collections, open_ended=backend.settings.mode == "development"))
