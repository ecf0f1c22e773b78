"""What is special about a store behind a Parse Server: rights, batches, schema, errors, users."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from noodl_runtime.errors import (
    BadRequest,
    BadSetting,
    DuplicateValue,
    InvalidSession,
    InvalidValue,
    NoSuchCollection,
    NoSuchRecord,
    PortableError,
    SchemaRefused,
    SetupError,
    StoreUnreachable,
    WrongType,
)
from noodl_runtime.schema.model import Index
from noodl_runtime.schema.operations import Increment
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Delete, Query, Save, Write
from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.store.parse.store import ParseStore
from noodl_runtime.store.registry import AdapterRegistry
from noodl_runtime.values import File, Included, Pointer
from tests.runtime.store.worlds import collection, create, field, found, save, schema
from tests.servers.parse import ParseServer

pytestmark = pytest.mark.slow

ANN, BOB = frozenset({"*", "ann"}), frozenset({"*", "bob"})
ANNS = {"ann": {"read": True, "write": True}}


def test_a_principal_finds_and_changes_only_what_its_acl_allows(store: ParseStore) -> None:
    made = create(store, "Shelf", label="hers", ACL=ANNS)
    on_it = create(store, "Product", name="lamp", shelf=Pointer("Shelf", made["objectId"]))
    of_hers = {"shelf": {"$inQuery": {"className": "Shelf", "where": {"label": "hers"}}}}

    def seen(principals: frozenset[str]) -> tuple[int, int, int, bool]:
        query = Query(collection="Product", include=("shelf",), principals=principals)
        included = store.query(query).records[0].get("shelf")
        return (
            len(found(store, "Shelf", principals=principals)),
            store.count("Product", of_hers, principals=principals),
            len(store.aggregate("Shelf", [], principals=principals)),
            isinstance(included, Included),
        )

    assert seen(ANN) == (1, 1, 1, True)
    assert seen(BOB) == (0, 0, 0, False)
    with pytest.raises(NoSuchRecord):
        store.fetch("Shelf", made["objectId"], principals=BOB)
    for write in (
        Save(collection="Shelf", object_id=made["objectId"], values={}, principals=BOB),
        Delete(collection="Shelf", object_id=made["objectId"], principals=BOB),
    ):
        with pytest.raises(NoSuchRecord):
            store.write(write)
    assert store.fetch("Product", on_it["objectId"])["name"] == "lamp"


def test_a_batch_answers_records_and_errors_in_order(store: ParseStore) -> None:
    made = create(store, "Product", price=1)

    def more(amount: Any) -> Save:
        values = {"price": amount}
        return Save(collection="Product", object_id=made["objectId"], values=values)

    first, second, wrong, gone, nowhere, new = store.batch(
        [
            more(Increment(1)),
            more(Increment(2)),
            more("much"),
            Delete(collection="Product", object_id="nobody"),
            Create(collection="Nowhere", values={}),
            Create(collection="Product", values={"name": "new"}),
        ]
    )

    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert (first["price"], second["price"]) == (2, 4)
    assert [type(each) for each in (wrong, gone, nowhere)] == [
        WrongType, NoSuchRecord, NoSuchCollection,
    ]  # fmt: skip
    assert isinstance(new, dict)
    assert new["name"] == "new"


def test_a_transaction_keeps_all_or_nothing(store: ParseStore) -> None:
    one, two = (Create(collection="Tag", values={"word": word}, object_id="t1") for word in "ab")
    other = Create(collection="Tag", values={"word": "c"})

    with pytest.raises(BadRequest, match="written twice"):
        store.batch([one, two], transaction=True)
    store.batch([one, other], transaction=True)
    with pytest.raises(PortableError, match="kept nothing"):
        store.batch([other, two], transaction=True)

    assert sorted(tag["word"] for tag in found(store, "Tag")) == ["a", "c"]


def test_own_writes_are_heard_with_what_was_before(store: ParseStore) -> None:
    heard: list[tuple[str, Any, Any]] = []
    for action in ("create", "save", "delete"):
        store.on(action, lambda c: heard.append((c.action, c.before, c.after)))  # type: ignore[arg-type]
    start = store.changes(0)
    made = create(store, "Product", price=1)
    later = save(store, made, "Product", price=2)
    store.write(Delete(collection="Product", object_id=made["objectId"]))

    assert start is None
    assert heard == [("create", None, made), ("save", made, later), ("delete", later, None)]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"price": "much"}, WrongType),
        ({"unknown": 1}, WrongType),
        ({"details.a.b": Increment(1)}, InvalidValue),
        ({"shelf": Pointer("Room", "r")}, WrongType),
    ],
)
def test_a_wrong_value_is_refused(store: ParseStore, values: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        create(store, "Product", **values)
    assert found(store, "Product") == []


def test_a_field_another_client_adds_is_found(store: ParseStore, parse_server: ParseServer) -> None:
    config = parse_server.config
    other = Endpoint(config["endpoint"], config["appId"], config["masterKey"])
    other.write("POST", "/classes/Fresh", {"n": 1})
    store._schema._seen = 0.0  # as if a second had gone by

    assert [each["n"] for each in found(store, "Fresh", where={"n": 1})] == [1]
    other.close()


REFUSED = [
    collection(
        "Thing", field("a", "String"), indexes=(Index(name="a", fields=("a",), unique=True),)
    ),
    collection("Thing", field("a", "String", constraint={"maxLength": 3})),
]


@pytest.mark.parametrize("wanted", REFUSED, ids=["unique index", "constraint"])
def test_a_schema_parse_cannot_keep_is_refused_before_anything_is_done(
    store: ParseStore, wanted: Any
) -> None:
    both = schema(collection("Fine"), wanted, *store.get_schema().collections.values())

    with pytest.raises(SchemaRefused, match="Parse"):
        store.update_schema(both)

    assert "Fine" not in store.get_schema().collections


def test_permissions_defaults_and_indexes_are_kept(store: ParseStore) -> None:
    permissions = {"find": {"*": True}, "delete": {}}
    thing = collection("Thing", field("a", "String", default="x"), field("n", "Number"))
    thing = type(thing)(
        name="Thing", fields=thing.fields, permissions=permissions,
        indexes=(Index(name="byN", fields=("-n", "a")),),
    )  # fmt: skip

    store.update_schema(schema(thing, *store.get_schema().collections.values()))

    kept = store.get_schema().collections["Thing"]
    assert kept.fields == thing.fields
    assert [{*index.fields} for index in kept.indexes] == [{"-n", "a"}]
    assert kept.permissions["delete"] == {}
    assert create(store, "Thing")["a"] == "x"
    store.update_schema(schema(thing, *store.get_schema().collections.values()))


def test_users_sign_up_log_in_and_out(store: ParseStore) -> None:
    users = store.users
    token = users.sign_up({"username": "ann", "password": "secret"})["sessionToken"]

    assert users.me(token)["username"] == "ann"
    assert users.log_in("ann", "secret")["username"] == "ann"
    with pytest.raises(NoSuchRecord, match=r"Invalid username/password"):
        users.log_in("ann", "wrong")
    with pytest.raises(DuplicateValue) as refusal:
        users.sign_up({"username": "ann", "password": "other"})
    assert (refusal.value.code, refusal.value.fields) == (202, ("username",))
    users.log_out(token)
    with pytest.raises(InvalidSession):
        users.me(token)


def test_a_file_is_kept_and_its_record_says_where(store: ParseStore) -> None:
    kept = store.files.upload("note.txt", b"hello", "text/plain")

    made = create(store, "Product", picture=File(kept.name))

    assert (made["picture"], made["picture"].url) == (kept, kept.url)
    store.files.delete(kept.name)
    with pytest.raises(PortableError):
        store.files.delete(kept.name)


# -- the way there ----------------------------------------------------------------------------------


def test_the_registry_makes_it(parse_server: ParseServer) -> None:
    store = AdapterRegistry().create(parse_server.config, Settings())

    store.connect()
    assert "_User" in store.get_schema().collections
    store.disconnect()
    store.disconnect()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"masterKey": "wrong"}, "master key"),
        ({"appId": "wrong"}, "unauthorized"),
        ({"endpoint": "http://127.0.0.1:1/parse"}, "http://127.0.0.1:1/parse cannot be reached"),
    ],
)
def test_a_server_that_does_not_open_is_named(
    parse_server: ParseServer, changed: dict[str, str], words: str
) -> None:
    store = AdapterRegistry().create({**parse_server.config, **changed}, Settings())

    with pytest.raises(SetupError, match=words):
        store.connect()
    store.disconnect()


@pytest.mark.parametrize(
    "changed", [{"endpoint": "parse.example"}, {"appId": ""}, {"masterKey": None}]
)
def test_a_configuration_that_lacks_something_is_refused(changed: dict[str, Any]) -> None:
    config = {"type": "parse", "endpoint": "http://x/parse", "appId": "a", "masterKey": "m"}

    with pytest.raises(BadSetting, match=next(iter(changed))):
        AdapterRegistry().create({**config, **changed}, Settings())


class _Proxy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"<html>")

    def do_POST(self) -> None:
        self.close_connection = True  # and no answer

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Return the endpoint of something that is no Parse Server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Proxy) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        endpoint = Endpoint(f"http://127.0.0.1:{server.server_port}/parse", "a", "m", timeout_s=5)
        yield endpoint
        endpoint.close()
        server.shutdown()
        thread.join()


def test_an_answer_that_is_no_json_is_shown(endpoint: Endpoint) -> None:
    with pytest.raises(StoreUnreachable, match="no JSON but '<html>'"):
        endpoint.read("/schemas")


def test_a_write_without_answer_says_that_it_may_have_been_carried_out(endpoint: Endpoint) -> None:
    with pytest.raises(StoreUnreachable, match="not known"):
        endpoint.write("POST", "/classes/Todo", {})


def test_each_kind_of_write_is_known() -> None:
    from noodl_runtime.store.parse.writing import ACTIONS

    assert {*ACTIONS} == {*Write.__subclasses__()}
