"""From a route to the operations of the document: one, or one for each collection or function."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from noodl_runtime.http.openapi import function_shapes, parameters
from noodl_runtime.http.openapi.record_shapes import record_shape_name
from noodl_runtime.http.openapi.responses import content, responses
from noodl_runtime.http.openapi.security import function_security, security
from noodl_runtime.http.openapi.shapes import ref
from noodl_runtime.http.openapi.tags import tag_of
from noodl_runtime.http.route import Route
from noodl_runtime.schema.model import Collection
from noodl_runtime.workflow.graph import Component

Document = dict[str, Any]

# Bodies that each collection has its own of, and what stands for them where there is none.
OF_RECORDS: Mapping[str, str] = {
    "Record": "Object",
    "Found": "Rows",
    "Fields": "Object",
    "Changes": "Object",
}
# Patterns that stand for each collection; other paths just take the name of one.
_PER_COLLECTION = ("/api/:table", "/classes/:className")
_PER_FUNCTION = "/functions/:"
_PART = re.compile(r":(\w+)\*?")


class Operation(NamedTuple):
    """One operation and where it stands: "/api/Todo/{id}", "get"."""

    path: str
    method: str
    document: Document


class Function(NamedTuple):
    """A function, and who may call it: public, user, role:NAME or master."""

    component: Component
    who: str


def operations(
    route: Route, collections: Mapping[str, Collection], functions: Mapping[str, Function]
) -> Iterator[Operation]:
    """Yield the operations of a route. collections: those of the author; functions: by name."""
    if functions and route.pattern.startswith(_PER_FUNCTION):
        for name, function in functions.items():
            yield _of_function(route, name, function)
    elif collections and route.pattern.startswith(_PER_COLLECTION):
        for name in collections:
            yield _operation(route, _PART.sub(name, route.pattern, count=1), name)
    else:
        yield _operation(route, route.pattern, route.collection)


def _operation(route: Route, pattern: str, collection: str) -> Operation:
    def named(shape: str) -> str:
        if shape not in OF_RECORDS:
            return shape
        parse = route.wire == "parse"
        return (
            record_shape_name(collection, shape, parse=parse) if collection else OF_RECORDS[shape]
        )

    path = _PART.sub(r"{\1}", pattern)
    in_url = route.parameters if route.method == "GET" or not route.takes else ()
    given = [parameters.in_path(name) for name in _PART.findall(pattern)]
    given += [parameters.in_url(name) for name in in_url]
    answers = {status: named(shape) for status, shape in route.answers.items()}
    document = {
        "tags": [tag_of(route.pattern)],
        "summary": _summary(route, collection),
        "operationId": _id(route.method, path),
        "security": security(route),
        **({"parameters": given} if given else {}),
        **(_body(named(route.takes)) if route.takes else {}),
        "responses": responses(route, answers),
    }
    return Operation(path, route.method.lower(), document)


def _of_function(route: Route, name: str, function: Function) -> Operation:
    path = _PART.sub("", route.pattern) + quote(name, safe="/")
    taken = function_shapes.taken(function.component)
    answered = function_shapes.answered(function.component)
    document = {
        "tags": [tag_of(route.pattern)],
        "summary": f"Call the function {name}.",
        "operationId": _id(route.method, path),
        "security": function_security(function.who),
        "requestBody": {"content": content("", taken)},
        "responses": responses(route, {})
        | {
            "200": {
                "description": "What its Response node sent.",
                "content": content("", answered),
            }
        },
    }
    return Operation(path, route.method.lower(), document)


def _summary(route: Route, collection: str) -> str:
    """Return the sentence of a route: "Make a record of Todo." where it stands for each."""
    if not route.pattern.startswith(_PER_COLLECTION) or not collection:
        return route.summary
    return re.sub(r"\brecords?\b", rf"\g<0> of {collection}", route.summary, count=1)


def _body(shape: str) -> Document:
    return {"requestBody": {"required": shape != "Object", "content": content(shape, ref(shape))}}


def _id(method: str, path: str) -> str:
    words = [word for word in re.split(r"[^A-Za-z0-9]+", path) if word]
    return method.lower() + "".join(word[0].upper() + word[1:] for word in words)
