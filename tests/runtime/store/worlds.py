"""The tiny world of the store's tests: products on shelves, with tags; and stores to put it in."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import CloudStore, Create, Delete, Query, Save
from noodl_runtime.store.sqlite.store import SqliteStore
from noodl_runtime.values import Record


def field(name: str, type_name: str, target: str | None = None, **rules: Any) -> Field:
    """Return a field in few words."""
    return Field(name=name, type=type_name, target=target, **rules)


def collection(name: str, *fields: Field, indexes: tuple[Index, ...] = ()) -> Collection:
    """Return a collection in few words."""
    return Collection(name=name, fields={each.name: each for each in fields}, indexes=indexes)


def schema(*collections: Collection) -> Schema:
    """Return a schema in few words."""
    return Schema(collections={each.name: each for each in collections})


SHOP = schema(
    collection(
        "Product",
        field("name", "String"),
        field("price", "Number"),
        field("sold", "Boolean"),
        field("since", "Date"),
        field("details", "Object"),
        field("sizes", "Array"),
        field("shelf", "Pointer", "Shelf"),
        field("tags", "Relation", "Tag"),
        field("place", "GeoPoint"),
        field("area", "Polygon"),
        field("picture", "File"),
        field("raw", "Bytes"),
    ),
    collection("Shelf", field("label", "String"), field("room", "Pointer", "Room")),
    collection("Room", field("label", "String"), field("best", "Pointer", "Product")),
    collection(
        "Tag", field("word", "String"), indexes=(Index(name="word", fields=("word",), unique=True),)
    ),
)


def ticking() -> Callable[[], str]:
    """Return a clock that goes on by a minute each time it is asked, from 10:00."""
    minutes = count()

    def clock() -> str:
        hour, minute = divmod(next(minutes), 60)
        day, hour = divmod(hour + 10, 24)
        return f"2024-05-{day + 1:02d}T{hour:02d}:{minute:02d}:00.000Z"

    return clock


def sqlite_store(folder: Path, **settings: Any) -> SqliteStore:
    """Return a store in a folder, not yet connected."""
    settings = {"durability": "normal", **settings}
    return SqliteStore(folder / "data" / "local.db", Settings(**settings), clock=ticking())


def opened(store: CloudStore) -> Iterator[CloudStore]:
    """Yield a store with the shop in it, and close it."""
    store.connect()
    try:
        store.update_schema(SHOP)
        yield store
    finally:
        store.disconnect()


# Stores the contract is tested with: name -> how to make one in an empty folder.
STORES: dict[str, Callable[[Path], CloudStore]] = {"sqlite": sqlite_store}


def create(store: CloudStore, collection: str, **values: Any) -> Record:
    """Make a record."""
    return store.write(Create(collection=collection, values=values))


def save(store: CloudStore, record: Record, collection: str, **values: Any) -> Record:
    """Change a record."""
    return store.write(Save(collection=collection, object_id=record["objectId"], values=values))


def delete(store: CloudStore, record: Record, collection: str) -> Record:
    """Remove a record."""
    return store.write(Delete(collection=collection, object_id=record["objectId"]))


def found(store: CloudStore, collection: str, **query: Any) -> list[Record]:
    """Return what a query finds."""
    return store.query(Query(collection=collection, **query)).records
