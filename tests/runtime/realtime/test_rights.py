"""Who hears of what over a socket: sessions, roles, keys, and their changes in between."""

from typing import Any

import gevent
import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.schema.model import Collection, Schema
from noodl_runtime.schema.operations import AddRelation, RemoveRelation
from noodl_runtime.values import Pointer
from tests.runtime.realtime.clients import WebSocketClient
from tests.runtime.realtime.conftest import Make, World

APP = {"X-Parse-Application-Id": "app"}


class People:
    """Users of a world by name: their ids and tokens."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.ids: dict[str, str] = {}
        self.tokens: dict[str, str] = {}

    def join(self, *names: str) -> None:
        for name in names:
            made = self.post("/users", {"username": name, "password": "pw"})
            self.ids[name], self.tokens[name] = made["objectId"], made["sessionToken"]

    def post(self, path: str, body: Any, who: str | None = None, method: str = "POST") -> Any:
        headers = {**APP, **(self.session(who) if who else {})}
        return self._world.http(method, path, body, headers).body

    def session(self, name: str) -> dict[str, str]:
        return {"X-Parse-Session-Token": self.tokens[name]}

    def listening(self, name: str, collection: str = "Todo") -> WebSocketClient:
        client = self._world.listen(**self.session(name))
        assert client.ask(type="subscribe", collection=collection)["type"] == "subscribed"
        return client

    def acl(self, *names: str) -> dict[str, Any]:
        return {self.ids.get(name, name): {"read": True} for name in names}


@pytest.fixture
def people(world: World) -> People:
    people = People(world)
    people.join("ann", "bob")
    return people


def hears(client: WebSocketClient) -> list[str]:
    """Return the words of everything that was said up to now."""
    client.say(type="ping", id="now")
    words = []
    while (told := client.hear()).get("id") != "now" or told["type"] != "pong":
        words.append(told.get("event", told.get("type")))
    return words


def test_an_acl_counts_for_every_event(world: World, people: People) -> None:
    ann, bob, nobody = people.listening("ann"), people.listening("bob"), world.subscribed()
    object_id = world.create(n=1, ACL=people.acl("ann"))
    world.save(object_id, n=2, ACL=people.acl("ann", "bob"))
    world.save(object_id, n=3, ACL=people.acl("bob"))
    world.delete(object_id)
    assert hears(ann) == ["create", "save", "leave"]
    assert hears(bob) == ["enter", "save", "delete"]
    assert hears(nobody) == []


def test_the_master_key_hears_everything(world: World, people: People) -> None:
    master = world.listen(X_Parse_Master_Key="key")
    master.ask(type="subscribe", collection="Todo")
    world.create(n=1, ACL={})
    assert hears(master) == ["create"]


def test_one_can_become_somebody_by_a_message(world: World, people: People) -> None:
    client = world.subscribed()
    answer = client.ask(type="auth", sessionToken=people.tokens["ann"])
    assert answer["type"] == "resync", "what can be seen is another lot now"
    assert client.hear() == {"type": "authenticated", "id": "q", "userId": people.ids["ann"]}
    world.create(n=1, ACL=people.acl("ann"))
    assert hears(client) == ["create"]
    client.ask(type="auth")
    world.create(n=1, ACL=people.acl("ann"))
    assert hears(client) == ["authenticated"]
    client.ask(type="auth", masterKey="key")
    world.create(n=1, ACL=people.acl("ann"))
    assert hears(client) == ["authenticated", "create"]


@pytest.mark.parametrize("wrong", [{"sessionToken": "r:nobody"}, {"masterKey": "guess"}])
def test_a_wrong_credential_ends_the_connection(world: World, wrong: dict[str, str]) -> None:
    client = world.listen()
    assert client.ask(type="auth", **wrong)["type"] == "error"
    assert client.closed() == 1008


ENDINGS = [
    # what ends ann's session                      method    path                     body
    ("logging out",                                "POST",   "/logout",               {}),
    ("deleting the session",                       "DELETE", "/sessions/$session",    None),
    ("a new password",                             "PUT",    "/users/$user",          {"password": "new"}),
    ("deleting the user",                          "DELETE", "/users/$user",          None),
]  # fmt: skip


@pytest.mark.parametrize(("why", "method", "path", "body"), ENDINGS)
def test_a_session_that_ends_ends_the_connection_and_no_other(
    world: World, people: People, why: str, method: str, path: str, body: Any
) -> None:
    ann, bob = people.listening("ann"), people.listening("bob")
    session = people.post("/sessions/me", None, "ann", "GET")["objectId"]
    path = path.replace("$session", session).replace("$user", people.ids["ann"])
    people.post(path, body, "ann", method)
    told = ann.hear()
    assert (told["type"], told["code"]) == ("error", 209), why
    assert ann.closed() == 1008
    world.create(n=1)
    assert hears(bob) == ["create"]


def test_a_session_that_ends_while_the_connection_opens_is_noticed(
    world: World, people: People
) -> None:
    client = world.listen(**people.session("ann"))
    people.post("/logout", {}, "ann")
    assert client.closed() == 1008


def test_a_session_that_expires_ends_the_connection_also_of_one_that_talks(make: Make) -> None:
    world = make(session_length=0.3, realtime_ping=0.05)
    people = People(world)
    people.join("ann")
    ann = people.listening("ann")
    while (told := ann.ask(type="ping"))["type"] == "pong":
        gevent.sleep(0.01)
    assert told["code"] == 209
    assert ann.closed() == 1008


def test_a_role_that_is_given_and_taken_counts_at_once(world: World, people: People) -> None:
    role = world.create("_Role", name="Staff", ACL={})
    member = (Pointer("_User", people.ids["ann"]),)
    acl = {"role:Staff": {"read": True}}
    ann = people.listening("ann")
    world.create(n=1, ACL=acl)
    assert hears(ann) == []
    world.save(role, "_Role", users=AddRelation(member))
    assert hears(ann) == ["resync"]
    object_id = world.create(n=2, ACL=acl)
    assert hears(ann) == ["create"]
    world.save(role, "_Role", users=RemoveRelation(member))
    world.save(object_id, n=3)
    assert hears(ann) == ["resync"]


def test_a_permission_that_changes_counts_at_once(world: World, people: People) -> None:
    world.create(n=0)
    ann, nobody = people.listening("ann"), world.subscribed()
    todo = world.backend.store.get_schema().collections["Todo"]
    closed = Collection(
        name="Todo", fields=todo.fields, permissions={"find": {"requiresAuthentication": True}}
    )
    collections = {**world.backend.store.get_schema().collections, "Todo": closed}
    world.backend.update_schema(MASTER, Schema(collections=collections))
    world.create(n=1)
    assert hears(ann) == ["resync", "create"]
    assert hears(nobody) == ["error"]
    assert world.listen().ask(type="subscribe", collection="Todo")["code"] == 101


def test_events_of_users_show_no_hash_token_or_address(world: World, people: People) -> None:
    ann, bob = people.listening("ann", "_User"), people.listening("bob", "_User")
    world.save(people.ids["ann"], "_User", email="ann@example.com", nick="A")
    told = bob.hear()["data"]["object"]
    assert told["nick"] == "A"
    assert not {"password", "email", "sessionToken", "authData"} & told.keys()
    own = ann.hear()["data"]["object"]
    assert own["email"] == "ann@example.com"
    assert not {"password", "sessionToken"} & own.keys()
