"""Requests that workflows send, where an answer leads elsewhere: over real sockets."""

import gevent
import pytest

from noodl_runtime.functions.outbound import RequestFailed, send
from noodl_runtime.threads import in_thread
from noodl_runtime.workflow.asks import Reply, SendRequest
from tests.runtime.workflow.stub_server import StubServer

KEYS = {"Authorization": "Bearer secret", "X-Trace": "7"}


def sent(url: str) -> Reply:
    request = SendRequest(url=url, headers=KEYS)
    return in_thread(gevent.get_hub().threadpool, lambda: send(request, 10, 1000))


def led_to(target: str) -> dict[str, object]:
    return {"path": "/old", "status": 302, "headers": {"Location": target}}


def test_a_key_goes_along_within_an_origin_and_nowhere_else() -> None:
    with StubServer([{"path": "/new", "body": {}}]) as server:
        elsewhere = server.address.replace("127.0.0.1", "localhost")
        server._rules.append(led_to("/new"))
        assert sent(f"{server.address}/old").redirected
        server._rules[-1] = led_to(f"{elsewhere}/new")
        assert sent(f"{server.address}/old").status == 200
    told = [(each["path"], each["headers"].get("authorization")) for each in server.received]
    assert told == [
        ("/old", "Bearer secret"),
        ("/new", "Bearer secret"),
        ("/old", "Bearer secret"),
        ("/new", None),
    ]
    assert {each["headers"]["x-trace"] for each in server.received} == {"7"}


def test_an_answer_leads_to_http_alone() -> None:
    with (
        StubServer([led_to("ftp://127.0.0.1:1/x")]) as server,
        pytest.raises(RequestFailed, match="is no http or https address"),
    ):
        sent(f"{server.address}/old")
