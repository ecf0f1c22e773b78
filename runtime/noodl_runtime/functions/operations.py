"""What functions need of a backend. `Backend` has the first half as it is."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from noodl_runtime.access.caller import Caller
from noodl_runtime.schema.model import Schema
from noodl_runtime.store.contract import Found, Query, Write
from noodl_runtime.values import Record


class RecordOperations(Protocol):
    """Operations on records; functions call them with full rights."""

    def query(self, caller: Caller, query: Query) -> Found:
        """Return the records that match."""
        ...

    def fetch(
        self,
        caller: Caller,
        collection: str,
        object_id: str,
        *,
        include: tuple[str, ...] = (),
        keys: tuple[str, ...] | None = None,
        exclude_keys: tuple[str, ...] = (),
    ) -> Record:
        """Return one record."""
        ...

    def count(self, caller: Caller, collection: str, where: Mapping[str, Any]) -> int:
        """Return how many records match."""
        ...

    def distinct(
        self, caller: Caller, collection: str, key: str, where: Mapping[str, Any]
    ) -> list[Any]:
        """Return the distinct values of a field."""
        ...

    def aggregate(
        self, caller: Caller, collection: str, pipeline: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline."""
        ...

    def write(self, caller: Caller, write: Write) -> Record:
        """Carry out one write and return the whole record."""
        ...

    def get_schema(self, caller: Caller) -> Schema:
        """Return the present schema."""
        ...


class PeopleOperations(Protocol):
    """Users and sessions, as far as functions use them."""

    def session_user(self, token: str) -> Record:
        """Return the user of a session, with sessionToken. raises: InvalidSession."""
        ...

    def log_in(self, username: str, password: str) -> Record:
        """Return the user with a new sessionToken. raises: a PortableError with Parse's text."""
        ...


class AppOperations(Protocol):
    """What an app has beside records and users, as far as functions use it."""

    def config(self) -> Mapping[str, Any]:
        """Return all configuration parameters, typed values."""
        ...

    def delete_file(self, name: str) -> None:
        """Delete a stored file. raises: NoSuchFile."""
        ...

    def file_url(self, base_url: str, name: str) -> str:
        """Return where a stored file can be had."""
        ...

    def signed_file(self, base_url: str, name: str) -> tuple[str, float | None]:
        """Return a file's address and when it ends, seconds since 1970. raises: NoSuchFile."""
        ...

    def send_mail(self, *, to: str, template: str, subject: str, text: str, html: str) -> None:
        """Send a mail; returns when the server has taken it. raises: a PortableError."""
        ...

    def secret(self, name: str) -> str | None:
        """Return a secret that only functions may know, None for an unknown one."""
        ...

    def redacted(self, text: str) -> str:
        """Return a text for the log, with secrets made unreadable."""
        ...
