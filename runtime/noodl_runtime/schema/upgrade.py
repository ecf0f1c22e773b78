"""What a start makes of two schemas: the one in the files and the one the database has."""

from dataclasses import replace

from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.schema.names import OWN_COLLECTIONS, SYSTEM_COLLECTIONS


def upgraded(present: Schema, wanted: Schema) -> Schema:
    """Return the wanted schema with whatever the present one has beyond it.

    A file that no longer lists a collection or field never drops it: fields may have come from
    first writes, and an upgrade keeps people's data. What both have is as the wanted one says.
    """
    collections = dict(present.collections)
    for name, collection in wanted.collections.items():
        known = present.collections.get(name)
        collections[name] = _upgraded(known, collection) if known else collection
    return Schema(collections=collections)


def authored(schema: Schema) -> Schema:
    """Return the schema as people write it: without what every backend has or makes by itself."""
    return Schema(
        collections={
            name: collection
            for name, collection in schema.collections.items()
            if name not in OWN_COLLECTIONS and collection != SYSTEM_COLLECTIONS.get(name)
        }
    )


def _upgraded(present: Collection, wanted: Collection) -> Collection:
    names = {index.name for index in wanted.indexes}
    kept = tuple(index for index in present.indexes if index.name not in names)
    return replace(
        wanted,
        fields={**present.fields, **wanted.fields},
        indexes=(*wanted.indexes, *kept),
        permissions=wanted.permissions or present.permissions,
    )
