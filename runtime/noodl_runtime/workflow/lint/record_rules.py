"""Rules about collections, fields and filters, held against the schema of the backend."""

from collections.abc import Iterator, Mapping
from typing import Any

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.where import read_where
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.schema.names import SYSTEM_COLLECTIONS
from noodl_runtime.workflow.filters import VISUAL_OPERATORS
from noodl_runtime.workflow.js.text import parse
from noodl_runtime.workflow.lint.finding import Document, Hit, Subject, parameters_of

_COLLECTION = {"": "collectionName", "noodl.local.": "collection", "noodl.trigger.": "collection"}
_SECRET_FIELDS = frozenset({"password", "sessionToken"})  # of users; no field of the schema


def unknown_collection(subject: Subject) -> Iterator[Hit]:
    """Find nodes on collections that the schema does not have."""
    known = {*subject.schema.collections, *SYSTEM_COLLECTIONS}
    for node_id, node in subject.nodes.items():
        name = _collection(node)
        if name and name not in known:
            yield Hit(node_id, f"the schema has no collection {name!r}{_similar(name, known)}")


def unknown_field(subject: Subject) -> Iterator[Hit]:
    """Find filters, orders and properties that name fields the collection does not have."""
    for node_id, node in subject.nodes.items():
        known = _fields(subject, _collection(node))
        for name in dict.fromkeys(_named(subject, node_id, node)) if known else ():
            if name.split(".")[0] not in known:
                said = f"{_collection(node)} has no field {name!r}{_similar(name, known)}"
                yield Hit(node_id, said)


def unknown_operator(subject: Subject) -> Iterator[Hit]:
    """Find filters with operators that do not exist."""
    for node_id, node in subject.nodes.items():
        for document in _filters(node):
            for rule in _rules(document):
                operator = rule.get("operator")
                if operator not in VISUAL_OPERATORS:
                    said = f"the filter on {rule.get('property')!r} has the operator {operator!r}"
                    yield Hit(node_id, f"{said}; known: {', '.join(sorted(VISUAL_OPERATORS))}")
        for where in _wheres(node):
            try:
                read_where(where)
            except BadQuery as error:
                yield Hit(node_id, f"the filter cannot be read: {error}")


def _collection(node: Document) -> str:
    kind = str(node.get("type"))
    prefix = next((p for p in _COLLECTION if p and kind.startswith(p)), "")
    name = parameters_of(node).get(_COLLECTION[prefix])
    return name if isinstance(name, str) else ""


def _fields(subject: Subject, collection: str) -> set[str]:
    """Return the fields of a collection, none if it is not known."""
    sources = (subject.schema.collections, SYSTEM_COLLECTIONS)
    found = [source[collection] for source in sources if collection in source]
    names = {name for one in found for name in one.fields}
    return names | {*SYSTEM_FIELDS} | _SECRET_FIELDS if found else set()


def _named(subject: Subject, node_id: str, node: Document) -> Iterator[str]:
    parameters = parameters_of(node)
    for document in _filters(node):
        for rule in _rules(document):
            if isinstance(rule.get("property"), str) and rule.get("operator") != "related to":
                yield rule["property"]
    for entry in _list(parameters.get("visualSort")) + _list(parameters.get("visualSorting")):
        if isinstance(entry, Mapping) and entry.get("property"):
            yield str(entry["property"])
    for where in _wheres(node):
        yield from (key for key in where if not key.startswith("$") and key not in _GROUPS)
    yield from (name[5:] for name in parameters if name.startswith("prop-"))
    yield from (
        connection["targetPort"][5:]
        for connection in subject.connections
        if connection["targetId"] == node_id and connection["targetPort"].startswith("prop-")
    )


_GROUPS = frozenset({"and", "or", "nor", "not"})


def _filters(node: Document) -> Iterator[Document]:
    """Yield the visual filters among a node's parameters."""
    parameters = parameters_of(node)
    if parameters.get("storageFilterType") == "json":
        return
    for name in ("visualFilter", "where", "filter"):
        found = _object(parameters.get(name))
        if name == "visualFilter" or "operator" in found or {"combinator", "rules"} <= set(found):
            yield found


def _wheres(node: Document) -> Iterator[Document]:
    """Yield the where documents among the parameters of a Local Query node."""
    if node.get("type") != "noodl.local.query":
        return
    for name in ("where", "filter"):
        found = _object(parameters_of(node).get(name))
        if "operator" not in found and not {"combinator", "rules"} <= set(found):
            yield found


def _object(given: Any) -> Document:
    if isinstance(given, str) and given.strip():
        try:
            given = parse(given)
        except (ValueError, RecursionError):
            return {}
    return given if isinstance(given, Mapping) else {}


def _rules(document: Any) -> Iterator[Document]:
    """Yield the rules of a visual filter, those of its groups included."""
    pending = [document]
    while pending:
        at = pending.pop()
        if not isinstance(at, Mapping) or not at:
            continue
        if "rules" in at and "combinator" in at:
            pending += reversed(_list(at["rules"]))
        else:
            yield at


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _similar(name: str, known: set[str]) -> str:
    same = [one for one in sorted(known) if one.casefold() == name.casefold()]
    return f" (but {same[0]!r})" if same else ""
