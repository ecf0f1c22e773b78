"""Locks after wrong passwords and too many sign-ups, on a clock that the test moves."""

from collections.abc import Callable

import pytest

from noodl_runtime.access.attempts import MAX_KEYS, Attempts
from noodl_runtime.access.passwords import Passwords
from noodl_runtime.backend import Backend
from noodl_runtime.errors import TooManyRequests
from tests.runtime.access.conftest import Time
from tests.runtime.access.stories import Story
from tests.runtime.http.clients import WsgiClient

WRONG = '- POST /login {"username": "ann", "password": "bad"} -> 404 101 Invalid username/password.'
RIGHT = '- POST /login {"username": "ann", "password": "pw-ann"}'


@pytest.fixture
def attempts(time: Time) -> Attempts:
    return Attempts("wrong passwords", 3, 60, time.seconds)


def test_a_key_is_locked_until_its_first_attempt_is_old(attempts: Attempts, time: Time) -> None:
    for moment in (0, 10, 20):
        time.passed = moment
        attempts.check("a")
        attempts.count("a")
    with pytest.raises(TooManyRequests, match="too many wrong passwords; try again in 40 seconds"):
        attempts.check("a")
    attempts.check("b")
    time.passed = 60
    attempts.check("a")


def test_a_key_can_be_forgotten(attempts: Attempts) -> None:
    for _ in range(3):
        attempts.count("a")
    attempts.forget("a")
    attempts.check("a")


def test_only_so_many_keys_are_kept(attempts: Attempts) -> None:
    for number in range(MAX_KEYS + 5):
        attempts.count(str(number))
    assert len(attempts._moments) == MAX_KEYS


def test_ten_wrong_passwords_lock_an_account_for_five_minutes(story: Story, time: Time) -> None:
    story.people("ann", "bob")
    for _ in range(10):
        story.tell(WRONG)
    time.passed = 100
    answer = story.tell(f"{RIGHT} -> 429 155 try again in 200 seconds")
    assert answer.headers["retry-after"] == "200"
    assert answer.body["retryAfter"] == 200
    story.tell("ann GET /users/me -> 200")
    story.tell('- POST /login {"username": "bob", "password": "pw-bob"} -> 200')
    time.passed = 301
    story.tell(f"{RIGHT} -> 200")


def test_a_right_password_begins_the_count_anew(story: Story) -> None:
    story.people("ann")
    for _ in range(3):
        for _ in range(9):
            story.tell(WRONG)
        story.tell(f"{RIGHT} -> 200")


@pytest.mark.parametrize("path", ["/login", "/verifyPassword"])
@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_a_name_that_nobody_has_is_locked_like_any_other(
    story: Story, name: str, path: str
) -> None:
    story.people("ann")
    answers = [
        story.ask("-", "POST", path, {"username": name, "password": "bad"}) for _ in range(11)
    ]
    assert [answer.status for answer in answers] == [404] * 10 + [429]
    assert {answer.body["error"] for answer in answers[:10]} == {"Invalid username/password."}


def test_name_and_address_are_one_account(story: Story) -> None:
    story.people("ann")
    story.tell('ann PUT /users/$id:ann {"email": "ann@example.com"} -> 200')
    for _ in range(5):
        story.tell(WRONG)
        story.tell('- POST /login {"email": "ann@example.com", "password": "bad"} -> 404')
    story.tell(f"{RIGHT} -> 429")


def test_a_batch_is_no_way_around(story: Story) -> None:
    story.people("ann")
    login = {"method": "POST", "path": "/login", "body": {"username": "ann", "password": "bad"}}
    answers = story.ask("-", "POST", "/batch", {"requests": [login] * 12}).body
    assert [answer["error"]["code"] for answer in answers] == [101] * 10 + [155] * 2
    assert answers[11]["error"]["retryAfter"] == 300
    story.tell(f"{RIGHT} -> 429")


def test_what_is_missing_or_undefined_counts_as_no_attempt(story: Story) -> None:
    story.people("ann")
    for _ in range(12):
        story.tell('- POST /login {"username": "ann"} -> 400 201')
        story.tell("undefined GET /users/me -> 400 209")
        story.tell("undefined GET /users -> 200")
    story.tell(f"{RIGHT} -> 200")


def test_one_address_cannot_try_many_names(make: Callable[..., Backend]) -> None:
    story = Story(WsgiClient(make(max_wrong_from_address=5)))
    story.people("ann")
    for number in range(5):
        story.tell(f'- POST /login {{"username": "x{number}", "password": "x"}} -> 404')
    story.tell(f"{RIGHT} -> 429")


def test_sign_ups_of_one_address_are_limited(make: Callable[..., Backend], time: Time) -> None:
    story = Story(WsgiClient(make(max_sign_ups=2)))
    story.people("ann", "bob")
    story.tell('- POST /users {"username": "carl", "password": "x"} -> 429 155 too many sign-ups')
    story.tell('M POST /users {"username": "carl", "password": "x"} -> 201')
    time.passed = 301
    story.people("dora")


@pytest.mark.parametrize("name", ["ann", "nobody"])
def test_an_unknown_user_costs_as_much_work_as_a_wrong_password(
    story: Story, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.people("ann")
    work: list[tuple[int, ...]] = []
    derive = Passwords._derived

    def counted(self: Passwords, password: str, salt: bytes, *costs: int) -> bytes:
        work.append((len(salt), *costs))
        return derive(self, password, salt, *costs)

    monkeypatch.setattr(Passwords, "_derived", counted)
    story.ask("-", "POST", "/login", {"username": name, "password": "bad"})
    assert work == [(16, 10, 8, 1)]
