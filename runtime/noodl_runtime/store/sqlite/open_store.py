"""What a connected store works with, made and closed together."""

import logging
import sqlite3
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from noodl_runtime.settings import Settings
from noodl_runtime.store.events import Events
from noodl_runtime.store.sqlite.backup import safety_copy
from noodl_runtime.store.sqlite.change_log import ChangeLog
from noodl_runtime.store.sqlite.connection import Connection
from noodl_runtime.store.sqlite.reader import Reader
from noodl_runtime.store.sqlite.schema_changes import SchemaChanges
from noodl_runtime.store.sqlite.writer import Writer
from noodl_runtime.values import Clock

if TYPE_CHECKING:
    from noodl_runtime.store.sqlite.queries import Queries

T = TypeVar("T")

log = logging.getLogger(__name__)


class OpenStore:
    """What a connected store works with."""

    def __init__(
        self,
        file: Path,
        connection: Connection,
        settings: Settings,
        events: Events,
        clock: Clock,
    ) -> None:
        self._file = file
        self.connection = connection
        self._clock = clock
        self.log = ChangeLog(age_s=settings.change_log_age, size=settings.change_log_size)
        self.log.load(connection)
        self.reader = Reader(file, query_timeout=settings.query_timeout)
        self.writer = Writer(connection, self.log, events, clock)
        try:
            self.schema = SchemaChanges(
                connection,
                self.writer,
                max_fields=settings.max_fields,
                before_loss=self._safety_copy,
            )
        except BaseException:
            self.reader.close()
            raise

    @cached_property
    def queries(self) -> "Queries":
        """What answers queries, loaded when the first comes."""
        from noodl_runtime.store.sqlite.queries import Queries

        return Queries(self.reader, lambda: self.schema.state)

    def copy(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do some copying with a connection of its own, in a thread."""
        reader = self.reader
        return reader.in_thread(
            lambda: reader.borrowed(lambda connection: work(connection.raw), None)
        )

    def close(self) -> None:
        """Finish: readers first, so that the last one out can empty the journal into the file."""
        self.reader.close()
        self.connection.run("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.close()

    def _safety_copy(self) -> None:
        where = self.copy(
            lambda raw: safety_copy(raw, self._file, "before-schema-change", self._clock())
        )
        log.info("copied the database to %s before a change that loses data", where)
