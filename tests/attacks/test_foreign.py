"""Requests with a foreign Host or Origin: refused on every route, before anything happens."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from noodl_runtime.http.health import MOUNTED
from noodl_runtime.http.routes import ROUTES
from tests.attacks.victim import TODO, Victim, refused

pytestmark = pytest.mark.slow

HARMLESS = {row.pattern for row in MOUNTED} | {f"/parse{row.pattern}" for row in MOUNTED}
REQUESTS = sorted({(r.method, re.sub(r":(\w+)\*?", "x", r.pattern), r.permission) for r in ROUTES})
FOREIGN = ["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "file://",
           "chrome-extension://abc", "http://[::2]", "https://evil.example http://localhost", ""]  # fmt: skip
HOSTS = ["evil.example", "evil.example:8577", "localhost.evil.example", "127.0.0.1.nip.io", "0.0.0.0", "169.254.169.254",
         "localhost@evil.example", "[::2]", ""]  # fmt: skip
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
           "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_a_foreign_host_is_answered_nowhere(victim: Victim, host: str) -> None:
    for method, path, _ in REQUESTS:
        refused(victim.send(method, path, b"{}", victim.key, host=host), 403)
    for path in ("/", "/realtime"):
        refused(victim.send("GET", path, None, UPGRADE, host=host), 403)


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_foreign_origin_is_refused_everywhere_and_told_nothing(
    victim: Victim, origin: str
) -> None:
    for method, path, permission in REQUESTS:
        reply = victim.send(method, path, b"{}", {"Origin": origin})
        assert not [name for name in reply.headers if name.startswith("access-control")], path
        if permission != "open":
            refused(reply, 403)
    for path in ("/", "/realtime"):
        refused(victim.send("GET", path, None, {**UPGRADE, "Origin": origin}), 403)


def test_the_only_routes_for_everyone_are_harmless() -> None:
    open_ones = {path for _, path, permission in REQUESTS if permission == "open"}
    pages = {path for path in open_ones if "/apps/" in path}  # opened from a mail, behind a token
    assert open_ones - pages == HARMLESS


KINDS = ["application/json", "text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded",
         "multipart/form-data; boundary=x", "application/octet-stream", ""]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_foreign_page_changes_nothing_with_any_kind_of_body(victim: Victim, kind: str) -> None:
    body = b'{"_ApplicationId": "todo", "title": "from elsewhere"}'
    for foreign in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in ("/api/Todo", "/classes/Todo", "/parse/classes/Todo", "/users", "/functions/completeAll",
                     "/files/a.txt", "/batch", "/requestPasswordReset"):  # fmt: skip
            refused(victim.send("POST", path, body, {"Content-Type": kind, **foreign}), 403)
    found = victim.send("GET", "/classes/Todo", None, victim.key).body["results"]
    assert not [todo for todo in found if todo["title"] == "from elsewhere"]
    assert not victim.files.exists() or not [*victim.files.iterdir()]


def test_the_one_origin_is_named_and_never_a_star(victim: Victim) -> None:
    for origin in ("http://localhost:3000", "http://127.0.0.1:5000", "http://[::1]:80", "http://app.localhost"):  # fmt: skip
        reply = victim.send("GET", "/api/Todo", None, {"Origin": origin})
        assert reply.headers["access-control-allow-origin"] == origin
        assert "Origin" in reply.headers["vary"]


SENT = ["Content-Type", "Authorization", "X-Parse-Application-Id", "X-Parse-Session-Token", "X-Parse-Master-Key",
        "X-Parse-Installation-Id", "X-Parse-Revocable-Session", "X-Noodl-Cloud-Version"]  # fmt: skip


def test_a_preflight_of_a_front_end_allows_what_it_sends(victim: Victim) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "PUT"}
    told = victim.send("OPTIONS", "/classes/Todo/x", None, asked).headers
    assert {"GET", "POST", "PUT", "DELETE"} <= {*told["access-control-allow-methods"].split(", ")}
    assert {*SENT} <= {*told["access-control-allow-headers"].split(", ")}
    assert "access-control-allow-private-network" not in told


def test_a_foreign_preflight_is_granted_nothing(victim: Victim) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT",
             "Access-Control-Request-Private-Network": "true"}  # fmt: skip
    reply = victim.send("OPTIONS", "/classes/Todo/x", None, asked)
    refused(reply, 403)
    assert not [name for name in reply.headers if name.startswith("access-control")]


LET_IN = [
    # options                              environment                     said
    (["--mode=development"],               {"NOODL_MASTER_KEY": "mine"},   "use --mode production"),
    (["--mode=production"],                {},                             "NOODL_MASTER_KEY"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "environment", "said"), LET_IN)
@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_other_machines_are_let_in_on_purpose_only(
    tmp_path: Path, host: str, options: list[str], environment: dict[str, str], said: str
) -> None:
    command = [sys.executable, "-m", "noodl_portable", "serve", TODO, "--host", host, "--port=0"]
    rest = {name: value for name, value in os.environ.items() if not name.startswith("NOODL_")}
    ended = subprocess.run(
        [*command, f"--data={tmp_path / 'data'}", *options],
        env=rest | environment, capture_output=True, text=True, timeout=20,
    )  # fmt: skip
    assert ended.returncode == 78
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()
