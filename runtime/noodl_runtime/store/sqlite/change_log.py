"""The change log: a row for every write, in its transaction, bounded by age and size."""

from datetime import UTC, datetime, timedelta

from noodl_runtime.schema.json_values import from_json, to_json
from noodl_runtime.store.contract import Change, Origin
from noodl_runtime.store.sqlite.connection import Connection, Row
from noodl_runtime.values import Record, iso_of

_TRIM_EVERY = 1000  # changes; until then the log may be longer than its bound by so many

CREATE = (
    "CREATE TABLE `_changes` (`sequence` INTEGER PRIMARY KEY, `time` TEXT NOT NULL, "
    "`collection` TEXT NOT NULL, `action` TEXT NOT NULL, `objectId` TEXT NOT NULL, "
    "`before` TEXT, `after` TEXT, `run` TEXT NOT NULL, `depth` INTEGER NOT NULL)"
)
ADD_CHAIN = "ALTER TABLE `_changes` ADD COLUMN `chain` TEXT NOT NULL DEFAULT ''"
_COLUMNS = "sequence, time, collection, action, objectId, before, after, run, depth, chain"
_INSERT = f"INSERT INTO `_changes` ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class ChangeLog:
    """Numbers changes and keeps them. last: the sequence number of the latest one committed."""

    def __init__(self, *, age_s: float, size: int) -> None:
        self.last = 0
        self._age_s = age_s
        self._size = size
        self._trimmed_at = 0

    def load(self, connection: Connection) -> None:
        """Take up where the database left off; its latest change is never trimmed away."""
        rows = connection.rows("SELECT coalesce(max(sequence), 0) FROM `_changes`")
        self.last = self._trimmed_at = rows[0][0]

    def write(self, connection: Connection, change: Change) -> None:
        """Append a change to the log, inside the transaction of its write."""
        connection.run(
            _INSERT,
            (
                change.sequence,
                change.time,
                change.collection,
                change.action,
                change.object_id,
                _text(change.before),
                _text(change.after),
                change.origin.run,
                change.origin.depth,
                change.origin.chain,
            ),
        )

    def trim_if_due(self, connection: Connection, last: int, now: str) -> None:
        """Forget changes that are too old or too many; last: the latest of this transaction."""
        if last - self._trimmed_at < min(_TRIM_EVERY, self._size):
            return
        oldest = iso_of(
            datetime.fromisoformat(now).astimezone(UTC) - timedelta(seconds=self._age_s)
        )
        young = connection.rows(
            "SELECT sequence FROM `_changes` WHERE time >= ? ORDER BY sequence LIMIT 1", (oldest,)
        )
        first_young = young[0][0] if young else last
        first_kept = max(first_young, last - self._size + 1)
        connection.run("DELETE FROM `_changes` WHERE sequence < ?", (min(first_kept, last),))
        self._trimmed_at = last


def changes_since(rows: list[Row], since: int, last: int) -> list[Change] | None:
    """Return the changes in rows of SELECT_SINCE; None if the first after `since` is not there."""
    if since > last:
        return None
    changes = [_change(row) for row in rows]
    reaches = since == last or (changes and changes[0].sequence == since + 1)
    return changes if reaches else None


SELECT_SINCE = f"SELECT {_COLUMNS} FROM `_changes` WHERE sequence > ? ORDER BY sequence LIMIT ?"


def _change(row: Row) -> Change:
    sequence, time, collection, action, object_id, before, after, run, depth, chain = row
    return Change(
        sequence,
        time,
        collection,
        action,
        object_id,
        _record(before),
        _record(after),
        Origin(run=run, depth=depth, chain=chain),
    )


def _text(record: Record | None) -> str | None:
    return None if record is None else to_json(record)


def _record(text: str | None) -> Record | None:
    return None if text is None else from_json(text)
