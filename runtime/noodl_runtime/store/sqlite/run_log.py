"""The runs of functions that are kept, in a file of their own: data/runs.db, apart from records.

Not a store of user data: it may be deleted at any time, and no backup holds it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from noodl_runtime.store.sqlite.connection import Connection

_CREATE = (
    (
        "CREATE TABLE IF NOT EXISTS `runs` (`id` INTEGER PRIMARY KEY AUTOINCREMENT, "
        "`name` TEXT NOT NULL, `trigger` TEXT NOT NULL, `startedAt` TEXT NOT NULL, "
        "`duration` REAL NOT NULL, `status` INTEGER NOT NULL, `more` TEXT NOT NULL)"
    ),
    "CREATE INDEX IF NOT EXISTS `byName` ON `runs` (`name`, `id`)",
)
_ADD_CHAIN = "ALTER TABLE `runs` ADD COLUMN `chain` TEXT NOT NULL DEFAULT ''"
_SHORT = ("id", "name", "trigger", "startedAt", "duration", "status", "chain")
_COLUMNS = ", ".join(f"`{name}`" for name in _SHORT)
_WRITTEN = ", ".join(f"`{name}`" for name in _SHORT[1:])


class RunLog:
    """The last runs; used by one thread at a time. keep: most runs that stay."""

    def __init__(self, file: Path, keep: int) -> None:
        self._file = file
        self._keep = keep
        self._opened: Connection | None = None

    def add(self, runs: Sequence[Mapping[str, Any]]) -> None:
        """Keep runs, and forget the oldest ones beyond the bound."""
        connection = self._connection()
        connection.run("BEGIN IMMEDIATE")
        try:
            connection.run_many(
                f"INSERT INTO `runs` ({_WRITTEN}, `more`) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [_row(run) for run in runs],
            )
            connection.run(
                "DELETE FROM `runs` WHERE `id` <= (SELECT MAX(`id`) FROM `runs`) - ?", (self._keep,)
            )
            connection.run("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.run("ROLLBACK")
            raise

    def newest(
        self,
        limit: int,
        *,
        before: int | None = None,
        name: str = "",
        failed: bool = False,
        chain: str = "",
    ) -> list[dict[str, Any]]:
        """Return runs without their details, the newest first.

        before: only runs older than this id; name: only of this function; chain: only of this one
        """
        rows = self._connection().rows(
            f"SELECT {_COLUMNS} FROM `runs` WHERE (?1 IS NULL OR `id` < ?1) "
            "AND (?2 = '' OR `name` = ?2) AND (NOT ?3 OR `status` >= 400) "
            "AND (?4 = '' OR `chain` = ?4) ORDER BY `id` DESC LIMIT ?5",
            (before, name, failed, chain, limit),
        )
        return [dict(zip(_SHORT, row, strict=True)) for row in rows]

    def fetch(self, run_id: int) -> dict[str, Any] | None:
        """Return one run with all that is known of it, None if it is not kept."""
        text = f"SELECT {_COLUMNS}, `more` FROM `runs` WHERE `id` = ?"
        rows = self._connection().rows(text, (run_id,))
        if not rows:
            return None
        *short, more = rows[0]
        return {**dict(zip(_SHORT, short, strict=True)), **json.loads(more)}

    def close(self) -> None:
        """Close the file; it is opened anew when it is needed again."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _connection(self) -> Connection:
        if self._opened is None:
            self._opened = Connection(self._file, durability="normal", writes=True)
            for text in _CREATE:
                self._opened.run(text)
            columns = [row[1] for row in self._opened.rows("PRAGMA table_info(`runs`)")]
            if "chain" not in columns:
                self._opened.run(_ADD_CHAIN)
        return self._opened


def _row(run: Mapping[str, Any]) -> tuple[Any, ...]:
    more = {key: value for key, value in run.items() if key not in _SHORT}
    return (*(run[name] for name in _SHORT[1:]), json.dumps(more, ensure_ascii=False))
