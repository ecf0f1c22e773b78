"""The bodies of one collection, as JSON Schema, on the plain and on the Parse wire.

`Todo.Record` is a record as /api answers it, `Todo.Parse.Record` as the Parse wire does; Fields
make one, Changes change one, Found is the answer of a query.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from noodl_runtime.http.openapi import system_fields
from noodl_runtime.http.openapi.field_forms import ACL, ACL_GIVEN, ID, MOMENT, FieldForms
from noodl_runtime.http.openapi.shapes import described, listed
from noodl_runtime.schema.model import Collection
from noodl_runtime.schema.names import MAX_NAME
from noodl_runtime.schema.rules import rules_of

Document = dict[str, Any]


def record_shapes(collection: Collection, *, parse: bool, open_ended: bool) -> dict[str, Document]:
    """Return the bodies of a collection on one wire by their names without it.

    open_ended: whether a write may bring fields that the collection does not have yet
    """
    name, forms = collection.name, FieldForms(parse=parse)
    record, fields = _record(collection, forms), _written(collection, forms)
    example = _example(collection, forms)
    fixed = system_fields.NEVER_CHANGED.get(name, ())
    closed: Document = {"propertyNames": _FIELD_NAMES} if open_ended else _NO_OTHERS
    needed = [f.name for f in collection.fields.values() if f.required and f.default is None]
    found = {"results": listed(record), "count": {"type": "integer"}}
    return {
        "Record": record,
        "Found": described(f"Records of {name}.", found, "results"),
        "Fields": described(
            f"A new record of {name}.",
            {"objectId": ID, **fields, **system_fields.NEW.get(name, {})},
            *needed,
            *system_fields.NEEDED.get(name, ()),
            examples=[example],
            **closed,
        ),
        "Changes": described(
            f"Fields of {name} to change; others stay.",
            {field: schema for field, schema in fields.items() if field not in fixed},
            examples=[{field: value for field, value in example.items() if field not in fixed}],
            **closed,
        ),
    }


def _record(collection: Collection, forms: FieldForms) -> Document:
    hidden = system_fields.NEVER_TOLD.get(collection.name, ())
    fields = collection.fields.values()
    members = {
        "objectId": ID,
        "createdAt": MOMENT,  # texts on both wires
        "updatedAt": MOMENT,
        "ACL": ACL,
        **{field.name: forms.answered(field) for field in fields if field.name not in hidden},
        **system_fields.ALSO_TOLD.get(collection.name, {}),
    }
    return described(f"A record of {collection.name}.", members, "objectId")


def _written(collection: Collection, forms: FieldForms) -> Document:
    hidden = system_fields.NEVER_GIVEN.get(collection.name, ())
    fields = collection.fields.values()
    own = {field.name: forms.written(field) for field in fields if field.name not in hidden}
    return {**own, "ACL": ACL_GIVEN, **system_fields.GIVEN.get(collection.name, {})}


def _example(collection: Collection, forms: FieldForms) -> Document:
    hidden, rules = system_fields.NEVER_GIVEN.get(collection.name, ()), rules_of(collection)
    shown = {
        field.name: forms.example(field, rules.get(field.name))
        for field in collection.fields.values()
        if field.name not in hidden
    }
    own = {name: value for name, value in shown.items() if value is not None}
    return {**own, **system_fields.EXAMPLES.get(collection.name, {})}


_NO_OTHERS: Document = {"additionalProperties": False}
_FIELD_NAMES = {"pattern": f"^[A-Za-z][A-Za-z0-9_]{{0,{MAX_NAME - 1}}}$"}


def all_shapes(
    collections: Mapping[str, Collection], *, open_ended: bool
) -> Iterator[tuple[str, Document]]:
    """Yield every body of every collection with its name in the document."""
    for name, collection in collections.items():
        for parse in (False, True):
            for shape, schema in record_shapes(
                collection, parse=parse, open_ended=open_ended
            ).items():
                yield record_shape_name(name, shape, parse=parse), schema


def record_shape_name(collection: str, shape: str, *, parse: bool) -> str:
    """Return the name of a collection's body in the document: "Todo.Parse.Record"."""
    return f"{collection}.Parse.{shape}" if parse else f"{collection}.{shape}"
