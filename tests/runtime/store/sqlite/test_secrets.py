"""Secrets beside records: kept with the write, gone with the record, shown by nothing."""

import dataclasses
import json

import pytest

from noodl_runtime.errors import DuplicateValue, PortableError
from noodl_runtime.schema.model import Index
from noodl_runtime.store.contract import CloudStore, Create, Delete, Query, Save
from tests.runtime.store.worlds import collection, create, field, schema

SECRETS = {"password": "hash-1", "reset": "digest-1"}


@pytest.fixture
def product(store: CloudStore) -> str:
    write = Create(collection="Product", values={"name": "desk"}, secrets=SECRETS)
    return str(store.write(write)["objectId"])


def test_secrets_come_back_by_name(store: CloudStore, product: str) -> None:
    assert store.secrets("Product", product) == SECRETS


def test_a_save_changes_those_it_names(store: CloudStore, product: str) -> None:
    secrets = {"password": "hash-2", "reset": None, "verify": "digest-2"}
    store.write(Save(collection="Product", object_id=product, values={}, secrets=secrets))
    assert store.secrets("Product", product) == {"password": "hash-2", "verify": "digest-2"}


def test_a_refused_save_changes_none(store: CloudStore, product: str) -> None:
    broken = Save(
        collection="Product", object_id=product, values={"name": 5}, secrets={"password": "x"}
    )
    with pytest.raises(PortableError):
        store.write(broken)
    assert store.secrets("Product", product) == SECRETS


def test_secrets_go_with_the_record(store: CloudStore, product: str) -> None:
    store.write(Delete(collection="Product", object_id=product))
    assert store.secrets("Product", product) == {}


def test_nothing_that_is_read_shows_secrets(store: CloudStore, product: str) -> None:
    shown = [store.fetch("Product", product), store.query(Query(collection="Product")).records]
    assert "hash-1" not in json.dumps(shown, default=str)
    assert "hash-1" not in str(store.changes(0))


def test_sessions_are_written_into_no_log(store: CloudStore) -> None:
    before = store.changes(0)
    store.write(Create(collection="_Session", values={"sessionToken": "r:1"}))
    assert store.changes(0) == before


def test_an_index_can_take_capitals_for_small_letters(store: CloudStore) -> None:
    index = Index(name="once", fields=("label",), unique=True, ignore_case=True)
    shelves = collection("Rack", field("label", "String"), indexes=(index,))
    present = store.get_schema()
    store.update_schema(
        dataclasses.replace(
            present, collections={**present.collections, **schema(shelves).collections}
        )
    )
    create(store, "Rack", label="Top")
    with pytest.raises(DuplicateValue):
        create(store, "Rack", label="tOP")
    create(store, "Rack", label="Bottom")
