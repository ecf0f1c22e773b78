"""What the document tells: all routes, all collections, all functions, and nothing that is not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from noodl_runtime.access.caller import MASTER
from noodl_runtime.backend import Backend
from noodl_runtime.functions import Functions
from noodl_runtime.http.openapi.parameters import in_path, in_url
from noodl_runtime.http.routes import ROUTES
from noodl_runtime.schema.field_types import FIELD_TYPES
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.settings import Settings
from tests.runtime.http.clients import WsgiClient
from tests.runtime.http.conftest import make_shop
from tests.runtime.workflow.graphs import component, node
from tests.runtime.workflow.graphs import document as workflow

APP = {"X-Parse-Application-Id": "shop-app"}
KEY = {**APP, "X-Parse-Master-Key": "key"}
FIELDS = {
    kind: Field(name=kind, type=kind, target="Maker" if FIELD_TYPES[kind].targeted else None)
    for kind in FIELD_TYPES
    if kind != "ACL"
}
MOOD = Field(name="mood", type="String", constraint={"enum": ["calm", "excited"]})
TITLE = Field(name="title", type="String", required=True)
EVERYTHING = Collection(name="Everything", fields={**FIELDS, "mood": MOOD, "title": TITLE})

CONTRACT: dict[str, Any] = {
    "allowNoAuth": False, "params": "count,when,note", "ptype-count": "number", "preq-count": True,
    "ptype-when": "date", "pdef-note": "none", "ptype-note": "string",
}  # fmt: skip


def function(name: str, asked: dict[str, Any], answered: str) -> tuple[str, Any]:
    nodes = [node("q", "Request", **asked), node("r", "Response", params=answered)]
    return f"{name}.json", workflow(component(name, nodes, "q.receive -> r.send"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Backend]:
    backend = make_shop(tmp_path, Settings(function_access=("Wipe=master",)))
    collections = backend.store.get_schema().collections
    backend.update_schema(MASTER, Schema(collections={**collections, "Everything": EVERYTHING}))
    backend.functions = Functions(backend.settings)
    backend.functions.attach(backend, backend.access.accounts)
    backend.functions.load(
        [
            function("Orders/Count it", CONTRACT, "total,name"),
            function("Ping", {}, ""),
            function("Wipe", {}, ""),
            function("API/orders/:number/PUT", {"allowNoAuth": False}, "total"),
        ]
    )
    yield backend
    backend.close()


@pytest.fixture
def document(shop: Backend) -> Any:
    return WsgiClient(shop)("GET", "/_admin/openapi.json", None, KEY).body


def test_it_is_openapi_3_1(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_it_is_for_those_with_the_master_key(shop: Backend) -> None:
    assert WsgiClient(shop)("GET", "/_admin/openapi.json", None, APP).status == 403


def test_every_route_is_in_it(document: Any) -> None:
    told = {
        (method.upper(), re.sub(r"\{.*?\}|Everything|Maker|Product|Ping", "*", path))
        for path, item in document["paths"].items()
        for method in item
        if method != "servers"
    }
    for route in ROUTES:
        if route.pattern.startswith("/parse/"):  # told of as a server
            continue
        pattern = re.sub(r":\w+\*?", "*", route.pattern)
        assert (route.method, pattern) in told, pattern


def test_operations_have_names_of_their_own(document: Any) -> None:
    ids = [operation["operationId"] for operation in operations(document)]
    assert len(ids) == len({*ids})


def test_a_summary_names_the_collection(document: Any) -> None:
    for path, summary in (
        (
            "/api/Product",
            "Find records of Product: where, sort, limit, skip, count, keys, include.",
        ),
        ("/classes/Product", "Find records of Product."),
        ("/roles", "Find roles."),
    ):
        assert document["paths"][path]["get"]["summary"] == summary


def operations(document: Any) -> list[Any]:
    return [
        operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "servers"
    ]


def test_every_parameter_of_a_route_is_known() -> None:
    for route in ROUTES:
        for name in route.parameters:
            in_url(name)
        for name in re.findall(r":(\w+)", route.pattern):
            in_path(name)


def test_examples_are_what_they_are_examples_of(document: Any) -> None:
    shown = 0
    for name, schema in document["components"]["schemas"].items():
        whole = {**schema, "components": document["components"]}
        for example in schema.get("examples", ()):
            Draft202012Validator(whole).validate(example)
            shown += 1
        assert "examples" in schema or not name.endswith(("Fields", "Changes")), name
    assert shown > 20


def test_examples_of_records_are_taken(shop: Backend, document: Any) -> None:
    client = WsgiClient(shop)
    for path in ("/api/Everything", "/classes/Everything"):
        body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        shape = body["schema"]["$ref"].rpartition("/")[2]
        example = document["components"]["schemas"][shape]["examples"][0]
        assert example["title"] == "text"
        assert example["mood"] == "calm"
        assert client("POST", path, example, APP).status == 201


RECORD: dict[str, Any] = {
    "title": "x", "Date": {"__type": "Date", "iso": "2024-05-01T10:01:00.000Z"},
    "Pointer": {"__type": "Pointer", "className": "Maker", "objectId": "m1"},
    "GeoPoint": {"__type": "GeoPoint", "latitude": 1, "longitude": 2.5},
    "File": {"__type": "File", "name": "a.png"}, "Bytes": {"__type": "Bytes", "base64": "eA=="},
    "Polygon": {"__type": "Polygon", "coordinates": [[0, 0], [0, 1], [1, 1]]},
    "String": "x", "Number": 1.5, "Boolean": True, "Object": {"a": None}, "Array": [1, "x"],
    "ACL": {"*": {"read": True}}, "mood": None,
}  # fmt: skip


@pytest.mark.parametrize("include", ["", "?include=Pointer"])
@pytest.mark.parametrize(
    ("path", "shape"),
    [("/api/Everything", "Everything.Record"), ("/classes/Everything", "Everything.Parse.Record")],
)
def test_records_of_every_type_look_as_told(
    shop: Backend, document: Any, path: str, shape: str, include: str
) -> None:
    client = WsgiClient(shop)
    made = client("POST", "/classes/Everything", RECORD, KEY)
    record = client("GET", f"{path}/{made.body['objectId']}{include}", None, APP).body
    schema = document["components"]["schemas"][shape]
    Draft202012Validator(schema).validate(record)
    assert schema["properties"].keys() >= record.keys() >= RECORD.keys()


def test_a_new_field_is_told_of_at_once(shop: Backend) -> None:
    client = WsgiClient(shop)
    column = {"name": "colour", "type": "String"}
    client("POST", "/api/_schema", {"tables": [{"name": "Maker", "columns": [column]}]}, KEY)
    told = client("GET", "/_admin/openapi.json", None, KEY).body["components"]["schemas"]
    assert told["Maker.Record"]["properties"]["colour"]["anyOf"][0] == {"type": "string"}


def test_production_takes_no_field_that_is_not_told_of(shop: Backend, document: Any) -> None:
    assert document["components"]["schemas"]["Product.Fields"]["additionalProperties"] is False
    assert WsgiClient(shop)("POST", "/api/Product", {"colour": "red"}, APP).status == 403


ODD_CONSTRAINTS = [
    {"enum": ["calm"]},
    {"$ref": "#/$defs/a", "$defs": {"a": {"enum": ["calm"]}}},
    {"pattern": "^never an example$"},
]


@pytest.mark.parametrize("constraint", ODD_CONSTRAINTS)
def test_a_constraint_of_an_author_keeps_the_document_whole(
    shop: Backend, constraint: dict[str, Any]
) -> None:
    client = WsgiClient(shop)
    column = {"name": "mood", "type": "String", "constraint": constraint}
    table = {"name": "Odd", "columns": [column]}
    assert client("POST", "/api/_schema", {"tables": [table]}, KEY).status == 200
    document = client("GET", "/_admin/openapi.json", None, KEY).body
    validate(document)
    example = document["components"]["schemas"]["Odd.Fields"]["examples"][0]
    assert client("POST", "/api/Odd", example, APP).status == 201


# -- functions -------------------------------------------------------------------------------------


def test_a_function_tells_what_its_nodes_promise(document: Any) -> None:
    call = document["paths"]["/functions/Orders/Count%20it"]["post"]
    taken = call["requestBody"]["content"]["application/json"]["schema"]
    assert taken["required"] == ["count"]
    assert taken["properties"]["count"] == {"type": "number"}
    assert taken["properties"]["note"] == {"type": "string", "default": "none"}
    Draft202012Validator(taken).validate(taken["examples"][0])
    answer = call["responses"]["200"]["content"]["application/json"]["schema"]
    assert [*answer["properties"]["result"]["properties"]] == ["total", "name"]


WHO = [
    # function                  credentials, one of which is enough
    ("Orders/Count%20it",       [{"session": []}]),
    ("Ping",                    [{}, {"session": []}, {"masterKey": []}]),
    ("Wipe",                    [{"masterKey": []}]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "credentials"), WHO)
def test_a_function_tells_who_may_call_it(document: Any, name: str, credentials: Any) -> None:
    assert document["paths"][f"/functions/{name}"]["post"]["security"] == credentials


def test_a_function_at_an_address_of_its_own_is_told_of(document: Any) -> None:
    call = document["paths"]["/api/orders/{number}"]["put"]
    assert [parameter["name"] for parameter in call["parameters"]] == ["number"]
    assert call["security"] == [{"session": []}]
    assert call["summary"] == "Call the function API/orders/:number/PUT."


def test_nothing_secret_is_in_it(document: Any) -> None:
    text = json.dumps(document)
    assert '"key"' not in text
    assert "a secret" not in text
