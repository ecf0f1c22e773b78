"""Accounts behind the real server: hashing happens in threads while others are served."""

from collections.abc import Callable, Iterator

import gevent
import pytest

from noodl_runtime.access.passwords import Passwords
from noodl_runtime.backend import Backend
from tests.runtime.access.stories import Story
from tests.runtime.http.clients import ServerClient


@pytest.fixture
def served(make: Callable[..., Backend]) -> Iterator[Story]:
    client = ServerClient(make())
    yield Story(client)
    client.close()


def test_many_log_in_at_once(served: Story) -> None:
    served.people("ann")
    body = {"username": "ann", "password": "pw-ann"}
    asks = [gevent.spawn(served.ask, "-", "POST", "/login", body) for _ in range(15)]
    answers = [greenlet.get(timeout=30) for greenlet in asks]
    assert [answer.status for answer in answers] == [200] * 15
    assert len({answer.body["sessionToken"] for answer in answers}) == 15


def test_side_by_side_no_more_than_ten_wrong_passwords_are_told_apart(served: Story) -> None:
    served.people("ann")
    body = {"username": "ann", "password": "bad"}
    asks = [gevent.spawn(served.ask, "-", "POST", "/login", body) for _ in range(30)]
    statuses = [greenlet.get(timeout=30).status for greenlet in asks]
    assert (statuses.count(404), statuses.count(429)) == (10, 20)


def test_one_name_is_given_once_however_many_ask(served: Story) -> None:
    names = ["ann", "Ann", "ANN", "aNN", "anN"]
    asks = [
        gevent.spawn(served.ask, "-", "POST", "/users", {"username": name, "password": "x"})
        for name in names * 2
    ]
    answers = [greenlet.get(timeout=30) for greenlet in asks]
    assert sorted(answer.status for answer in answers) == [201] + [400] * 9
    assert {a.body["code"] for a in answers if a.status == 400} == {202}


def test_others_are_served_while_a_password_is_checked(
    served: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.people("ann")
    derive = Passwords._derived
    served_meanwhile: list[int] = []

    def slow(self: Passwords, *given: object) -> bytes:
        served_meanwhile.append(served.ask("-", "GET", "/health").status)
        return derive(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Passwords, "_derived", slow)
    served.tell('- POST /login {"username": "ann", "password": "pw-ann"} -> 200')
    assert served_meanwhile == [200]


def test_an_account_is_deleted_while_its_devices_log_out(served: Story) -> None:
    for name in ("ann", "bob", "cas"):
        served.people(name)
        given = {"username": name, "password": f"pw-{name}"}
        devices = [
            served.ask("-", "POST", "/login", given, Installation_Id=f"device {number}")
            for number in range(4)
        ]
        asks = [
            gevent.spawn(served.ask, device.body["sessionToken"], "POST", "/logout", {})
            for device in devices
        ]
        deleting = gevent.spawn(served.ask, name, "DELETE", f"/users/$id:{name}")
        assert deleting.get(timeout=30).status == 200
        gevent.joinall(asks, timeout=30)
        served.tell(f"M GET /users/$id:{name} -> 404 101")
