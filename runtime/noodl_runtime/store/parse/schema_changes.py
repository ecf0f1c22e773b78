"""Changing the schema of a Parse Server: a plan, and its steps as requests."""

from collections.abc import Sequence

from noodl_runtime.errors import DestructiveChange, PortableError
from noodl_runtime.schema.checks import check_new_field, check_schema
from noodl_runtime.schema.field_types import fits, wrong_type
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.schema.names import check_collection_name
from noodl_runtime.schema.plan import AddCollection, AddField, Step, plan, settled
from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.store.parse.schema_cache import SchemaCache
from noodl_runtime.store.parse.schemas import check_possible, requests_of


def update_schema(
    endpoint: Endpoint, cache: SchemaCache, schema: Schema, *, allow_destructive: bool
) -> None:
    """Bring the server to this schema. raises: SchemaRefused, DestructiveChange and others."""
    check_schema(schema)
    cache.load()
    steps = plan(cache.complete, settled(cache.complete, schema))
    lost = [step.loses for step in steps if step.destructive]
    if lost and not allow_destructive:
        raise DestructiveChange(
            f"this change would lose {'; '.join(lost)}; allow it explicitly to go on"
        )
    check_possible(steps)
    _carry_out(endpoint, cache, steps)


def add_fields(
    endpoint: Endpoint, cache: SchemaCache, collection: str, fields: Sequence[Field]
) -> None:
    """Make sure a collection and these fields exist. raises: WrongType, BadName, SchemaRefused."""
    check_collection_name(collection, code=103)
    if not _growth(cache, collection, fields):
        return
    cache.load()  # another client may have added them meanwhile
    try:
        _carry_out(endpoint, cache, _growth(cache, collection, fields))
    except PortableError:  # or at this very moment
        if _growth(cache, collection, fields):
            raise


def _growth(cache: SchemaCache, collection: str, fields: Sequence[Field]) -> list[Step]:
    """Return the steps that make the collection and fields that are not there yet."""
    known = cache.complete.collections.get(collection)
    present = known or Collection(name=collection)
    missing = _missing(present, fields)
    if known is None:
        added = {field.name: field for field in missing}
        return [AddCollection(Collection(name=collection, fields=added))]
    return [AddField(present, field) for field in missing]


def _missing(collection: Collection, fields: Sequence[Field]) -> list[Field]:
    missing = []
    for field in fields:
        known = collection.fields.get(field.name)
        if known is None:
            check_new_field(collection, field)
            missing.append(field)
        elif not fits(known, field.type, field.target):
            raise wrong_type(collection.name, known, (field.type, field.target))
    return missing


def _carry_out(endpoint: Endpoint, cache: SchemaCache, steps: Sequence[Step]) -> None:
    try:
        for step in steps:
            for method, path, body in requests_of(step):
                endpoint.write(method, path, body)
    finally:
        cache.load()
