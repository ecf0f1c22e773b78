"""A server process that is killed while it writes: whoever resumes afterwards has missed nothing."""

import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.driver import Backend
from tests.runtime.realtime.clients import Closed, WebSocketClient

ROUNDS = 3


def serve(folder: Path) -> Backend:
    command: list[str | Path] = [sys.executable, "-m", "noodl_portable", "serve", folder]
    return Backend(command, "--port", "0", cwd=folder)


def write_until_killed(backend: Backend) -> None:
    """Make records, several with each request, until nobody answers."""
    create = {"method": "POST", "path": "/api/Todo", "body": {"title": "x"}}
    with suppress(Exception):
        while True:
            backend.call("POST", "/api/_batch", {"operations": [create] * 3})


@pytest.mark.slow
def test_a_client_that_resumes_after_the_server_was_killed_has_missed_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "config.json").write_text('{"name": "live", "appId": "live"}')
    (tmp_path / "schema.json").write_text('{"tables": []}')
    told: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        with serve(tmp_path) as backend:
            client = resumed(backend, told)
            writing = [threading.Thread(target=write_until_killed, args=(backend,)) for _ in "ab"]
            for each in writing:
                each.start()
            heard = len(told)
            while len(told) < heard + 100:
                take(client, told)
            backend.process.kill()
            with suppress(Closed):
                while True:
                    take(client, told)
            client.drop()
            for each in writing:
                each.join()
    with serve(tmp_path) as backend:
        client = resumed(backend, told)
        while take(client, told):
            pass
        client.drop()
        found = backend.call("GET", "/api/Todo?limit=0&count=1")[1]["count"]
    assert [each["sequence"] for each in told] == list(range(1, len(told) + 1))
    assert len({each["data"]["object"]["objectId"] for each in told}) == found == len(told)


def resumed(backend: Backend, told: list[dict[str, Any]]) -> WebSocketClient:
    client = WebSocketClient(backend.ready["port"])
    client.say(type="resume", since=told[-1]["sequence"] if told else 0)
    client.say(type="subscribe", collection="Todo")
    return client


def take(client: WebSocketClient, told: list[dict[str, Any]]) -> bool:
    """Note the next event; False when all that was missed has been told."""
    message = client.hear()
    if "event" in message:
        told.append(message)
    return message.get("type") != "resumed"
