"""Live views over a store that tells nobody of its changes: own writes are told, and it is said so."""

from collections.abc import Iterator
from typing import Any

import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.realtime.door import Door
from noodl_runtime.settings import Settings
from noodl_runtime.store.parse.connection import Endpoint
from noodl_runtime.store.parse.store import ParseStore
from tests.runtime.http.clients import ServerClient
from tests.runtime.realtime.clients import WebSocketClient
from tests.servers.parse import ParseServer

pytestmark = pytest.mark.slow


@pytest.fixture
def http(store: ParseStore) -> Iterator[ServerClient]:
    backend = Backend(store=store, settings=Settings(), name="shop", master_key="key")
    backend.realtime = Door(backend)
    client = ServerClient(backend)
    yield client
    client.close()
    backend.realtime.close()


def test_what_is_written_here_is_told_and_what_is_not_is_missing_as_the_answer_says(
    http: ServerClient, parse_server: ParseServer
) -> None:
    client = WebSocketClient(http.server.port)
    answer = client.ask(type="subscribe", collection="Product")
    assert (answer["type"], answer["partial"]) == ("subscribed", True)
    config = parse_server.config
    other = Endpoint(config["endpoint"], config["appId"], config["masterKey"])
    other.write("POST", "/classes/Product", {"name": "not heard"})
    other.close()
    key = {"X-Parse-Master-Key": "key"}
    made: dict[str, Any] = http("POST", "/api/Product", {"name": "apple"}, key).body
    told = client.hear()
    assert (told["event"], told["data"]["object"]["objectId"]) == ("create", made["objectId"])
    client.drop()


def test_a_resume_from_before_the_start_is_a_resync(http: ServerClient) -> None:
    client = WebSocketClient(http.server.port)
    client.say(type="subscribe", collection="Product")
    assert client.ask(type="resume", since=12)["type"] == "resync"
    assert client.hear()["type"] == "resumed"
    key = {"X-Parse-Master-Key": "key"}
    http("POST", "/api/Product", {"name": "apple"}, key)
    since = client.hear()["sequence"]
    client.drop()
    http("POST", "/api/Product", {"name": "bread"}, key)
    again = WebSocketClient(http.server.port)
    again.say(type="resume", since=since)
    again.say(type="subscribe", collection="Product")
    assert again.hear()["data"]["object"]["name"] == "bread"
    again.drop()
