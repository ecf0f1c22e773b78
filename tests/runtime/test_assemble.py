"""A start brings files and database together, and what changes later goes back into the files."""

import json
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.access.caller import ANYONE, MASTER
from noodl_runtime.assemble import assemble
from noodl_runtime.backend import Backend
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import read_definition
from noodl_runtime.errors import DataFolderInUse, DestructiveChange
from noodl_runtime.schema.model import Collection, Field
from noodl_runtime.schema.upgrade import upgraded
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Query


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "config.json", {"name": "Shop", "appId": "shop"})
    write_columns(tmp_path, {"name": "name", "type": "String"})
    return tmp_path


def write(file: Path, document: Any) -> None:
    file.write_text(json.dumps(document), encoding="utf-8")


def write_columns(folder: Path, *columns: dict[str, str]) -> None:
    write(folder / "schema.json", {"tables": [{"name": "Product", "columns": list(columns)}]})


def columns(folder: Path) -> dict[str, str]:
    tables = json.loads((folder / "schema.json").read_text(encoding="utf-8"))["tables"]
    return {f"{t['name']}.{c['name']}": c["type"] for t in tables for c in t["columns"]}


def opened(folder: Path, **settings: Any) -> Backend:
    return assemble(Settings(**settings), read_definition(folder), DataFolder(folder), {})


def test_a_field_that_appears_on_first_write_appears_in_schema_json(folder: Path) -> None:
    backend = opened(folder, mode="development")
    backend.write(ANYONE, Create(collection="Product", values={"name": "apple", "price": 2}))
    assert columns(folder) == {"Product.name": "String", "Product.price": "Number"}
    backend.close()


def test_a_schema_changed_through_the_backend_is_written_back_with_its_sql(folder: Path) -> None:
    backend = opened(folder)
    shop = Collection(name="Shop", fields={"city": Field(name="city", type="String")})
    schema = backend.get_schema(MASTER)
    together = upgraded(schema, type(schema)(collections={"Shop": shop}))
    backend.update_schema(MASTER, together)
    assert columns(folder) == {"Product.name": "String", "Shop.city": "String"}
    assert "CREATE TABLE `Shop`" in (folder / "schema.sql").read_text(encoding="utf-8")
    backend.close()


def test_a_field_that_is_new_in_the_file_is_there_after_the_next_start(folder: Path) -> None:
    first = opened(folder)
    first.write(MASTER, Create(collection="Product", values={"name": "apple"}))
    first.close()
    write_columns(folder, {"name": "name", "type": "String"}, {"name": "price", "type": "Number"})
    again = opened(folder)
    again.write(ANYONE, Create(collection="Product", values={"name": "bread", "price": 5}))
    found = again.query(MASTER, Query(collection="Product")).records
    assert [(r["name"], r.get("price")) for r in found] == [("apple", None), ("bread", 5)]
    again.close()


def test_a_field_that_is_gone_from_the_file_keeps_its_values(folder: Path) -> None:
    first = opened(folder)
    first.write(MASTER, Create(collection="Product", values={"name": "apple"}))
    first.close()
    write_columns(folder)
    again = opened(folder)
    assert again.query(MASTER, Query(collection="Product")).records[0]["name"] == "apple"
    again.close()


def test_a_field_of_another_type_is_refused_and_the_database_stays(folder: Path) -> None:
    first = opened(folder)
    first.write(MASTER, Create(collection="Product", values={"name": "apple"}))
    first.close()
    write_columns(folder, {"name": "name", "type": "Number"})
    with pytest.raises(DestructiveChange, match=r"Product\.name"):
        opened(folder)
    write_columns(folder, {"name": "name", "type": "String"})
    again = opened(folder)
    assert again.query(MASTER, Query(collection="Product")).records[0]["name"] == "apple"
    again.close()


def test_a_second_backend_on_the_same_folder_is_refused(folder: Path) -> None:
    first = opened(folder)
    with pytest.raises(DataFolderInUse, match="in use"):
        opened(folder)
    first.close()
    opened(folder).close()
