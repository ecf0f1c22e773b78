"""What functions take and answer, from their Request and Response nodes."""

from collections.abc import Mapping
from typing import Any

from noodl_runtime.http.openapi.field_forms import EXAMPLE_TIME
from noodl_runtime.http.openapi.shapes import described
from noodl_runtime.workflow.graph import Component, NodeSpec
from noodl_runtime.workflow.names import listed
from noodl_runtime.workflow.nodes.request import NODE as REQUEST
from noodl_runtime.workflow.nodes.response import NODE as RESPONSE

Document = dict[str, Any]

# ptype-<parameter> of a Request node: (schema, example). Texts that read like one are taken, too.
_TYPES: Mapping[str, tuple[Document, Any]] = {
    "string": ({"type": "string"}, "text"),
    "number": ({"type": "number"}, 3),
    "boolean": ({"type": "boolean"}, True),
    "object": ({"type": "object"}, {}),
    "array": ({"type": "array"}, []),
    "date": ({"type": ["string", "number"]}, EXAMPLE_TIME),
}
_ANYTHING: tuple[Document, Any] = ({}, "text")


def taken(component: Component) -> Document:
    """Return the schema of a function's parameters."""
    node = component.first(REQUEST.name)
    given = node.parameters if node else {}
    names = listed(given.get("params"))
    members = {name: _parameter(given, name) for name in names}
    needed = [n for n in names if given.get(f"preq-{n}") and given.get(f"pdef-{n}") is None]
    example = {name: _example(given, name) for name in names}
    return described("Parameters of the function.", members, *needed, examples=[example])


def answered(component: Component) -> Document:
    """Return the schema of a function's answer: everything that its Response nodes may send."""
    members: Document = {
        name: {}
        for node in component.nodes
        if node.type is RESPONSE
        for name in listed(node.parameters.get("params"))
    }
    result = described("What the Response node sent.", members)
    return described("The answer of the function.", {"result": result}, "result")


def needs_user(component: Component) -> bool:
    """Say whether the Request node takes calls of users only."""
    node: NodeSpec | None = component.first(REQUEST.name)
    return node is not None and not node.parameters.get("allowNoAuth")


def _parameter(given: Mapping[str, Any], name: str) -> Document:
    schema, _ = _TYPES.get(str(given.get(f"ptype-{name}")), _ANYTHING)
    default = given.get(f"pdef-{name}")
    return schema if default is None else {**schema, "default": default}


def _example(given: Mapping[str, Any], name: str) -> Any:
    default = given.get(f"pdef-{name}")
    _, example = _TYPES.get(str(given.get(f"ptype-{name}")), _ANYTHING)
    return example if default is None else default
