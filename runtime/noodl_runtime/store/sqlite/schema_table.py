"""Where the database keeps its schema: a row a collection, written with the tables it describes."""

import json
from dataclasses import replace

from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.schema.plan import DropCollection, Step, plan
from noodl_runtime.schema.renaming import Rename
from noodl_runtime.schema.renaming_sql import rename_sql
from noodl_runtime.schema.schema_file import collection_document, read_collection
from noodl_runtime.schema.sql import step_sql
from noodl_runtime.store.sqlite.connection import Connection

CREATE = (
    "CREATE TABLE `_collections` (`name` TEXT NOT NULL PRIMARY KEY, `table` TEXT NOT NULL, "
    "`document` TEXT NOT NULL)"
)


def read_stored_schema(connection: Connection) -> Schema:
    """Return the schema the database was last brought to."""
    rows = connection.rows("SELECT `table`, `document` FROM `_collections` ORDER BY _rowid_")
    stored = [replace(read_collection(json.loads(text)), table=table) for table, text in rows]
    return Schema(collections={collection.name: collection for collection in stored})


def carry_out_plan(connection: Connection, old: Schema, new: Schema) -> None:
    """Bring tables and stored schema from old to new, inside a transaction.

    raises: DuplicateValue when a new unique index finds a value twice
    """
    steps = plan(old, new)
    for step in steps:
        for text in step_sql(step):
            connection.run(text)
    for name in _dropped(steps):
        _forget(connection, name)
    _keep_changed(connection, old, new)


def carry_out_rename(connection: Connection, old: Schema, new: Schema, rename: Rename) -> None:
    """Rename in tables and stored schema, inside a transaction; new: as `renamed` returns it."""
    for text in rename_sql(old, new, rename):
        connection.run(text)
    if rename.field is None:
        _forget(connection, rename.collection)
    _keep_changed(connection, old, new)


def _keep_changed(connection: Connection, old: Schema, new: Schema) -> None:
    for name, collection in new.collections.items():
        if old.collections.get(name) != collection:
            _keep(connection, collection)


def _dropped(steps: list[Step]) -> list[str]:
    return [step.collection.name for step in steps if isinstance(step, DropCollection)]


def _forget(connection: Connection, name: str) -> None:
    connection.run("DELETE FROM `_collections` WHERE `name` = ?", (name,))


def _keep(connection: Connection, collection: Collection) -> None:
    connection.run(
        "INSERT INTO `_collections` VALUES (?, ?, ?) "
        "ON CONFLICT (`name`) DO UPDATE SET `table` = excluded.`table`, "
        "`document` = excluded.`document`",
        (
            collection.name,
            collection.table,
            json.dumps(collection_document(collection), ensure_ascii=False),
        ),
    )
