"""A tiny world: a shop with four items, three people, and the SQLite tables they lie in."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from noodl_runtime.query.functions import FUNCTIONS
from noodl_runtime.query.matcher import matches, readable
from noodl_runtime.query.sql import compile_order, compile_where
from noodl_runtime.query.where import read_where
from noodl_runtime.schema.field_types import FIELD_TYPES, encode
from noodl_runtime.schema.layout import junction_table, quote_name, table_name
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.values import Date, File, GeoPoint, Pointer, Polygon, Record, RelationTo


def collection(name: str, /, **fields: str) -> Collection:
    """collection("Item", name="String", owner="Pointer Person")."""
    made = {}
    for field, words in fields.items():
        kind, *target = words.split()
        made[field] = Field(name=field, type=kind, target=target[0] if target else None)
    return Collection(name=name, fields=made)


SCHEMA = Schema(
    collections={
        found.name: found
        for found in [
            collection(
                "Item",
                name="String",
                price="Number",
                done="Boolean",
                born="Date",
                owner="Pointer Person",
                tags="Array",
                spec="Object",
                place="GeoPoint",
                area="Polygon",
                picture="File",
                fans="Relation Person",
            ),
            collection("Person", name="String", home="String", age="Number", best="Pointer Person"),
        ]
    }
)

DAY = "2024-05-0{}T10:00:00.000Z"
SQUARE = Polygon(((0, 0), (0, 10), (10, 10), (10, 0)))

PEOPLE: list[Record] = [
    {
        "objectId": "ann",
        "name": "Ann",
        "home": "apple",
        "age": 30,
        "best": Pointer("Person", "bob"),
    },
    {"objectId": "bob", "name": "Bob", "home": "Rome", "age": 40},
    {"objectId": "cyn", "name": "Cyn", "age": 50, "ACL": {"ann": {"read": True, "write": True}}},
]

ITEMS: list[Record] = [
    {
        "objectId": "a1", "name": "apple", "price": 2, "done": True, "born": Date(DAY.format(1)),
        "owner": Pointer("Person", "ann"), "tags": ["red", "fruit", 1],
        "spec": {"w": 1, "in": {"x": "it's"}, "rows": [{"n": 1}, {"n": 2}]},
        "place": GeoPoint(0, 0), "area": SQUARE, "picture": File("a.png"),
    },
    {
        "objectId": "b2", "name": "Bread 100%", "price": 5.5, "done": False,
        "born": Date(DAY.format(2)), "owner": Pointer("Person", "bob"), "tags": [],
        "spec": {"w": 2.0, "in": {"x": "y"}, "rows": [], "owner": Pointer("Person", "ann")},
        "place": GeoPoint(0, 10),
    },
    {
        "objectId": "c3", "name": "can_dle*\nétude", "price": 0, "done": None,
        "owner": Pointer("Person", "gone"), "tags": [Pointer("Person", "ann"), None, [1, 2]],
        "spec": {"w": None}, "place": GeoPoint(50, 120),
    },
    {"objectId": "d4"},
]  # fmt: skip

FANS = [("a1", "ann"), ("a1", "bob"), ("b2", "bob"), ("b2", "cyn")]


class World:
    """The shop in SQLite, asked in SQL and in memory; both must answer alike."""

    def __init__(self, schema: Schema, records: Mapping[str, list[Record]]) -> None:
        self.schema = schema
        self.records = records
        self.db = sqlite3.connect(":memory:")
        for name, function in FUNCTIONS.items():
            self.db.create_function(
                name, function.arity, function.call, deterministic=function.deterministic
            )
        for found in schema.collections.values():
            self._create(found)
            for record in records[found.name]:
                record.setdefault("createdAt", DAY.format(1))
                record.setdefault("updatedAt", DAY.format(1))
                self._insert(found, record)

    def sql(self, document: Mapping[str, Any], **more: Any) -> str:
        """Return the SQL text of a where document."""
        return compile_where(read_where(document), self.schema, "Item", **more).text

    def find(
        self,
        document: Mapping[str, Any],
        *,
        order: tuple[str, ...] = (),
        principals: frozenset[str] | None = None,
        name: str = "Item",
    ) -> str:
        """Return the first letters of the ids of what SQL finds: "a b"."""
        condition = read_where(document)
        where = compile_where(condition, self.schema, name, principals=principals)
        by = compile_order(order, self.schema, name, condition=condition)
        rows = self.db.execute(
            f"SELECT `objectId` FROM {quote_name(name)} AS t WHERE {where.text} ORDER BY {by.text}",
            [*where.parameters, *by.parameters],
        )
        return " ".join(row[0][0] for row in rows)

    def match(
        self,
        document: Mapping[str, Any],
        *,
        principals: frozenset[str] | None = None,
        name: str = "Item",
        typed: bool = True,
    ) -> str:
        """Return the first letters of the ids of what the matcher lets through."""
        condition, known = read_where(document), self.schema.collections[name] if typed else None
        return " ".join(
            record["objectId"][0]
            for record in self.records[name]
            if readable(record, principals) and matches(condition, record, collection=known)
        )

    def _create(self, found: Collection) -> None:
        columns = [
            f"{quote_name(field.name)} {FIELD_TYPES[field.type].sql}"
            for field in found.fields.values()
            if FIELD_TYPES[field.type].sql is not None
        ]
        known = ["`objectId` TEXT PRIMARY KEY", "`createdAt` TEXT", "`updatedAt` TEXT"]
        acl = ["`_rperm` TEXT", "`_wperm` TEXT", "`_nulls` TEXT"]
        self.db.execute(
            f"CREATE TABLE {quote_name(table_name(found))} ({', '.join(known + acl + columns)})"
        )
        for field in found.fields.values():
            if field.type == "Relation":
                table = quote_name(junction_table(table_name(found), field.name))
                self.db.execute(f"CREATE TABLE {table} (`owningId` TEXT, `relatedId` TEXT)")

    def _insert(self, found: Collection, record: Record) -> None:
        row: dict[str, Any] = {}
        for name, value in record.items():
            if name == "ACL":
                for column, right in (("_rperm", "read"), ("_wperm", "write")):
                    row[column] = json.dumps([who for who in value if value[who].get(right)])
            elif isinstance(value, RelationTo) or value is None:
                continue
            elif name in found.fields:
                row[name] = encode(found.fields[name], value)
            else:
                row[name] = value
        names, marks = ", ".join(map(quote_name, row)), ", ".join("?" * len(row))
        self.db.execute(
            f"INSERT INTO {quote_name(table_name(found))} ({names}) VALUES ({marks})",
            [*row.values()],
        )


def shop() -> World:
    """Make the shop."""
    world = World(SCHEMA, {"Item": [*map(dict, ITEMS)], "Person": [*map(dict, PEOPLE)]})
    world.db.executemany("INSERT INTO `_join:fans:Item` VALUES (?, ?)", FANS)
    return world
