"""A backend in development mode behind a real socket, and clients that are closed afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.backend import Backend
from noodl_runtime.realtime.door import Door
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Delete, Save
from noodl_runtime.store.sqlite.store import SqliteStore
from noodl_runtime.values import Record
from tests.runtime.http.clients import ServerClient
from tests.runtime.realtime.clients import EventsClient, WebSocketClient


class World:
    """A backend, its server, and what one does with them."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        store = SqliteStore(folder / "local.db", settings)
        store.connect()
        self.backend = Backend(
            store=store, settings=settings, name="live", app_id="app", master_key="key"
        )
        self.backend.realtime = Door(self.backend)
        self.http = ServerClient(self.backend)
        self.port = self.http.server.port

    def close(self) -> None:
        self.http.close()
        self.backend.close()

    def listen(self, path: str = "/realtime", **headers: str) -> WebSocketClient:
        client = WebSocketClient(self.port, path, **headers)
        self.http._connections.append(client._socket)
        return client

    def stream(self, query: str, **headers: str) -> EventsClient:
        client = EventsClient(self.port, query, **headers)
        self.http._connections.append(client._socket)
        return client

    def subscribed(self, collection: str = "Todo", **more: Any) -> WebSocketClient:
        """Return a client that hears of a collection already."""
        client = self.listen()
        client.say(type="subscribe", collection=collection, **more)
        client.say(type="ping", id="ready")
        while client.hear()["id"] != "ready":
            pass
        return client

    # -- writing, past the rights of anyone

    def create(self, collection: str = "Todo", **values: Any) -> str:
        write = Create(collection=collection, values=values)
        return str(self.backend.write(MASTER, write)["objectId"])

    def save(self, object_id: str, collection: str = "Todo", **values: Any) -> Record:
        write = Save(collection=collection, object_id=object_id, values=values)
        return self.backend.write(MASTER, write)

    def delete(self, object_id: str, collection: str = "Todo") -> None:
        self.backend.write(MASTER, Delete(collection=collection, object_id=object_id))


Make = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """make(max_subscriptions=2) -> a World with these settings."""
    made: list[World] = []

    def make_one(**settings: Any) -> World:
        folder = tmp_path / str(len(made))
        made.append(World(folder, Settings(**{"mode": "development", **settings})))
        return made[-1]

    yield make_one
    for world in made:
        world.close()


@pytest.fixture
def world(make: Make) -> World:
    return make()
