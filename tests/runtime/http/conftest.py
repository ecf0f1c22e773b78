"""A shop behind HTTP: three products, made at 10:01, 10:02 and 10:03, called p1, p2, p3."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.backend import Backend
from noodl_runtime.belongings import Belongings
from noodl_runtime.config_parameters import ConfigParameters
from noodl_runtime.files.store import FileStore
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create
from noodl_runtime.store.sqlite.store import SqliteStore
from noodl_runtime.values import Date, Pointer, now_iso
from tests.runtime.http.clients import Send, ServerClient, WsgiClient

FIELDS = {
    "name": Field(name="name", type="String"),
    "price": Field(name="price", type="Number"),
    "due": Field(name="due", type="Date"),
    "maker": Field(name="maker", type="Pointer", target="Maker"),
    "place": Field(name="place", type="GeoPoint"),
}
SCHEMA = Schema(
    collections={
        "Product": Collection(name="Product", fields=FIELDS),
        "Maker": Collection(name="Maker", fields={"name": Field(name="name", type="String")}),
    }
)
SETTINGS = Settings(mode="production", max_batch=5, max_limit=50, max_file=200_000)


class Minutes:
    """A clock on which a minute passes with every look."""

    def __init__(self) -> None:
        self.passed = itertools.count(1)

    def __call__(self) -> str:
        return f"2024-05-01T10:{next(self.passed):02}:00.000Z"


def make_shop(folder: Path, settings: Settings, *, minutes: bool = True) -> Backend:
    """Return the shop; ids are p1, p2, p3, ...

    minutes: whether records are made a minute after each other; False: the time is the real one
    """
    clock, ids = Minutes(), itertools.count(1)
    store = SqliteStore(
        folder / "local.db",
        settings,
        clock=clock if minutes else now_iso,
        new_id=lambda: f"p{next(ids)}",
    )
    store.connect()
    store.update_schema(SCHEMA)
    clock.passed = itertools.count(1)
    for name, price in [("apple", 2), ("bread", 5), ("candle", None)]:
        store.write(Create(collection="Product", values={"name": name, "price": price}))
    maker = Create(collection="Maker", object_id="m1", values={"name": "ann"})
    store.write(maker)
    backend = Backend(
        store=store, settings=settings, name="shop", app_id="shop-app", master_key="key"
    )
    backend.belongings = make_belongings(folder, backend)
    backend.write(
        MASTER,
        Create(
            collection="Product",
            object_id="made",
            values={
                "name": "desk",
                "due": Date("2024-06-01T00:00:00.000Z"),
                "maker": Pointer("Maker", "m1"),
            },
        ),
    )
    return backend


def make_belongings(folder: Path, backend: Backend) -> Belongings:
    """Return what a backend keeps beside its records, in a folder of its own."""
    settings = backend.settings
    files = FileStore(
        folder / "files",
        key="file key",
        max_file=settings.max_file,
        link_age=settings.file_link_age,
    )
    return Belongings(
        files=files,
        parameters=ConfigParameters(backend.store),
        app_id=backend.app_id,
        mail=backend.access.function_mail.send,
        secrets={"SHOP_KEY": "a secret"},
    )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Backend]:
    backend = make_shop(tmp_path, SETTINGS)
    yield backend
    backend.close()


@pytest.fixture(params=["app", "server"])
def call(shop: Backend, request: pytest.FixtureRequest) -> Iterator[Send]:
    """call("GET", "/api/Product") -> Answer; once through WSGI, once over a real socket."""
    if request.param == "app":
        yield WsgiClient(shop)
    else:
        client = ServerClient(shop)
        yield client
        client.close()
