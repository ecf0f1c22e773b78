"""Confirming addresses and choosing new passwords, with mail through a real SMTP server."""

import re
from collections.abc import Callable, Iterator
from email.message import Message
from typing import Any
from urllib.parse import parse_qs, urlsplit

import gevent
import pytest

from noodl_runtime.backend import Backend
from tests.runtime.access.conftest import Time
from tests.runtime.access.stories import Story
from tests.runtime.http.clients import WsgiClient
from tests.servers.mail import Post, mail_server

SIGN_UP = (
    '- POST /users {"username": "ann", "password": "pw", "email": "ann@example.com"}'
    ' -> 201 {"objectId": "$id:ann", "createdAt": "$date", "sessionToken": "$token:ann"}'
)
DAY = 86400


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Post, int]]:
    with mail_server() as running:
        yield running


class Town:
    """A backend with mail, and what came by mail."""

    def __init__(self, backend: Backend, post: Post) -> None:
        self.backend = backend
        self.client = WsgiClient(backend)
        self.story = Story(self.client)
        self._post = post
        post.mails.clear()

    @property
    def mails(self) -> list[Message]:
        gevent.sleep(0)
        self.backend.access.mailer.wait(5)
        return self._post.mails

    def link(self) -> str:
        """Return path and query of the link in the latest mail."""
        text = self.mails[-1].get_payload(decode=True).decode()  # type: ignore[union-attr]
        (link,) = re.findall(r"https://shop\.example(/\S+)", text)
        return str(link)

    def page(self, method: str, url: str, body: Any = None, **headers: str) -> tuple[int, str]:
        answer = self.client(method, url, body, headers)
        assert answer.headers["content-type"].startswith("text/html")
        return answer.status, answer.body.decode()


@pytest.fixture
def town(make: Callable[..., Backend], server: tuple[Post, int]) -> Town:
    post, port = server
    backend = make(
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        verify_emails="yes",
        public_url="https://shop.example",
        mail_from="Shop <shop@shop.example>",
    )
    return Town(backend, post)


def test_a_new_address_is_to_be_confirmed(town: Town) -> None:
    town.story.tell(SIGN_UP)
    (mail,) = town.mails
    assert (mail["To"], mail["From"]) == ("ann@example.com", "Shop <shop@shop.example>")
    town.story.tell('ann GET /users/me -> 200 {"emailVerified": false, ...}')
    status, page = town.page("GET", town.link())
    assert (status, "Successfully verified your email" in page) == (200, True)
    town.story.tell('ann GET /users/me -> 200 {"emailVerified": true, ...}')


def test_a_link_works_once(town: Town) -> None:
    town.story.tell(SIGN_UP)
    link = town.link()
    town.page("GET", link)
    status, page = town.page("GET", link)
    assert (status, "Invalid Link" in page, "Successfully" in page) == (400, True, False)


def test_a_link_works_for_a_time(town: Town, time: Time) -> None:
    town.story.tell(SIGN_UP)
    time.passed = 7 * DAY
    assert town.page("GET", town.link())[0] == 400
    town.story.tell('ann GET /users/me -> 200 {"emailVerified": false, ...}')


def test_a_changed_address_is_to_be_confirmed_again_and_ends_the_old_link(town: Town) -> None:
    town.story.tell(SIGN_UP)
    old = town.link()
    town.story.tell('ann PUT /users/$id:ann {"email": "new@example.com"} -> 200')
    assert town.mails[-1]["To"] == "new@example.com"
    assert town.page("GET", old)[0] == 400
    assert town.page("GET", town.link())[0] == 200
    town.story.tell("""
        ann PUT /users/$id:ann {"email": "new@example.com"}  -> 200
        ann GET /users/me      -> 200 {"emailVerified": true, ...}
        ann PUT /users/$id:ann {"email": "newer@example.com"} -> 200
        ann GET /users/me      -> 200 {"emailVerified": false, ...}
    """)


def test_the_mail_to_confirm_can_be_had_again(town: Town) -> None:
    town.story.tell(SIGN_UP)
    first = town.link()
    town.story.tell('- POST /verificationEmailRequest {"email": "ann@example.com"} -> 200 {}')
    assert len(town.mails) == 2
    assert town.page("GET", first)[0] == 400
    assert town.page("GET", town.link())[0] == 200
    town.story.tell('- POST /verificationEmailRequest {"email": "ann@example.com"} -> 200 {}')
    assert len(town.mails) == 2


REQUESTS = [
    # body                             answer
    ('{"email": "nobody@x.example"}',  "200 {}"),
    ("{}",                             "400 204 you must provide an email"),
    ('{"email": ""}',                  "400 204"),
    ('{"email": 5}',                   "400 125 you must provide a valid email string"),
    ('{"email": {"$regex": "."}}',     "400 125"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "answer"), REQUESTS)
@pytest.mark.parametrize("path", ["/requestPasswordReset", "/verificationEmailRequest"])
def test_nobody_learns_which_addresses_are_known(
    town: Town, path: str, body: str, answer: str
) -> None:
    town.story.tell(f"- POST {path} {body} -> {answer}")
    assert town.mails == []


@pytest.fixture
def reset(town: Town) -> dict[str, str]:
    """Return username and token of a link for a new password."""
    town.story.tell(SIGN_UP)
    assert len(town.mails) == 1  # it is sent; the next one cannot overtake it
    town.story.tell('- POST /requestPasswordReset {"email": "ann@example.com"} -> 200 {}')
    return {name: values[0] for name, values in parse_qs(urlsplit(town.link()).query).items()}


