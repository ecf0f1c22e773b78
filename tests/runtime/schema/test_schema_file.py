"""schema.json and the schema it stands for, both ways."""

import json
from typing import Any

import pytest

from noodl_runtime import formats
from noodl_runtime.errors import BadFile
from noodl_runtime.schema.model import Collection, Field, Index, Schema
from noodl_runtime.schema.schema_file import read_schema, schema_document, schema_text
from noodl_runtime.values import Date, GeoPoint

FILE = """{
  "tables": [
    {
      "name": "List",
      "columns": []
    },
    {
      "name": "Todo",
      "columns": [
        {
          "name": "title",
          "type": "String",
          "required": true,
          "default": "neu: ü",
          "constraint": {
            "maxLength": 80
          }
        },
        {
          "name": "list",
          "type": "Pointer",
          "targetClass": "List"
        }
      ],
      "indexes": [
        {
          "name": "byTitle",
          "fields": [
            "title",
            "-createdAt"
          ],
          "unique": true
        }
      ],
      "permissions": {
        "find": {
          "*": true
        }
      }
    }
  ]
}
"""


def test_a_file_that_is_read_and_written_is_the_same_text() -> None:
    assert schema_text(read_schema(json.loads(FILE))) == FILE


def test_collections_are_written_in_order_of_name_and_fields_in_their_own() -> None:
    schema = Schema(
        collections={
            name: Collection(
                name=name,
                fields={each: Field(name=each, type="String") for each in ("b", "a")},
            )
            for name in ("Z", "A")
        }
    )

    tables = schema_document(schema)["tables"]

    assert [table["name"] for table in tables] == ["A", "Z"]
    assert [column["name"] for column in tables[0]["columns"]] == ["b", "a"]


DEFAULTS = [("Date", Date("2024-05-01T10:00:00.000Z")), ("GeoPoint", GeoPoint(1, 2)), ("Number", 0)]


@pytest.mark.parametrize(("type_name", "default"), DEFAULTS)
def test_every_default_comes_back(type_name: str, default: Any) -> None:
    field = Field(name="x", type=type_name, default=default)
    schema = Schema(collections={"C": Collection(name="C", fields={"x": field})})

    document = formats.check(json.loads(schema_text(schema)), "schema.json", "schema")

    assert read_schema(document) == schema


def test_an_index_without_a_name_is_named_after_its_fields() -> None:
    table = {
        "name": "C",
        "columns": [{"name": "a", "type": "String"}],
        "indexes": [{"fields": ["a", "-createdAt"]}],
    }

    (index,) = read_schema({"tables": [table]}).collections["C"].indexes

    assert index == Index(name="a_createdAt", fields=("a", "-createdAt"))


def table(*columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Todo", "columns": list(columns), **more}


TITLE = {"name": "title", "type": "String"}

REFUSED: list[tuple[list[dict[str, Any]], str]] = [
    ([table(TITLE, TITLE)], "column of Todo title is there twice"),
    ([table(TITLE), table()], "table Todo is there twice"),
    ([table(TITLE, {"name": "Title", "type": "String"})], "Title and title differ in capitals"),
    ([table({"name": "objectId", "type": "String"})], "field objectId cannot be added"),
    ([table({**TITLE, "default": 5})], r"Todo\.title default value; expected String but got Num"),
    ([table({**TITLE, "constraint": {"type": 5}})], "the constraint of Todo.title is no JSON"),
    ([table(TITLE, indexes=[{"fields": ["nme"]}])], "names 'nme', which is no field"),
]


@pytest.mark.parametrize(("tables", "message"), REFUSED)
def test_a_file_that_makes_no_schema_is_refused_with_its_name(
    tables: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(BadFile, match=rf"^schema\.json: .*{message}"):
        read_schema({"tables": tables})
