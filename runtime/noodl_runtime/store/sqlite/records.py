"""Carrying out one write in a transaction: the record, its relations, its row in the change log."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from noodl_runtime.errors import DuplicateValue, InvalidValue, NoSuchRecord
from noodl_runtime.schema.layout import NULLS, READ_PRINCIPALS, WRITE_PRINCIPALS, quote_name
from noodl_runtime.schema.names import UNTOLD
from noodl_runtime.schema.operations import AddRelation
from noodl_runtime.store.applying import Outcome, created, saved
from noodl_runtime.store.contract import Action, Create, Delete, Principals, Save, Write
from noodl_runtime.store.sqlite import secrets
from noodl_runtime.store.sqlite.state import State
from noodl_runtime.store.sqlite.table import (
    WRITERS,
    Table,
    nulls_text,
    principals_of,
    principals_text,
)
from noodl_runtime.store.sqlite.writer import Transaction
from noodl_runtime.values import NewId, Record, iso_of

_CHOSEN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_TRIES = 20  # for an id nobody has; with 47 random bits the second is already unheard of


def carry_out(transaction: Transaction, state: State, write: Write, new_id: NewId) -> Record:
    """Do one write and return the whole record as it is then, of a Delete as it was.

    raises: NoSuchCollection, NoSuchRecord, WrongType, InvalidValue, BadName, DuplicateValue
    """
    return _WRITERS[type(write)](transaction, state.table(write.collection), write, new_id)


def _create(transaction: Transaction, table: Table, write: Create, new_id: NewId) -> Record:
    outcome = created(table.form, write.values)
    created_at = write.created_at or transaction.now
    readers, writers = outcome.permissions or (None, None)
    row = (
        created_at,
        write.updated_at or created_at,
        principals_text(readers),
        principals_text(writers),
        nulls_text(outcome.record),
        *map(outcome.columns.get, table.columns),
    )
    object_id = _insert(transaction, table, row, write.object_id, new_id)
    record = {
        "objectId": object_id,
        "createdAt": row[0],
        "updatedAt": row[1],
        **outcome.record,
    }
    _relate(transaction, table, object_id, outcome)
    secrets.keep(transaction.connection, write.collection, object_id, write.secrets)
    _tell(transaction, write, "create", None, record)
    return record


def _insert(
    transaction: Transaction,
    table: Table,
    row: tuple[Any, ...],
    chosen: str | None,
    new_id: NewId,
) -> str:
    """Insert a row under the chosen id, or under a new one that nobody has; return the id."""
    if chosen is not None and not _CHOSEN_ID.fullmatch(chosen):
        raise InvalidValue("objectId takes letters, digits, _ and - only, up to 128", code=104)
    for last_try in (*(False for _ in range(_TRIES)), True):
        object_id = chosen or new_id()
        try:
            transaction.connection.run(table.insert, (object_id, *row))
        except DuplicateValue as error:
            if chosen or last_try or error.fields != ("objectId",):
                raise
        else:
            break
    return object_id


def _save(transaction: Transaction, table: Table, write: Save, _new_id: NewId) -> Record:
    before = _present(transaction, table, write.object_id, write.principals)
    outcome = saved(table.form, before, write.values)
    columns: dict[str, Any] = dict(outcome.columns)
    if outcome.permissions is not None:
        readers, writers = outcome.permissions
        columns[READ_PRINCIPALS] = principals_text(readers)
        columns[WRITE_PRINCIPALS] = principals_text(writers)
    nulls = nulls_text(outcome.record)
    if nulls != nulls_text(before):
        columns[NULLS] = nulls
    updated_at = _later(transaction.now, before["updatedAt"])
    record = {**outcome.record, "updatedAt": updated_at}
    transaction.connection.run(
        table.update(tuple(columns)), (*columns.values(), updated_at, write.object_id)
    )
    _relate(transaction, table, write.object_id, outcome)
    secrets.keep(transaction.connection, write.collection, write.object_id, write.secrets)
    _tell(transaction, write, "save", before, record)
    return record


def _delete(transaction: Transaction, table: Table, write: Delete, _new_id: NewId) -> Record:
    before = _present(transaction, table, write.object_id, write.principals)
    for text in (table.delete, *table.clean_up):
        transaction.connection.run(text, (write.object_id,))
    secrets.forget(transaction.connection, write.collection, write.object_id)
    _tell(transaction, write, "delete", before, None)
    return before


def _tell(
    transaction: Transaction,
    write: Write,
    action: Action,
    before: Record | None,
    after: Record | None,
) -> None:
    if write.collection not in UNTOLD:
        transaction.log(action, write.collection, before, after, write.origin)


def _present(transaction: Transaction, table: Table, object_id: str, who: Principals) -> Record:
    """Return a record that is to be changed. raises: NoSuchRecord, also when it may not be."""
    rows = transaction.connection.rows(table.select_by_id, (object_id,))
    if not rows or not _may_write(rows[0][WRITERS], who):
        raise NoSuchRecord("Object not found.")
    return table.whole.record(rows[0])


def _may_write(writers: str | None, who: Principals) -> bool:
    allowed = principals_of(writers)
    return who is None or allowed is None or not who.isdisjoint(allowed)


def _relate(transaction: Transaction, table: Table, object_id: str, outcome: Outcome) -> None:
    for field, operation in outcome.relations:
        junction = quote_name(table.junction(field))
        text = (
            f"INSERT OR IGNORE INTO {junction} VALUES (?, ?)"
            if isinstance(operation, AddRelation)
            else f"DELETE FROM {junction} WHERE `owningId` = ? AND `relatedId` = ?"
        )
        pairs = [(object_id, pointer.object_id) for pointer in operation.objects]
        transaction.connection.run_many(text, pairs)


def _later(now: str, before: str) -> str:
    """Return now, or the first moment after `before` where the clock has not got that far."""
    if now > before:
        return now
    return iso_of(datetime.fromisoformat(before) + timedelta(milliseconds=1))


_WRITERS: dict[type[Write], Callable[..., Record]] = {
    Create: _create,
    Save: _save,
    Delete: _delete,
}