RESET = "/apps/shop-app/request_password_reset"


def test_a_lost_password_is_replaced_and_every_session_ends(
    town: Town, reset: dict[str, str]
) -> None:
    for _ in range(10):
        town.story.tell('- POST /login {"username": "ann", "password": "bad"} -> 404')
    status, page = town.page("POST", RESET, {**reset, "new_password": "new"})
    assert (status, "Password successfully reset" in page) == (200, True)
    town.story.tell("""
        ann GET /users/me                                    -> 400 209
        - POST /login {"username": "ann", "password": "new"} -> 200
        - POST /login {"username": "ann", "password": "pw"}  -> 404
    """)
    assert town.page("POST", RESET, {**reset, "new_password": "newer"})[0] == 400
    town.story.tell('- POST /login {"username": "ann", "password": "new"} -> 200')


def test_the_form_sends_the_password_to_where_it_was_opened(
    town: Town, reset: dict[str, str]
) -> None:
    link = town.link()
    status, page = town.page("GET", link)
    assert (status, '<form method="post">' in page) == (200, True)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, page = town.page("POST", link, b"new_password=a%26b+c", **form)
    assert (status, "Password successfully reset" in page) == (200, True)
    town.story.tell('- POST /login {"username": "ann", "password": "a&b c"} -> 200')


WRONG_RESETS = [
    {"token": "x"},
    {"token": ""},
    {"token": 5},
    {"token": {"$ne": "x"}},
    {"username": "bob"},
    {"username": {"$ne": "x"}},
    {"new_password": ""},
    {"new_password": 5},
]


@pytest.mark.parametrize("wrong", WRONG_RESETS)
def test_a_wrong_link_changes_nothing(
    town: Town, reset: dict[str, str], wrong: dict[str, Any]
) -> None:
    town.story.people("bob")
    status, page = town.page("POST", RESET, {**reset, "new_password": "new", **wrong})
    assert (status, "Invalid Link" in page) == (400, True)
    town.story.tell("ann GET /users/me -> 200")
    town.story.tell('- POST /login {"username": "bob", "password": "pw-bob"} -> 200')


def test_a_link_to_a_new_password_ends_after_a_day_or_with_another_password(
    town: Town, reset: dict[str, str], time: Time
) -> None:
    link = town.link()
    town.story.tell('ann PUT /users/$id:ann {"password": "chosen"} -> 200')
    assert town.page("GET", link)[0] == 400
    town.story.tell('- POST /requestPasswordReset {"email": "ann@example.com"} -> 200 {}')
    time.passed = DAY
    assert town.page("GET", town.link())[0] == 400


def test_the_link_of_one_purpose_is_of_no_use_for_the_other(
    town: Town, reset: dict[str, str]
) -> None:
    query = urlsplit(town.link()).query
    assert town.page("GET", f"/apps/shop-app/verify_email?{query}")[0] == 400


def test_a_link_belongs_to_one_app(town: Town, reset: dict[str, str]) -> None:
    given = {**reset, "new_password": "new"}
    assert town.page("POST", "/apps/other/request_password_reset", given)[0] == 400
    assert town.page("POST", "/parse/apps/shop-app/request_password_reset", given)[0] == 200


def test_pages_show_nothing_of_the_request(town: Town) -> None:
    for path in ("verify_email", "request_password_reset"):
        url = f"/apps/shop-app/{path}?username=%3Cscript%3Ealert&token=%3Cscript%3E&x=%3Cb%3E"
        status, page = town.page("GET", url)
        assert status == 400
        assert "script" not in page
        assert "<b>" not in page


def test_pages_may_be_opened_from_a_mail_and_run_no_script(town: Town) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    answer = town.client("GET", "/apps/shop-app/verify_email?token=x", None, headers)
    assert answer.status == 400
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_one_account_gets_a_few_mails_only(town: Town, time: Time) -> None:
    town.story.tell(SIGN_UP)
    for _ in range(20):
        town.story.tell('- POST /requestPasswordReset {"email": "ann@example.com"} -> 200 {}')
    assert len(town.mails) == 6  # the one to confirm the address, and five
    time.passed = 301
    town.story.tell('- POST /requestPasswordReset {"email": "ann@example.com"} -> 200 {}')
    assert len(town.mails) == 7


def test_names_do_not_become_headers_or_lines_of_a_mail(town: Town) -> None:
    town.story.tell(
        r'- POST /users {"username": "a\r\nBcc: x@y.example\r\n\r\nhttps://evil.example",'
        r' "password": "pw", "email": "ann@example.com"} -> 201'
    )
    (mail,) = town.mails
    assert mail["Bcc"] is None
    assert "\nhttps://evil" not in mail.get_payload(decode=True).decode()  # type: ignore[union-attr]


def test_without_a_mail_server_nothing_is_sent_and_nothing_fails(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    story.tell(SIGN_UP)
    story.tell('- POST /requestPasswordReset {"email": "ann@example.com"} -> 200 {}')
    assert "smtp_host" in caplog.text
    assert "ann@example.com" not in caplog.text


def test_a_mail_server_that_is_down_is_logged_and_harms_nobody(
    make: Callable[..., Backend], caplog: pytest.LogCaptureFixture
) -> None:
    backend = make(smtp_host="127.0.0.1", smtp_port=1, smtp_security="none", verify_emails="yes")
    Story(WsgiClient(backend)).tell(SIGN_UP)
    backend.access.mailer.wait(5)
    assert "a mail could not be sent" in caplog.text
