"""The end of server-sent events: the same messages, and what a browser does with their ids."""

import json
from typing import Any

import gevent
import pytest

from tests.runtime.realtime.clients import Closed
from tests.runtime.realtime.conftest import Make, World


def test_a_stream_tells_what_a_socket_tells(world: World) -> None:
    socket = world.subscribed(where={"n": {"greaterThan": 1}})
    stream = world.stream('collection=Todo&where={"n":{"greaterThan":1}}')
    assert stream.status == 200
    assert stream.headers["content-type"] == "text/event-stream"
    world.create(n=1)
    object_id = world.create(n=2)
    world.save(object_id, n=0)
    for kind in ("create", "leave"):
        told = stream.hear()
        assert told == socket.hear()
        assert told["event"] == kind
        assert stream.last_id == str(told["sequence"])


def test_several_subscriptions_are_named(world: World) -> None:
    wanted = [{"id": "a", "collection": "A"}, {"id": "b", "collection": "B", "where": {"n": 1}}]
    stream = world.stream(f"subscriptions={json.dumps(wanted)}")
    assert [stream.hear()["type"] for _ in wanted] == ["subscribed"] * 2
    world.create("B", n=2)
    world.create("B", n=1)
    world.create("A", n=1)
    assert [stream.hear()["subscription"] for _ in wanted] == ["b", "a"]


def test_a_browser_that_comes_back_hears_what_it_missed(world: World) -> None:
    first = world.stream("collection=Todo")
    world.create(n=0)
    first.hear()
    first.drop()
    for n in range(1, 400):
        world.create(n=n)
    second = world.stream("collection=Todo", Last_Event_ID=first.last_id)
    assert [second.hear()["data"]["object"]["n"] for _ in range(399)] == list(range(1, 400))
    world.create(n=400)
    assert second.hear()["data"]["object"]["n"] == 400


def test_a_stream_that_has_heard_nothing_knows_where_it_began(world: World) -> None:
    world.create(n=0)
    first = world.stream("collection=Todo&where={}")
    while b"id: 1\n" not in first._buffer:
        first.more()
    first.drop()
    world.create(n=1)
    assert world.stream("collection=Todo", Last_Event_ID="1").hear()["data"]["object"]["n"] == 1


def test_a_log_that_does_not_reach_back_makes_one_resync(make: Make) -> None:
    world = make(change_log_size=10)
    for n in range(25):
        world.create(n=n)
    stream = world.stream("collection=Todo&since=3")
    assert stream.hear() == {
        "type": "resync", "sequence": 25, "reason": "the change log does not reach back far enough",
    }  # fmt: skip
    assert stream.last_id == "25"
    world.create(n=25)
    assert stream.hear()["data"]["object"]["n"] == 25


def test_who_knows_more_than_the_log_is_told_why_it_is_to_read_again(make: Make) -> None:
    world = make()
    world.create(n=0)
    told = world.stream("collection=Todo&since=99").hear()
    assert (told["type"], told["sequence"]) == ("resync", 1)
    assert told["reason"].startswith("the change log has not come that far")


def test_a_quiet_stream_is_pinged_and_told_how_far_it_is(make: Make) -> None:
    world = make(realtime_ping=0.05)
    stream = world.stream("collection=Todo")
    world.create("Other", n=1)
    while b": ping\nid: 1\n\n" not in stream._buffer:
        stream.more()


REFUSED = [
    # query                                       status  a part of the error
    ("",                                          400, "subscribe needs collection"),
    ("collection=To do",                          400, "To do"),
    ("collection=Todo&where=[]",                  400, "where must be a JSON object"),
    ("collection=Todo&where={",                   400, "where is not JSON"),
    ('collection=Todo&where={"n":{"$x":1}}',      400, "$x"),
    ("collection=Todo&were={}",                   400, "unknown parameter 'were'"),
    ("collection=Todo&since=x",                   400, "since must be a whole number"),
    ("subscriptions={}",                          400, "subscriptions must be a JSON list"),
    ('subscriptions=[{"collection":"A","since":3}]', 400, "since stands beside"),
    ("collection=_Session",                       403, "told to nobody"),
    ("collection=Todo&sessionToken=r:1",          400, "unknown parameter"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "status", "part"), REFUSED)
def test_what_is_wrong_is_said_before_the_stream_begins(
    world: World, query: str, status: int, part: str
) -> None:
    stream = world.stream(query)
    body: Any = json.loads(stream.take(int(stream.headers["content-length"])))
    assert (stream.status, part in body["error"]) == (status, True), body


def test_a_foreign_page_gets_no_stream(world: World) -> None:
    assert world.stream("collection=Todo", Origin="http://evil.example").status == 403
    allowed = world.stream("collection=Todo", Origin="http://localhost:3000")
    assert allowed.headers["access-control-allow-origin"] == "http://localhost:3000"


def test_asking_for_the_head_opens_nothing(world: World) -> None:
    request = b"HEAD /realtime?collection=Todo HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    answer = world.http.raw(request + b"Accept: text/event-stream\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"text/event-stream" in answer


def test_a_stream_that_is_gone_is_forgotten_without_a_write(world: World) -> None:
    stream = world.stream("collection=Todo")
    world.create(n=1)
    stream.hear()
    live = world.backend.realtime.live  # type: ignore[union-attr]
    assert live
    stream.drop()
    while live.listeners:
        gevent.sleep(0.01)
    assert live.hub._audiences == {}


def test_a_stream_ends_with_its_session(world: World) -> None:
    app = {"X-Parse-Application-Id": "app"}
    made = world.http("POST", "/users", {"username": "ann", "password": "pw"}, app).body
    session = {"X-Parse-Session-Token": made["sessionToken"]}
    stream = world.stream("collection=Todo", **session)
    world.create(n=1, ACL={made["objectId"]: {"read": True}})
    assert stream.hear()["event"] == "create"
    world.http("POST", "/logout", {}, {**app, **session})
    assert stream.hear()["code"] == 209
    with pytest.raises(Closed):
        stream.hear()


def test_a_client_that_sends_and_sends_is_not_listened_to(world: World) -> None:
    stream = world.stream("collection=Todo")
    stream.send_raw(b"\r\n")
    world.create(n=1)
    assert stream.hear()["event"] == "create"
    stream.send_raw(b"x" * 70_000)
    with pytest.raises(Closed):
        stream.hear()
