"""The WebSocket end over real sockets: the first clients, filters, answers, and what is refused."""

import gc
import subprocess
import sys
from typing import Any

import gevent
import pytest

from noodl_runtime.realtime.frames import frame
from tests.runtime.http.clients import WsgiClient
from tests.runtime.realtime.clients import Closed, WebSocketClient, masked
from tests.runtime.realtime.conftest import Make, World

HANDSHAKE = {
    "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


def settled(world: World, count: int) -> None:
    """Wait until the backend has so many listeners."""
    assert world.backend.realtime
    for _ in range(500):
        live = world.backend.realtime.live
        if live is not None and len(live.listeners) == count:
            return
        gevent.sleep(0.01)
    raise AssertionError("the listeners are not as many as they should be")


def test_a_start_loads_nothing_of_it() -> None:
    """Who never hears of changes does not wait for the code of it."""
    code = (
        "import sys, noodl_runtime.assemble, noodl_runtime.http.server, noodl_runtime.http.routes; "
        "print([m for m in sys.modules if m.startswith('noodl_runtime.realtime.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "['noodl_runtime.realtime.door']"


# -- the first clients -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/realtime", "/realtime?x=1"])
def test_a_client_of_the_first_kind_hears_what_it_always_heard(world: World, path: str) -> None:
    client = world.listen(path)
    client.say(type="subscribe", collection="Todo")
    assert client.ask(type="ping")["type"] == "pong"
    object_id = world.create(title="milk")
    world.create("Other", title="not asked for")
    world.save(object_id, title="bread")
    world.delete(object_id)
    told = [client.hear() for _ in range(3)]
    assert [each["event"] for each in told] == ["create", "save", "delete"]
    assert {"event", "data", "timestamp", "sequence"} == set(told[0])
    assert {each["data"]["object"]["objectId"] for each in told} == {object_id}
    assert isinstance(told[0]["timestamp"], int)


def test_who_subscribed_to_nothing_hears_nothing(world: World) -> None:
    client = world.listen("/")
    assert client.ask(type="ping")["type"] == "pong"
    world.create(title="milk")
    assert client.ask(type="ping") == {"type": "pong", "id": "q", "sequence": 1}


def test_a_record_looks_as_it_does_over_http(world: World) -> None:
    client = world.subscribed()
    due = {"__type": "Date", "iso": "2024-05-01T10:01:00.000Z"}
    made = world.http(
        "POST", "/api/Todo", {"title": "milk", "due": due, "n": 1.5, "none": None}
    ).body
    assert (
        client.hear()["data"]["object"] == world.http("GET", f"/api/Todo/{made['objectId']}").body
    )


def test_a_write_that_fails_is_not_told(world: World) -> None:
    client = world.subscribed()
    world.create(n=1)
    batch = [
        {"method": "POST", "path": "/api/Todo", "body": {"n": 2}},
        {"method": "POST", "path": "/api/Todo", "body": {"n": "text"}},
    ]
    refused = world.http("POST", "/api/_batch", {"operations": batch, "transaction": True})
    assert refused.body["code"] == 111
    world.create(n=3)
    assert [client.hear()["data"]["object"]["n"] for _ in range(2)] == [1, 3]


def test_two_hundred_clients_get_one_encoding(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = [world.subscribed() for _ in range(200)]
    live = world.backend.realtime.live  # type: ignore[union-attr]
    assert live
    encoded, encode = [], live.hub._encode
    monkeypatch.setattr(live.hub, "_encode", lambda *given: encoded.append(given) or encode(*given))
    world.create(n=1)
    first = clients[0].hear()
    assert all(client.hear() == first for client in clients[1:])
    assert len(encoded) == 1


def test_a_batch_as_large_as_a_queue_is_told_whole(make: Make) -> None:
    world = make(realtime_queue=200)
    clients = [world.subscribed() for _ in range(3)]
    create = {"method": "POST", "path": "/api/Todo", "body": {"n": 1}}
    world.http("POST", "/api/_batch", {"operations": [create] * 1000})
    for client in clients:
        assert [client.hear()["sequence"] for _ in range(1000)] == list(range(1, 1001))


# -- what can be said ------------------------------------------------------------------------------


def test_a_subscription_with_an_id_is_acknowledged_and_named(world: World) -> None:
    client = world.listen()
    world.create(n=1)
    answer = client.ask(type="subscribe", collection="Todo", where={"n": {"greaterThan": 5}})
    assert answer == {"type": "subscribed", "id": "q", "collection": "Todo", "sequence": 1}
    object_id = world.create(n=1)
    world.save(object_id, n=9)
    world.save(object_id, n=2)
    told = [client.hear() for _ in range(2)]
    assert [(each["event"], each["subscription"]) for each in told] == [
        ("enter", "q"),
        ("leave", "q"),
    ]


def test_unsubscribing_ends_it(world: World) -> None:
    client = world.subscribed()
    client.say(type="unsubscribe", collection="Todo")
    client.ask(type="subscribe", collection="Todo")
    assert client.ask(type="unsubscribe") == {"type": "unsubscribed", "id": "q"}
    world.create(n=1)
    assert client.ask(type="ping")["type"] == "pong"
    assert client.ask(type="unsubscribe")["error"] == "there is no subscription 'q'"


def test_ids_may_be_numbers_and_all_subscriptions_of_a_collection_end_together(
    world: World,
) -> None:
    client = world.listen()
    for number in (1, 2):
        client.say(type="subscribe", id=number, collection="Todo")
        assert client.hear()["id"] == number
    client.say(type="unsubscribe", id=2, collection="Todo")
    assert client.hear() == {"type": "unsubscribed", "id": 2}
    world.create(n=1)
    assert client.hear()["subscription"] == 1
    client.say(type="subscribe", collection="Todo", where={"n": 5})
    client.say(type="unsubscribe", id=99, collection="Todo")
    assert client.hear() == {"type": "unsubscribed", "id": 99}
    world.create(n=5)
    assert client.ask(type="ping")["type"] == "pong"


REFUSED = [
    # message                                                        code  a part of the error
    ({"type": "shout"},                                              107, "type must be one of subscribe,"),
    ({},                                                             107, "type must be one of"),
    ({"type": ["subscribe"]},                                        107, "type must be one of"),
    ({"type": "subscribe"},                                          107, "needs collection"),
    ({"type": "subscribe", "collection": 5},                         107, "collection of subscribe must be a text"),
    ({"type": "subscribe", "collection": "Todo", "were": {}},        107, "no member 'were'"),
    ({"type": "subscribe", "collection": "Todo", "where": []},       107, "where of subscribe must be an object"),
    ({"type": "subscribe", "collection": "Todo", "since": True},     107, "since of subscribe must be a whole number"),
    ({"type": "subscribe", "collection": "Todo", "since": -1},       107, "from 0 up"),
    ({"type": "subscribe", "collection": "To do"},                   103, "invalid class name: To do"),
    ({"type": "subscribe", "collection": "_Session"},                119, "told to nobody"),
    ({"type": "subscribe", "collection": "_Secret"},                 103, "_Secret"),
    ({"type": "subscribe", "collection": "Todo", "where": {"n": {"$biggerThan": 1}}}, 107, "biggerThan"),
    ({"type": "subscribe", "collection": "Todo", "where": {"a": {"$inQuery": {"className": "B", "where": {}}}}}, 102, "needs other records"),
    ({"type": "resume"},                                             107, "needs since"),
    ({"type": "unsubscribe"},                                        107, "there is no subscription 'q'"),
    ({"type": "unsubscribe", "collection": "Todo"},                  107, "there is no subscription 'Todo'"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "code", "part"), REFUSED)
def test_what_cannot_be_understood_is_answered_with_an_error(
    world: World, message: dict[str, Any], code: int, part: str
) -> None:
    client = world.listen()
    answer = client.ask(**message)
    assert (answer["type"], answer["id"], answer["code"]) == ("error", "q", code), answer
    assert part in answer["error"]
    assert client.ask(type="ping")["type"] == "pong", "and the connection goes on"


@pytest.mark.parametrize("odd", [True, 1.5, None, [], "x" * 201])
def test_an_id_is_a_text_or_a_number(world: World, odd: Any) -> None:
    client = world.listen()
    client.say(type="ping", id=odd)
    assert client.hear()["type"] == "error"


@pytest.mark.parametrize("text", [b"", b"nonsense", b"[1]", b"[" * 5000, b'{"type": NaN}'])
def test_a_text_that_is_no_object_is_answered_with_an_error(world: World, text: bytes) -> None:
    client = world.listen()
    client.send_raw(masked(text))
    assert client.hear()["type"] == "error"
    assert client.ask(type="ping")["type"] == "pong"


def test_in_production_a_misspelt_collection_is_refused(make: Make) -> None:
    client = make(mode="production").listen()
    assert client.ask(type="subscribe", collection="Tood")["code"] == 103
    assert client.ask(type="subscribe", collection="_User")["type"] == "subscribed"


def test_a_connection_has_so_many_subscriptions(make: Make) -> None:
    client = make(max_subscriptions=2).listen()
    for name in ("A", "B", "A"):
        client.say(type="subscribe", collection=name)
    told = client.ask(type="subscribe", collection="C")
    assert told["error"] == "a connection has at most 2 subscriptions (setting max_subscriptions)"


# -- before the upgrade ----------------------------------------------------------------------------

BEFORE = [
    # path          headers                                          status
    ("/realtime",   {},                                              101),
    ("/",           {},                                              101),
    ("/realtim",    {},                                              404),
    ("/api/Todo",   {},                                              200),  # not upgraded
    ("/realtime",   {"Host": "evil.example"},                        403),
    ("/",           {"Host": "evil.example"},                        403),
    ("/realtime",   {"Origin": "http://evil.example"},               403),
    ("/",           {"Origin": "http://evil.example"},               403),
    ("/realtime",   {"Origin": "null"},                              403),
    ("/realtime",   {"Origin": "http://localhost:3000"},             101),
    ("/realtime",   {"Sec-Fetch-Site": "cross-site"},                403),
    ("/realtime",   {"X-Parse-Session-Token": "r:nobody"},           400),
    ("/realtime",   {"X-Parse-Master-Key": "wrong"},                 403),
    ("/realtime",   {"X-Parse-Master-Key": "key"},                   101),
    ("/realtime",   {"Sec-WebSocket-Version": "8"},                  426),
    ("/realtime",   {"Sec-WebSocket-Version": ""},                   426),
    ("/realtime",   {"Sec-WebSocket-Key": "short"},                  400),
    ("/realtime",   {"Sec-WebSocket-Key": ""},                       400),
    ("/realtime",   {"Connection": "keep-alive"},                    400),
    ("/realtime",   {"Upgrade": "h2c"},                              426),
    ("/realtime",   {"Upgrade": ""},                                 426),
]  # fmt: skip


@pytest.mark.parametrize(("path", "headers", "status"), BEFORE)
def test_everything_is_checked_before_the_upgrade(
    world: World, path: str, headers: dict[str, str], status: int
) -> None:
    world.create(n=1)
    client = WebSocketClient(world.port, path, **headers)
    assert client.status == status
    if status == 426:
        assert client.headers["upgrade"] == "websocket"
    client.drop()


def test_the_answer_to_the_upgrade_is_the_one_of_the_standard(world: World) -> None:
    client = WebSocketClient(world.port, **HANDSHAKE)
    assert client.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert client.headers["connection"] == "Upgrade"
    assert "content-length" not in client.headers
    client.drop()


def test_there_are_so_many_clients_and_no_more(make: Make) -> None:
    world = make(max_realtime=2)
    first, _ = world.subscribed(), world.subscribed()
    settled(world, 2)
    full = world.listen()
    assert full.status == 503
    assert b"max_realtime" in full.take(int(full.headers["content-length"]))
    first.drop()
    settled(world, 1)
    assert world.listen().status == 101


def test_inside_a_desktop_app_only_that_app_gets_in(make: Make) -> None:
    world = make(launch_token="of-this-start")
    for path in ("/", "/realtime"):
        assert world.listen(path).status == 403
        assert world.listen(path, X_Noodl_Launch_Token="of-this-start").status == 101
    assert world.stream("collection=Todo").status == 403


def test_an_old_http_version_is_not_upgraded(world: World) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in HANDSHAKE.items())
    request = f"GET /realtime HTTP/1.0\r\nHost: 127.0.0.1\r\n{lines}\r\n"
    assert world.http.raw(request.encode()).startswith(b"HTTP/1.1 426 ")


def test_a_host_without_sockets_says_that_it_cannot(world: World) -> None:
    answer = WsgiClient(world.backend)("GET", "/realtime", headers=HANDSHAKE)
    assert (answer.status, answer.body["error"]) == (501, "realtime needs the server of its own")


def test_what_comes_together_with_the_handshake_is_not_lost(world: World) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in HANDSHAKE.items())
    request = f"GET /realtime HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}\r\n".encode()
    connection = world.http.connect()
    connection.sendall(request + masked(b'{"type":"ping"}'))
    received = b""
    while b"pong" not in received:
        received += connection.recv(65536)


# -- those who do not behave -----------------------------------------------------------------------

BROKEN = [
    # bytes                                                            code
    (b"\x81\x05hello",                                                 1002),
    (b"\xf1\x80\x01\x02\x03\x04",                                      1002),
    (masked(b"x", 0),                                                  1002),
    (masked(b"\xff\xfe"),                                              1007),
    (masked(b"\xff", 2),                                               1003),
    (masked(b"x" * 70_000),                                            1009),
    (b"\x81\xff\x00\x00\x00\x00\x40\x00\x00\x00\x01\x02\x03\x04",      1009),  # a gigabyte, announced
    (masked(b"x" * 60_000, last=False) + masked(b"x" * 6_000, 0),      1009),
    (masked(b'{"type":"ping"}') * 600,                                 1008),
    (masked(b"", 9) * 600,                                             1008),
    (masked(b"", 8),                                                   None),
    (masked((1000).to_bytes(2, "big") + b"bye", 8),                    1000),
    (masked((4321).to_bytes(2, "big"), 8),                             4321),
    (b"\x00" * 100_000,                                                1002),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code"), BROKEN)
def test_a_client_that_breaks_the_rules_is_closed_with_a_code_and_harms_nobody(
    world: World, data: bytes, code: int | None
) -> None:
    good, bad = world.subscribed(), world.listen()
    bad.send_raw(data)
    assert bad.closed() == code
    settled(world, 1)
    world.create(n=1)
    assert good.hear()["event"] == "create"


def test_a_large_message_is_refused_by_its_announced_length_alone(world: World) -> None:
    client = world.listen()
    client.send_raw(b"\x82\xff\x00\x00\x00\x10\x00\x00\x00\x00")
    with pytest.raises(Closed) as closed:
        client.hear()
    assert closed.value.args == (
        1009,
        "a message is over 65536 bytes (setting max_realtime_message)",
    )


def test_pings_are_answered(world: World) -> None:
    client = world.listen()
    client.send_raw(masked(b"are you there", 9))
    assert client.frame() == (10, b"are you there")


def test_a_silent_client_is_pinged_and_one_that_does_not_answer_is_given_up(make: Make) -> None:
    world = make(realtime_ping=0.05, realtime_silence=0.3)
    answers, dead = world.listen(), world.listen()
    settled(world, 2)
    ticking = gevent.spawn(dead.closed)
    while not ticking.ready():
        assert answers.ask(type="ping")["type"] == "pong"
        gevent.sleep(0.02)
    assert ticking.get() == 1008
    gevent.sleep(0.1)
    assert answers.ask(type="ping")["type"] == "pong"
    assert answers.pings > 0


@pytest.mark.parametrize("beginning", [b"\x81", masked(b"hello")[:-1], masked(b"x", last=False)])
def test_a_message_that_never_ends_is_given_up_whatever_else_comes(
    make: Make, beginning: bytes
) -> None:
    world = make(realtime_ping=0.05, realtime_silence=0.3)
    client = world.listen()
    client.send_raw(beginning)
    if beginning == masked(b"x", last=False):
        gevent.spawn(
            lambda: [client.send_raw(masked(b"", 10)) or gevent.sleep(0.05) for _ in range(9)]
        )
    assert client.closed() == 1008


def test_a_client_that_is_gone_is_forgotten_without_a_write(world: World) -> None:
    clients = [world.subscribed() for _ in range(5)]
    settled(world, 5)
    for client in clients:
        client.drop()
    settled(world, 0)
    assert world.backend.realtime
    assert world.backend.realtime.live
    assert world.backend.realtime.live.hub._audiences == {}


def test_a_client_that_does_not_read_is_resynced_and_slows_nobody(make: Make) -> None:
    world = make(realtime_queue=20, body_timeout=60)
    slow, good = world.subscribed(), world.subscribed()
    text = "x" * 100_000
    for n in range(120):  # far more than fits into the buffers of a socket
        world.http("POST", "/api/Todo", {"n": n, "text": text})
        assert good.hear()["data"]["object"]["n"] == n
    boxes = [each.outbox for each in world.backend.realtime.live.listeners]  # type: ignore[union-attr]
    assert all(len(box) <= 20 for box in boxes)
    told = [slow.hear()]
    while told[-1].get("sequence") != 120:
        told.append(slow.hear())
    kinds = [each.get("event", each.get("type")) for each in told]
    assert kinds.count("resync") == 1
    resync = kinds.index("resync")
    numbers = [each["sequence"] for each in told]
    assert numbers[:resync] == list(range(1, resync + 1))
    assert numbers[resync:] == list(range(numbers[resync], 121)), "no gap behind it"
    slow.say(type="resume", since=numbers[resync - 1], id="r")
    missed = []
    while (each := slow.hear()).get("type") != "resumed":
        missed.append(each["sequence"])
    assert missed == list(range(resync + 1, 121)), "and what was missed is there for who wants it"


# -- faults of our own ---------------------------------------------------------------------------


def test_a_change_that_cannot_be_told_is_a_resync_and_the_next_one_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = world.subscribed()
    live = world.backend.realtime.live  # type: ignore[union-attr]
    assert live
    encode = live.hub._encode

    def fails_once(*given: Any) -> bytes:
        monkeypatch.setattr(live.hub, "_encode", encode)
        raise ZeroDivisionError

    monkeypatch.setattr(live.hub, "_encode", fails_once)
    for n in (1, 2):
        world.create(n=n)
    told = [client.hear() for _ in range(2)]
    assert [each.get("type", each.get("event")) for each in told] == ["resync", "create"]
    assert [each["sequence"] for each in told] == [1, 2]
    assert "a change could not be told" in caplog.text


@pytest.mark.parametrize("broken", ["catch_up", "change_caller"])
def test_a_fault_ends_a_stream_with_its_code_and_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    client, other = world.listen(), world.subscribed()
    live = world.backend.realtime.live  # type: ignore[union-attr]
    monkeypatch.setattr(live, broken, lambda *_: 1 // 0)
    client.say(type="subscribe", collection="Todo", since=0)
    client.say(type="auth")
    assert client.closed() == 1011
    world.create(n=1)
    assert other.hear()["event"] == "create"
    assert "a stream failed" in caplog.text


# -- the end ---------------------------------------------------------------------------------------


def test_a_stopping_server_tells_every_stream_goodbye(world: World) -> None:
    sockets = [world.subscribed() for _ in range(3)]
    stream = world.stream("collection=Todo")
    world.create(n=1)
    assert stream.hear()["event"] == "create"
    stopping = gevent.spawn(world.http.server.stop, 5)
    for client in sockets:
        assert [client.hear().get("event"), client.hear()["type"]] == ["create", "goodbye"]
        assert client.closed() == 1001
    assert stream.hear()["type"] == "goodbye"
    with pytest.raises(Closed):
        stream.hear()
    stopping.get(timeout=5)
    assert world.http.server.open_connections == 0


def test_nothing_of_a_thousand_clients_remains(world: World) -> None:
    frame("text", b"")
    for _ in range(10):
        for client in [world.subscribed(where={"n": n}, id=str(n)) for n in range(20)]:
            client.drop()
    settled(world, 0)
    gc.collect()
    live = world.backend.realtime.live  # type: ignore[union-attr]
    assert live
    assert (live.hub._audiences, len(live.hub._asked), len(live.hub._readings)) == ({}, 0, 0)
