"""Nodes about users and roles, over a real backend; and that every extended type is there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.backend import Backend
from noodl_runtime.functions import FunctionRequest, Functions
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create
from noodl_runtime.store.sqlite.store import SqliteStore
from noodl_runtime.workflow.nodes import NODE_TYPES
from noodl_runtime.workflow.nodes.names import BROWSER_ONLY
from tests.runtime.workflow.graphs import component, document, node

ENDS = ("done", "unchanged", "failure")


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    settings = Settings(mode="development", function_timeout=5, durability="normal", scrypt_cost=10)
    store = SqliteStore(tmp_path / "local.db", settings)
    store.connect()
    made = Backend(store=store, settings=settings, name="small")
    yield made
    made.close()


def play(backend: Backend, type_name: str, **parameters: Any) -> dict[str, Any]:
    """Run one node and return its outcome and outputs."""
    node_type = NODE_TYPES[type_name]
    start = next(name for name in ("create", "store", "remove", "verify", "add", "read")
                 if name in node_type.inputs)  # fmt: skip
    ends = [end for end in ENDS if end in node_type.outputs]
    values = [name for name in node_type.outputs if name not in (*ends, "completed")]
    body = {}
    if "password" in parameters:
        body["password"] = parameters.pop("password")
    nodes = [
        node("q", "Request"),
        node("n", type_name, **parameters),
        node("r", "Response", **{f"pm-{name}": None for name in values}),
        *(node(f"c{end}", "Counter") for end in ends),
    ]
    wired = [f"n.{name} -> r.pm-{name}" for name in values]
    wired += [f"n.{end} -> c{end}.increase, c{end}.currentCount -> r.pm-{end}" for end in ends]
    given = "q.pm-password -> n.password, " if body else ""
    connections = f"{given}q.receive -> n.{start}, {', '.join(wired)}, n.completed -> r.send"
    functions = Functions(backend.settings, backend, backend.access.accounts)
    functions.load([("f", document(component("F", nodes, connections)))])
    answer = functions.call("F", FunctionRequest(body=json.dumps(body).encode()))
    assert answer.status == 200, answer.body
    result = json.loads(answer.body)["result"]
    outcome = [end for end in ends if result.pop(end)]
    return {"outcome": outcome, **{k: v for k, v in result.items() if v is not None}}


def user(backend: Backend, name: str) -> str:
    values = {"username": name, "password": "secret"}
    return str(backend.write(MASTER, Create(collection="_User", values=values))["objectId"])


def test_a_user_is_made_once(backend: Backend) -> None:
    parameters = {"username": "ann", "properties": "nick", "prop-nick": "A"}
    made = play(backend, "noodl.cloud.createuser", password="secret", **parameters)
    assert made["outcome"] == ["done"]
    again = play(backend, "noodl.cloud.createuser", password="other", **parameters)
    assert again == {"outcome": ["unchanged"], "userId": made["userId"]}
    record = backend.access.accounts.log_in("ann", "secret")
    assert (record["nick"], record["objectId"]) == ("A", made["userId"])


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({}, "Create User: a Username is required."),
        ({"username": "x"}, "Create User: a Password is required."),
        ({"properties": "ACL"}, "the property 'ACL' cannot be set"),
        ({"properties": "_x"}, "the property '_x' cannot be set"),
    ],
)
def test_what_a_user_cannot_be_made_of(backend: Backend, parameters: Any, error: str) -> None:
    found = play(backend, "noodl.cloud.createuser", **parameters)
    assert found == {"outcome": ["failure"], "error": error}


def test_unchanged_may_count_as_something_else(backend: Backend) -> None:
    found = play(backend, "noodl.cloud.deleteuser", userId="nobody", treatUnchangedAs="failure")
    assert found == {"outcome": ["failure"], "sessionsRevoked": 0}


def test_a_new_password_ends_sessions(backend: Backend) -> None:
    ann = user(backend, "ann")
    backend.access.accounts.log_in("ann", "secret")
    found = play(backend, "noodl.cloud.updateuser", userId=ann, password="new")
    assert found["outcome"] == ["done"]
    assert found["sessionsRevoked"] >= 1
    assert backend.access.accounts.log_in("ann", "new")["objectId"] == ann


def test_a_deleted_user_is_gone(backend: Backend) -> None:
    ann = user(backend, "ann")
    assert play(backend, "noodl.cloud.deleteuser", userId=ann)["outcome"] == ["done"]
    assert play(backend, "noodl.cloud.deleteuser", userId=ann)["outcome"] == ["unchanged"]
    assert (
        play(backend, "noodl.cloud.updateuser", userId=ann)["error"] == f"there is no user {ann!r}"
    )


def test_a_session_token_tells_its_user(backend: Backend) -> None:
    ann = user(backend, "ann")
    token = backend.access.accounts.log_in("ann", "secret")["sessionToken"]
    assert play(backend, "noodl.cloud.verifysessiontoken", token=token) == {
        "outcome": ["done"], "valid": True, "userId": ann, "username": "ann",
    }  # fmt: skip
    wrong = play(backend, "noodl.cloud.verifysessiontoken", token="r:wrong")
    assert wrong == {"outcome": ["unchanged"], "valid": False}


def test_roles_from_the_first_member_to_the_last(backend: Backend) -> None:
    ann, bob = user(backend, "ann"), user(backend, "bob")
    add, take = "noodl.cloud.addusertorole", "noodl.cloud.removeuserfromrole"
    rows: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        (add, {"userId": ann}, {"outcome": ["failure"], "error": "there is no role 'Staff'"}),
        (add, {"userId": ann, "createRole": True},
         {"outcome": ["done"], "roles": ["Staff"], "roleCreated": True}),
        (add, {"userId": ann}, {"outcome": ["unchanged"], "roles": ["Staff"], "roleCreated": False}),
        (add, {"userId": bob}, {"outcome": ["done"], "roles": ["Staff"], "roleCreated": False}),
        (take, {"userId": ann}, {"outcome": ["done"], "roles": []}),
        (take, {"userId": ann}, {"outcome": ["unchanged"], "roles": []}),
        ("noodl.cloud.getuserroles", {"userId": bob}, {"outcome": ["done"], "roles": ["Staff"]}),
        ("noodl.cloud.getuserroles", {"userId": ann}, {"outcome": ["unchanged"], "roles": []}),
    ]  # fmt: skip
    for type_name, parameters, expected in rows:
        role = {} if type_name.endswith("getuserroles") else {"role": "Staff"}
        assert play(backend, type_name, **role, **parameters) == expected
    found = play(backend, "noodl.cloud.listusersinrole", role="Staff")
    assert (found["outcome"], found["userIds"], found["total"]) == (["done"], [bob], 1)
    assert found["users"][0]["username"] == "bob"
    no_role = play(backend, "noodl.cloud.listusersinrole", role="No")
    assert no_role == {"outcome": ["failure"], "error": "there is no role 'No'"}


# -- completeness ----------------------------------------------------------------------------------

EXTENDED = """
Collection2|CollectionNew|CollectionInsert|CollectionRemove|CollectionClear|Filter Collection
Map Collection|Static Data|Variable2|Set Variable|net.noodl.ComponentObject
net.noodl.SetComponentObjectProperties|Switch|Number Remapper|Javascript2
noodl.cloud.secret|noodl.cloud.hmac|noodl.cloud.jwtsign|noodl.cloud.jwtverify
noodl.cloud.sendemail|noodl.cloud.createuser|noodl.cloud.updateuser|noodl.cloud.deleteuser
noodl.cloud.verifysessiontoken|noodl.cloud.addusertorole|noodl.cloud.removeuserfromrole
noodl.cloud.getuserroles|noodl.cloud.listusersinrole
net.noodl.HTTP
net.noodl.Hash|net.noodl.RandomBytes|net.noodl.UUID|net.noodl.Now|net.noodl.DateAdd
net.noodl.DateDifference|net.noodl.DateCompare|net.noodl.DateParts|net.noodl.ParseCSV
net.noodl.ToCSV|net.noodl.Log|Sign File URL|On App Error
"""


def test_every_extended_type_is_there() -> None:
    names = {name for line in EXTENDED.split("\n") for name in line.split("|") if name}
    assert len(names) == 42
    assert names <= set(NODE_TYPES)


def test_no_type_is_both_here_and_only_in_browsers() -> None:
    assert BROWSER_ONLY.isdisjoint(NODE_TYPES)
