"""The read-only master key, on every route: it reads everything and writes nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from noodl_runtime.http.route import Route
from noodl_runtime.http.routes import ROUTES
from tests.attacks.victim import APP, Victim, refused

pytestmark = pytest.mark.slow

READ_ONLY = {**APP, "X-Parse-Master-Key": "only to read"}
WRITES = [route for route in ROUTES if route.method != "GET" and route.permission != "open"]
READS = [route for route in ROUTES if route.method == "GET" and route.permission == "master"]
NAMES = {"table": "Todo", "className": "Todo", "appId": "todo", "name": "a.txt"}
# Writes nothing of the app's, or is somebody's own business whatever key comes along.
HARMLESS = {
    "/functions/:name*": "a function has the rights its author gave it",
    "/logout": "without a session there is nothing to end",
    "/requestPasswordReset": "mail for those whose address it is",
    "/verificationEmailRequest": "mail for those whose address it is",
    "/hooks/:path*": "a webhook has the rights its author gave it",
}
BODIES: dict[str, Any] = {
    "/users": {"username": "eve", "password": "x"},
    "/roles": {"name": "Staff", "ACL": {}},
    "/api/_batch": {"operations": [{"op": "create", "collection": "Todo", "data": {"title": "x"}}]},
    "/batch": {"requests": [{"method": "POST", "path": "/classes/Todo", "body": {"title": "x"}}]},
    "/api/_schema": {"tables": [{"name": "New", "columns": []}]},
    "/schemas": {"className": "New"},
    "/config": {"params": {"a": 1}},
    "/login": {"username": "ann", "password": "guess"},
    "/verifyPassword": {"username": "ann", "password": "guess"},
    "/loginAs": {"userId": "x"},
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """A victim that has a read-only key."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("NOODL_READ_ONLY_MASTER_KEY", READ_ONLY["X-Parse-Master-Key"])
        victim = Victim(tmp_path_factory.mktemp("shown"), "--file-uploads=master")
    with victim.backend:
        assert victim.send("POST", "/api/Todo", {"title": "kept"}).status == 201
        yield victim


def path_of(route: Route) -> str:
    return re.sub(r":(\w+)\*?", lambda part: NAMES.get(part[1], "x"), route.pattern)


def everything(victim: Victim) -> tuple[Any, Any, list[str]]:
    export = victim.send("GET", "/api/_export", None, victim.key).body
    config = victim.send("GET", "/config", None, victim.key).body
    files = sorted(file.name for file in victim.files.iterdir()) if victim.files.exists() else []
    return export, config, files


@pytest.mark.parametrize("route", WRITES, ids=lambda route: f"{route.method} {route.pattern}")
def test_the_read_only_key_changes_nothing(shown: Victim, route: Route) -> None:
    before = everything(shown)
    pattern = route.pattern.removeprefix("/parse")
    reply = shown.send(route.method, path_of(route), BODIES.get(pattern, {"title": "x"}), READ_ONLY)
    if pattern in HARMLESS:
        assert reply.status < 500
    elif pattern in ("/api/_batch", "/batch"):
        assert reply.status == 200
        assert "writes nothing" in str(reply.body)
    else:
        refused(reply)
    assert everything(shown) == before


@pytest.mark.parametrize("route", READS, ids=lambda route: f"{route.method} {route.pattern}")
def test_the_read_only_key_reads_what_is_for_the_master_key(shown: Victim, route: Route) -> None:
    assert shown.send("GET", path_of(route), None, READ_ONLY).status in (200, 400, 404)
    refused(shown.send("GET", path_of(route), None, APP), 403)
