"""Changing the schema of a database: plan, safety copy, carry out, swap. Whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from noodl_runtime.errors import DestructiveChange, SchemaRefused
from noodl_runtime.schema.checks import check_new_field, check_schema
from noodl_runtime.schema.field_types import fits, wrong_type
from noodl_runtime.schema.layout import quote_name, table_name
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.schema.names import check_collection_name
from noodl_runtime.schema.plan import WAY_ON, Step, plan, settled
from noodl_runtime.schema.renaming import Rename, renamed
from noodl_runtime.store.sqlite.connection import Connection
from noodl_runtime.store.sqlite.schema_table import (
    carry_out_plan,
    carry_out_rename,
    read_stored_schema,
)
from noodl_runtime.store.sqlite.state import State, state_of
from noodl_runtime.store.sqlite.writer import Transaction, Writer


class SchemaChanges:
    """Holds the present State of a database, and is the only one to replace it.

    before_loss: makes the safety copy that comes before data is lost
    """

    def __init__(
        self,
        connection: Connection,
        writer: Writer,
        *,
        max_fields: int,
        before_loss: Callable[[], object],
    ) -> None:
        self._writer = writer
        self._max_fields = max_fields
        self._before_loss = before_loss
        self.state = state_of(read_stored_schema(connection), State())
        if settled(self._old, self._old) != self._old:  # new, or made by a version with less
            self._writer.run_alone(
                lambda transaction: self._carry_out(transaction, self._old, allow_destructive=False)
            )

    def update(self, schema: Schema, *, allow_destructive: bool) -> None:
        """Bring the database to this schema.

        raises: DestructiveChange when data would be lost and allow_destructive is False;
                SchemaRefused, BadName, WrongType; DuplicateValue from a new unique index
        """
        check_schema(schema, max_fields=self._max_fields)
        planned_for = self._old
        if allow_destructive and self._loses_records(schema):
            self._before_loss()  # lets others run, who may add fields that this schema lacks
            if self._old is not planned_for:
                raise SchemaRefused("the schema has changed meanwhile; look at it and try again")
        self._writer.run_alone(
            lambda transaction: self._carry_out(
                transaction, schema, allow_destructive=allow_destructive
            )
        )

    def add_fields(self, name: str, fields: Sequence[Field]) -> None:
        """Make sure a collection and these fields exist. raises: WrongType, BadName, ..."""
        check_collection_name(name, own=True)
        if self._grown(name, fields) is not self._old.collections.get(name):
            self._writer.run_alone(lambda transaction: self._grow(transaction, name, fields))

    def rename(self, rename: Rename) -> None:
        """Give a collection or field another name; raises as `renamed`."""
        self._writer.run_alone(lambda transaction: self._rename(transaction, rename))

    def _rename(self, transaction: Transaction, rename: Rename) -> None:
        new = renamed(self._old, rename)
        carry_out_rename(transaction.connection, self._old, new, rename)
        transaction.after_commit = lambda: self._take_over(new)

    @property
    def _old(self) -> Schema:
        return self.state.schema

    def _grown(self, name: str, fields: Sequence[Field]) -> Collection:
        """Return a collection with fields it may lack; the present one itself if it has them."""
        collection = self._old.collections.get(name) or Collection(name=name)
        for field in fields:
            known = collection.fields.get(field.name)
            if known is None:
                check_new_field(collection, field, max_fields=self._max_fields)
                collection = replace(collection, fields={**collection.fields, field.name: field})
            elif not fits(known, field.type, field.target):
                raise wrong_type(name, known, (field.type, field.target))
        return collection

    def _grow(self, transaction: Transaction, name: str, fields: Sequence[Field]) -> None:
        grown = self._grown(name, fields)  # again: by now no other change can come between
        schema = Schema(collections={**self._old.collections, name: grown})
        self._carry_out(transaction, schema, allow_destructive=False)

    def _carry_out(
        self, transaction: Transaction, schema: Schema, *, allow_destructive: bool
    ) -> None:
        new = settled(self._old, schema)
        losing = self._losing(new)
        if losing and not allow_destructive:
            raise DestructiveChange(_losses(transaction.connection, losing))
        carry_out_plan(transaction.connection, self._old, new)
        transaction.after_commit = lambda: self._take_over(new)

    def _losing(self, new: Schema) -> list[Step]:
        return [step for step in plan(self._old, new) if step.destructive]

    def _loses_records(self, schema: Schema) -> bool:
        losing = self._losing(settled(self._old, schema))
        return self._writer.run_alone(
            lambda transaction: any(_count(transaction.connection, step) for step in losing)
        )

    def _take_over(self, schema: Schema) -> None:
        self.state = state_of(schema, self.state)


def _losses(connection: Connection, steps: list[Step]) -> str:
    """Say in one sentence what steps would lose, and of how many records."""
    texts = []
    for step in steps:
        count = _count(connection, step)
        texts.append(f"{step.loses} ({count} {'record' if count == 1 else 'records'})")
    return f"the change would lose {'; '.join(texts)}; {WAY_ON}; a backup is made first"


def _count(connection: Connection, step: Step) -> int:
    table = quote_name(table_name(step.collection))
    count: int = connection.rows(f"SELECT count(*) FROM {table}")[0][0]
    return count
