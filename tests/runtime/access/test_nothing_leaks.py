"""No answer, export, log or event holds a hash, a link's digest or somebody else's token."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.backend import Backend
from noodl_runtime.http.route import Route
from noodl_runtime.http.routes import ROUTES
from tests.runtime.access.stories import Story

SECRETS = ("scrypt$", "pw-ann", "pw-bob")


@pytest.fixture
def town(backend: Backend, story: Story) -> Story:
    """Ann, bob, a role, records that point to them, and a link for a new password."""
    story.people("ann", "bob")
    story.tell("""
        ann PUT /users/$id:ann {"email": "ann@example.com", "friends": {"__op": "AddRelation", "objects": [{"__type": "Pointer", "className": "_User", "objectId": "$id:bob"}]}} -> 200
        - POST /requestPasswordReset {"email": "ann@example.com"}  -> 200
        ann GET /sessions/me  -> 200 {"objectId": "$id:session", ...}
        M POST /roles {"name": "Staff", "ACL": {"*": {"read": true}}, "users": {"__op": "AddRelation", "objects": [{"__type": "Pointer", "className": "_User", "objectId": "$id:ann"}]}} -> 201 {"objectId": "$id:role", ...}
        - POST /classes/Note {"owner": {"__type": "Pointer", "className": "_User", "objectId": "$id:ann"}, "session": {"__type": "Pointer", "className": "_Session", "objectId": "$id:session"}, "list": [{"__type": "Pointer", "className": "_User", "objectId": "$id:ann"}, {"__type": "Pointer", "className": "_Secrets", "objectId": "$id:ann"}, {"__type": "Pointer", "className": "_secrets", "objectId": "$id:ann"}]} -> 201 {"objectId": "$id:note", ...}
    """)
    return story


QUERIES = [
    "",
    "?include=owner,session,list",
    "?include=*",
    "?includeAll=1",
    "?keys=password,sessionToken,_hashed_password",
    "?limit=1000&order=-createdAt&count=1",
    '?where={"objectId":{"$exists":true}}',
    '?pipeline=[{"$match":{}}]',
    "?distinct=sessionToken",
    "?distinct=password",
    "?distinct=user",
]
PARAMETERS = {
    ":className": [
        "_User",
        "_Session",
        "_Role",
        "Note",
        "_secrets",
        "_changes",
        "_Join:users:_Role",
    ],
    ":table": ["_User", "_Session", "_Role", "Note", "_secrets", "_changes"],
    ":objectId": ["$id:ann", "$id:bob", "$id:session", "$id:role", "$id:note", "me"],
    ":id": ["$id:ann", "$id:bob", "$id:session", "$id:role", "$id:note"],
    ":appId": ["shop-app"],
}


def paths(pattern: str) -> list[str]:
    """Return the paths of a pattern, with everything in the town in its places."""
    found = [""]
    for part in pattern.split("/")[1:]:
        choices = PARAMETERS.get(part, ["x" if part.startswith(":") else part])
        found = [f"{path}/{choice}" for path in found for choice in choices]
    return found


READS = sorted(
    {
        path
        for route in ROUTES
        if route.method == "GET" and not route.pattern.startswith("/parse")
        for path in paths(route.pattern)
    }
)


@pytest.mark.parametrize("who", ["-", "bob", "M", "R"])
def test_no_read_shows_a_secret_or_the_session_of_another(town: Story, who: str) -> None:
    hidden = SECRETS if who in "MR" else (*SECRETS, town.bound["$token:ann"])
    for path in READS:
        for query in QUERIES:
            text = _text(town.ask(who, "GET", path + query).body)
            assert not [secret for secret in hidden if secret in text], path + query


def test_full_rights_see_tokens_in_sessions_only(town: Story) -> None:
    for path in READS:
        shown = town.bound["$token:ann"] in _text(town.ask("M", "GET", path).body)
        assert shown is False or "_Session" in path or path.startswith("/sessions"), path


WRITES: list[Route] = [
    route
    for route in ROUTES
    if route.method != "GET" and not route.pattern.startswith("/parse") and not route.uploads
]


@pytest.mark.parametrize("route", WRITES, ids=lambda route: f"{route.method} {route.pattern}")
def test_no_write_answers_a_secret_or_the_session_of_another(town: Story, route: Route) -> None:
    bodies: list[Any] = [
        {"username": "ann", "password": "guess", "objectId": "$id:ann"},
        {"n": {"__op": "Increment", "amount": 0}},
        {"email": "ann@example.com"},
        {"userId": "$id:ann"},
    ]
    for path in paths(route.pattern):
        for body in bodies:
            text = _text(town.ask("bob", route.method, path, body).body)
            assert not [secret for secret in SECRETS if secret in text], path
            assert town.bound["$token:ann"] not in text, path


def test_an_export_and_the_schema_hold_no_account_secrets(town: Story) -> None:
    for path in ("/api/_export", "/api/_schema", "/schemas"):
        text = _text(town.ask("M", "GET", path).body)
        assert not [secret for secret in (*SECRETS, town.bound["$token:ann"]) if secret in text]


def test_the_change_log_and_events_hold_neither_hashes_nor_sessions(
    backend: Backend, story: Story
) -> None:
    heard: list[Any] = []
    for action in ("create", "save", "delete"):
        backend.store.on(action, heard.append)  # type: ignore[arg-type]
    story.people("ann")
    story.tell("""
        ann PUT /users/$id:ann {"password": "pw-ann-2"} -> 200 {"updatedAt": "$date", "sessionToken": "$token:next"}
        next POST /logout {} -> 200
        M DELETE /users/$id:ann -> 200
    """)
    told = str(backend.store.changes(0)) + str(heard)
    assert {change.collection for change in heard} == {"_User"}
    tokens = (story.bound["$token:ann"], story.bound["$token:next"])
    assert not [secret for secret in (*SECRETS, *tokens) if secret in told]


def test_logs_hold_no_passwords_tokens_or_addresses(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    story.people("ann")
    story.tell("""
        ann PUT /users/$id:ann {"email": "ann@example.com"} -> 200
        - POST /login {"username": "ann", "password": "pw-ann"} -> 200
        - POST /login {"username": "ann", "password": "bad"} -> 404
        ann GET /users/me -> 200
        - GET /login?username=ann&password=pw-ann -> 200
    """)
    secrets = (*SECRETS, story.bound["$token:ann"], "ann@example.com", "master-key")
    assert not [secret for secret in secrets if secret in caplog.text]


def test_the_password_column_stays_empty(town: Story, backend: Backend) -> None:
    from noodl_runtime.store.contract import Query

    users = backend.query(MASTER, Query(collection="_User")).records
    assert len(users) == 2
    assert not [user for user in users if "password" in user]


def test_no_file_of_the_backend_holds_a_password_in_clear(
    backend: Backend, town: Story, tmp_path: Path
) -> None:
    backend.close()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert b"pw-ann" not in data, file
            assert b"pw-bob" not in data, file


def _text(body: Any) -> str:
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else json.dumps(body)
