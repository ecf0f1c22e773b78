"""Changing the schema of a Parse Server: a plan, and its steps as requests."""

from collections.abc import Sequence
from dataclasses import replace

from noodl_runtime.errors import DestructiveChange, PortableError
from noodl_runtime.schema.checks import check_new_field, check_schema
from noodl_runtime.schema.field_types import fits, wrong_type
from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.schema.names import check_collection_name
from noodl_runtime.schema.plan import WAY_ON, AddCollection, AddField, Step, plan, settled
from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.store.parse.schema_cache import SchemaCache
from noodl_runtime.store.parse.schemas import check_possible, requests_of

_TRIES = 3


def update_schema(
    endpoint: Endpoint, cache: SchemaCache, schema: Schema, *, allow_destructive: bool
) -> None:
    """Bring the server to this schema. raises: SchemaRefused, DestructiveChange and others."""
    check_schema(schema)
    with cache.changing:
        cache.load()
        _carry_out(endpoint, cache, _steps(cache, schema, allow_destructive))


def _steps(cache: SchemaCache, schema: Schema, allow_destructive: bool) -> list[Step]:
    wanted = settled(cache.complete, schema)
    steps = plan(cache.complete, _with_known_indexes(cache.complete, wanted))
    lost = [step.loses for step in steps if step.destructive]
    if lost and not allow_destructive:
        raise DestructiveChange(f"the change would lose {'; '.join(lost)}; {WAY_ON}")
    check_possible(steps)
    return steps


def _with_known_indexes(present: Schema, wanted: Schema) -> Schema:
    """Take an index with the same name and fields as it is: Parse forgets their order."""
    collections = {}
    for name, collection in wanted.collections.items():
        known = present.collections.get(name)
        same = {index.name: index for index in known.indexes} if known else {}
        indexes = tuple(_known(index, same.get(index.name)) for index in collection.indexes)
        collections[name] = replace(collection, indexes=indexes)
    return Schema(collections=collections)


def _known(wanted: Index, present: Index | None) -> Index:
    if present is None or {*present.fields} != {*wanted.fields}:
        return wanted
    return present if present.unique == wanted.unique else wanted


def add_fields(
    endpoint: Endpoint, cache: SchemaCache, collection: str, fields: Sequence[Field]
) -> None:
    """Make sure a collection and these fields exist. raises: WrongType, BadName, SchemaRefused."""
    check_collection_name(collection, own=True)
    if not _growth(cache, collection, fields):
        return
    with cache.changing:
        for tries_left in reversed(range(_TRIES)):
            cache.load()
            try:
                _carry_out(endpoint, cache, _growth(cache, collection, fields))
                break
            except PortableError:  # another client may have added some at this very moment
                if not tries_left:
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
