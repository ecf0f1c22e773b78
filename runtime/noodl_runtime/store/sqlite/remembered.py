"""What the backend remembers beside records, in a table that no collection can be named after."""

from collections.abc import Mapping

from noodl_runtime.store.sqlite.connection import Connection

CREATE = (
    "CREATE TABLE `_remembered` (`area` TEXT NOT NULL, `name` TEXT NOT NULL, "
    "`text` TEXT NOT NULL, PRIMARY KEY (`area`, `name`)) WITHOUT ROWID"
)
SELECT = "SELECT `name`, `text` FROM `_remembered` WHERE `area` = ?"


def remember(connection: Connection, area: str, texts: Mapping[str, str | None]) -> None:
    """Keep texts of an area, forget those that are None."""
    for name, text in texts.items():
        if text is None:
            connection.run(
                "DELETE FROM `_remembered` WHERE `area` = ? AND `name` = ?", (area, name)
            )
        else:
            connection.run(
                "INSERT OR REPLACE INTO `_remembered` VALUES (?, ?, ?)", (area, name, text)
            )
