"""What has to be done to bring a store from one schema to another: a list of steps, and their cost.

The plan is made first and can be shown; carrying it out is the store's affair. A step that loses
data says in words what is lost.
"""

from collections.abc import Iterator
from dataclasses import replace

from noodl_runtime.dataclass import dataclass
from noodl_runtime.schema.field_types import type_text
from noodl_runtime.schema.layout import spare_table
from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.schema.names import SYSTEM_COLLECTIONS, same_spelling

WAY_ON = 'to have it done all the same, send it to POST /api/_schema with "allowDestructive": true'
# Type changes that keep every value, as text or number; any other leaves the field empty.
KEEPING_CHANGES = frozenset(
    {
        ("Number", "String"),
        ("Boolean", "String"),
        ("Boolean", "Number"),
        ("Date", "String"),
        ("Pointer", "String"),
        ("File", "String"),
        ("Bytes", "String"),
        ("String", "Pointer"),
        ("String", "File"),
        ("Pointer", "Pointer"),
    }
)


@dataclass(frozen=True)
class Step:
    """Base of the steps; collection is the one it changes, with the table it has by then."""

    collection: Collection

    @property
    def loses(self) -> str:
        """Say what data is lost, "" for none: "the values of Product.price"."""
        return ""

    @property
    def destructive(self) -> bool:
        """Say whether data is lost."""
        return bool(self.loses)


@dataclass(frozen=True)
class AddCollection(Step):
    """Make a collection with all its fields and indexes."""

    def __str__(self) -> str:
        return f"add {self.collection.name}"


@dataclass(frozen=True)
class DropCollection(Step):
    """Remove a collection and everything in it."""

    def __str__(self) -> str:
        return f"drop {self.collection.name}"

    @property
    def loses(self) -> str:
        """Name the collection."""
        return f"all records of {self.collection.name}"


@dataclass(frozen=True)
class _FieldStep(Step):
    field: Field

    @property
    def place(self) -> str:
        """Return the field as people write it: "Product.price"."""
        return f"{self.collection.name}.{self.field.name}"


@dataclass(frozen=True)
class AddField(_FieldStep):
    """Add a field; present records do not have it."""

    def __str__(self) -> str:
        return f"add {self.place} ({type_text(self.field.type, self.field.target)})"


@dataclass(frozen=True)
class DropField(_FieldStep):
    """Remove a field and its values."""

    def __str__(self) -> str:
        return f"drop {self.place}"

    @property
    def loses(self) -> str:
        """Name the field."""
        return f"the values of {self.place}"


@dataclass(frozen=True)
class ChangeType(_FieldStep):
    """Give a field another type or target; field is the new one."""

    before: Field

    def __str__(self) -> str:
        return f"change {self.place} from {self._types()}"

    @property
    def keeps(self) -> bool:
        """Say whether the values are kept in the form of the new type."""
        return (self.before.type, self.field.type) in KEEPING_CHANGES

    @property
    def loses(self) -> str:
        """Say what becomes of the values; even kept ones are not what they were."""
        what = "the present form of the values" if self.keeps else "the values"
        return f"{what} of {self.place}, which goes from {self._types()}"

    def _types(self) -> str:
        before = type_text(self.before.type, self.before.target)
        return f"{before} to {type_text(self.field.type, self.field.target)}"


@dataclass(frozen=True)
class ChangeRules(Step):
    """Take over rules of fields, and permissions; records stay as they are."""

    def __str__(self) -> str:
        return f"change the rules of {self.collection.name}"


@dataclass(frozen=True)
class AddIndex(Step):
    """Make an index. Carrying it out raises DuplicateValue if it is unique and values are not."""

    index: Index

    def __str__(self) -> str:
        return f"add index {self.index.name} of {self.collection.name}"


@dataclass(frozen=True)
class DropIndex(Step):
    """Remove an index; the records stay."""

    index: Index

    def __str__(self) -> str:
        return f"drop index {self.index.name} of {self.collection.name}"


def plan(old: Schema, new: Schema) -> list[Step]:
    """Return the steps from one schema to another, in the order to carry them out.

    new: as `settled` returns it; what it does not list is dropped
    """
    return [*_removals(old, new), *_additions(old, new)]


def settled(old: Schema, new: Schema) -> Schema:
    """Return the new schema ready for `plan`: tables named, system collections complete.

    A collection keeps its table; a new one gets another than its name when one that differs in
    capitals only has it. Fields and indexes every backend has are put back where `new` left
    them out.
    """
    collections: dict[str, Collection] = {}
    for name, collection in _with_system(new).items():
        known = old.collections.get(name)
        table = known.table if known else ""
        if known is None and same_spelling(name, {**old.collections, **collections}):
            table = spare_table(name)
        collections[name] = replace(collection, table=table)
    return Schema(collections=collections)


def _with_system(schema: Schema) -> dict[str, Collection]:
    collections = dict(SYSTEM_COLLECTIONS)
    for name, collection in schema.collections.items():
        system = SYSTEM_COLLECTIONS.get(name)
        collections[name] = _completed(collection, system) if system else collection
    return collections


def _completed(given: Collection, system: Collection) -> Collection:
    own = [index for index in given.indexes if index.name not in {i.name for i in system.indexes}]
    return replace(
        given,
        fields={**system.fields, **given.fields},
        indexes=(*system.indexes, *own),
    )


def _removals(old: Schema, new: Schema) -> Iterator[Step]:
    for name, collection in old.collections.items():
        after = new.collections.get(name)
        if after is None:
            yield DropCollection(collection)
            continue
        yield from (
            DropIndex(collection, index)
            for index in collection.indexes
            if index not in after.indexes or _touched(index, collection, after)
        )
        yield from (
            DropField(collection, field)
            for field in collection.fields.values()
            if field.name not in after.fields
        )


def _additions(old: Schema, new: Schema) -> Iterator[Step]:
    for name, collection in new.collections.items():
        before = old.collections.get(name)
        if before is None:
            yield AddCollection(collection)
        elif before != collection:
            yield from _changes(before, collection)


def _changes(before: Collection, after: Collection) -> Iterator[Step]:
    for field in after.fields.values():
        known = before.fields.get(field.name)
        if known is None:
            yield AddField(after, field)
        elif (known.type, known.target) != (field.type, field.target):
            yield ChangeType(after, field, known)
    yield from (
        AddIndex(after, index)
        for index in after.indexes
        if index not in before.indexes or _touched(index, before, after)
    )
    if _other_rules(before, after):
        yield ChangeRules(after)


def _other_rules(before: Collection, after: Collection) -> bool:
    both = before.fields.keys() & after.fields.keys()
    return before.permissions != after.permissions or any(
        _rules(before.fields[name]) != _rules(after.fields[name]) for name in both
    )


def _rules(field: Field) -> object:
    return field.required, field.default, field.constraint


def _touched(index: Index, before: Collection, after: Collection) -> bool:
    """Say whether a field of the index gets another type, for which the index must make way."""
    return any(
        name in before.fields
        and name in after.fields
        and before.fields[name].type != after.fields[name].type
        for name in (field.removeprefix("-") for field in index.fields)
    )
