"""The server's schema as it was last seen, and seeing again what others may have changed."""

import time

from gevent.lock import BoundedSemaphore

from noodl_runtime.errors import NoSuchCollection
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.schema.plan import settled
from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.store.parse.schemas import read_schemas

_FRESH_S = 1.0  # a name that was unknown this recently is unknown


class SchemaCache:
    """The schema, kept in memory.

    present:  what the server has, without what it makes on demand
    complete: with the system collections every backend has
    changing: held by whoever changes it, so that two of this process never do at once
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._seen = 0.0
        self.changing = BoundedSemaphore()
        self.present = Schema()
        self.complete = Schema()

    def load(self) -> None:
        """Ask the server."""
        self.present = read_schemas(self._endpoint.read("/schemas"))
        self.complete = settled(Schema(), self.present)
        self._seen = time.monotonic()

    def refresh(self) -> bool:
        """Ask the server again unless it was asked just now; say whether it was asked."""
        stale = time.monotonic() - self._seen > _FRESH_S
        if stale:
            self.load()
        return stale

    def collection(self, name: str) -> Collection:
        """Return a collection. raises: NoSuchCollection."""
        found = self.complete.collections.get(name)
        if found is None and self.refresh():
            found = self.complete.collections.get(name)
        if found is None:
            raise NoSuchCollection(f"there is no collection {name!r}; add it to the schema first")
        return found
