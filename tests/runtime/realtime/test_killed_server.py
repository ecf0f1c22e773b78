"""A server process that is killed while it writes, or stopped: what its clients notice of it."""

import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.driver import Backend
from tests.runtime.realtime.clients import Closed, EventsClient, WebSocketClient

ROUNDS = 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text('{"name": "live", "appId": "live"}')
    (tmp_path / "schema.json").write_text('{"tables": []}')
    return tmp_path


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
    folder: Path,
) -> None:
    told: list[dict[str, Any]] = []
    for _ in range(ROUNDS):
        with serve(folder) as backend:
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
    with serve(folder) as backend:
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


@pytest.mark.slow
def test_a_stopped_server_says_goodbye_and_ends_as_asked(folder: Path) -> None:
    with serve(folder) as backend:
        client, silent = resumed(backend, []), resumed(backend, [])
        stream = EventsClient(backend.ready["port"], "collection=Todo")
        backend.call("POST", "/api/Todo", {"title": "x"})
        told = [client.hear() for _ in range(2)]
        assert {each.get("event", each.get("type")) for each in told} == {"resumed", "create"}
        assert stream.hear()["event"] == "create"
        backend.process.terminate()
        assert client.hear() == {"type": "goodbye", "sequence": 1}
        assert client.closed() == 1001
        assert stream.hear() == {"type": "goodbye", "sequence": 1}
        stream.drop()
        out, err = backend.process.communicate(timeout=20)  # although one says nothing at all
        silent.drop()
    assert (backend.process.returncode, out) == (0, ""), err
