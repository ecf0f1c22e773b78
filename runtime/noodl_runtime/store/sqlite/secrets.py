"""Secrets beside records, in a table that no collection can be named after."""

from collections.abc import Mapping

from noodl_runtime.store.sqlite.connection import Connection

CREATE = (
    "CREATE TABLE `_secrets` (`collection` TEXT NOT NULL, `objectId` TEXT NOT NULL, "
    "`name` TEXT NOT NULL, `value` TEXT NOT NULL, "
    "PRIMARY KEY (`collection`, `objectId`, `name`)) WITHOUT ROWID"
)
SELECT = "SELECT `name`, `value` FROM `_secrets` WHERE `collection` = ? AND `objectId` = ?"


def keep(
    connection: Connection, collection: str, object_id: str, secrets: Mapping[str, str | None]
) -> None:
    """Keep secrets of a record, remove those that are None."""
    for name, value in secrets.items():
        place = (collection, object_id, name)
        if value is None:
            connection.run(f"{_DELETE} AND `name` = ?", place)
        else:
            connection.run("INSERT OR REPLACE INTO `_secrets` VALUES (?, ?, ?, ?)", (*place, value))


def forget(connection: Connection, collection: str, object_id: str) -> None:
    """Remove all secrets of a record."""
    connection.run(_DELETE, (collection, object_id))


_DELETE = "DELETE FROM `_secrets` WHERE `collection` = ? AND `objectId` = ?"
