"""The Parse store: the contract's operations, each handed to the part that knows how."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noodl_runtime.errors import BadSetting, PortableError, SchemaRefused, SetupError
from noodl_runtime.schema.model import Field, Schema
from noodl_runtime.schema.renaming import Rename
from noodl_runtime.store.contract import (
    Action,
    Change,
    Found,
    Handler,
    Principals,
    Query,
    Write,
)
from noodl_runtime.store.parse.connection import TIMEOUT_S, Endpoint
from noodl_runtime.store.parse.files import ParseFiles
from noodl_runtime.store.parse.own_changes import OwnChanges
from noodl_runtime.store.parse.reading import Reader
from noodl_runtime.store.parse.schema_cache import SchemaCache
from noodl_runtime.store.parse.schema_changes import add_fields, update_schema
from noodl_runtime.store.parse.users import ParseUsers
from noodl_runtime.store.parse.writer import Writer
from noodl_runtime.values import Clock, Record, now_iso

_KEYS = ("endpoint", "appId", "masterKey")


def open_parse(config: Mapping[str, Any]) -> "ParseStore":
    """Return the store a configuration describes, not yet connected.

    config: {"type": "parse", "endpoint": "https://host/parse", "appId": ..., "masterKey": ...}
    raises: BadSetting naming the key that is missing
    """
    for key in _KEYS:
        if not isinstance(config.get(key), str) or not config[key]:
            raise BadSetting(f"a store of type 'parse' needs {key} in its configuration")
    timeout_s = float(config.get("timeout", TIMEOUT_S))
    endpoint = Endpoint(
        config["endpoint"], config["appId"], config["masterKey"], timeout_s=timeout_s
    )
    return ParseStore(endpoint)


class ParseStore:
    """A CloudStore that is a client of a Parse Server, with its master key.

    files, users: what the contract has no words for
    """

    hears_all = False  # other clients of that server are not heard

    def __init__(self, endpoint: Endpoint, *, clock: Clock = now_iso) -> None:
        self._endpoint = endpoint
        self._schema = SchemaCache(endpoint)
        self._reader = Reader(endpoint, self._schema)
        self._changes = OwnChanges(clock)
        self._writer = Writer(endpoint, self._schema, self._reader, self._changes)
        self._remembered: dict[str, dict[str, str]] = {}
        self.files = ParseFiles(endpoint)
        self.users = ParseUsers(endpoint)

    # -- lifecycle

    def connect(self) -> None:
        """Look whether the server is there and takes the key. raises: SetupError."""
        try:
            self._schema.load()
        except PortableError as error:
            raise SetupError(f"the store cannot be opened: {error}") from error

    def disconnect(self) -> None:
        """Close the connections that are kept; safe to call twice."""
        self._endpoint.close()

    # -- reading

    def query(self, query: Query) -> Found:
        """Return the records that match. raises: BadQuery, StoreUnreachable."""
        return self._reader.query(query)

    def stream(self, query: Query) -> Iterator[Record]:
        """Yield matching records a page at a time, in the order of their objectId."""
        return self._reader.stream(query)

    def fetch(
        self,
        collection: str,
        object_id: str,
        *,
        include: tuple[str, ...] = (),
        keys: tuple[str, ...] | None = None,
        exclude_keys: tuple[str, ...] = (),
        principals: Principals = None,
    ) -> Record:
        """Return one record. raises: NoSuchRecord."""
        query = Query(
            collection=collection,
            include=include,
            keys=keys,
            exclude_keys=exclude_keys,
            principals=principals,
        )
        return self._reader.fetch(query, object_id)

    def count(
        self, collection: str, where: Mapping[str, Any], *, principals: Principals = None
    ) -> int:
        """Return how many records match."""
        return self._reader.count(collection, where, principals)

    def distinct(
        self,
        collection: str,
        key: str,
        where: Mapping[str, Any],
        *,
        principals: Principals = None,
    ) -> list[Any]:
        """Return the distinct values of a field, of a list field its distinct elements."""
        return self._reader.distinct(collection, key, where, principals)

    def aggregate(
        self,
        collection: str,
        pipeline: Sequence[Mapping[str, Any]],
        *,
        principals: Principals = None,
    ) -> list[dict[str, Any]]:
        """Return the rows of a pipeline; all matching records travel here for it."""
        return self._reader.aggregate(collection, pipeline, principals)

    # -- writing

    def secrets(self, _collection: str, _object_id: str) -> Mapping[str, str]:
        """Return {}: what is secret there never leaves that server."""
        return {}

    def write(self, write: Write) -> Record:
        """Carry out one write and return the whole record as it is right after."""
        return self._writer.write(write)

    def batch(
        self, writes: Sequence[Write], *, transaction: bool = False
    ) -> list[Record | PortableError]:
        """Carry out writes in order; all or nothing if `transaction`.

        Without it each is committed alone: a server that fails half-way has done the first half.
        """
        return self._writer.all(writes) if transaction else self._writer.each(writes)

    # -- schema

    def get_schema(self) -> Schema:
        """Return the schema as the server last told it."""
        return self._schema.complete

    def update_schema(self, schema: Schema, *, allow_destructive: bool = False) -> None:
        """Bring the server to this schema, step by step; steps that are done stay done.

        raises: SchemaRefused for what Parse does not have, DestructiveChange, before the first step
        """
        update_schema(self._endpoint, self._schema, schema, allow_destructive=allow_destructive)

    def add_fields(self, collection: str, fields: Sequence[Field] = ()) -> None:
        """Make sure the collection and these fields exist; nothing else changes."""
        add_fields(self._endpoint, self._schema, collection, fields)

    def rename(self, rename: Rename) -> None:
        """Refuse: the protocol has no way to rename. raises: SchemaRefused."""
        raise SchemaRefused(
            f"a Parse Server cannot rename {rename.field or rename.collection}; "
            f"add {rename.to}, copy the values and drop the old one"
        )

    # -- events

    def on(self, event: Action, handler: Handler) -> None:
        """Call handler after each such write of this store; other clients' are not heard."""
        self._changes.on(event, handler)

    def off(self, event: Action, handler: Handler) -> None:
        """Stop calling handler; unknown handlers are ignored."""
        self._changes.off(event, handler)

    def changes(self, since: int, *, limit: int = 1000) -> list[Change] | None:
        """Return this store's own changes after a sequence number, None beyond its memory."""
        return self._changes.since(since, limit)

    def last_change(self) -> int:
        """Return the sequence number of this store's latest change."""
        return self._changes.last

    def remembered(self, area: str) -> Mapping[str, str]:
        """Return what was kept in an area since the process began, as the changes are."""
        return dict(self._remembered.get(area, {}))

    def remember(self, area: str, texts: Mapping[str, str | None]) -> None:
        """Keep texts in an area until the process ends, forget those that are None."""
        both = {**self._remembered.get(area, {}), **texts}
        self._remembered[area] = {name: text for name, text in both.items() if text is not None}
