"""Nodes that reach beyond records, over real HTTP: mail through a real SMTP server, stored files."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from noodl_runtime.access.caller import MASTER
from noodl_runtime.functions import Functions
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create
from tests.runtime.http.clients import ServerClient
from tests.runtime.http.conftest import make_shop
from tests.runtime.workflow.graphs import component, document, node, script
from tests.servers.mail import Post, mail_server

APP = {"X-Parse-Application-Id": "shop-app"}
SETTINGS = Settings(
    mode="development",
    scrypt_cost=10,
    function_timeout=5,
    smtp_host="127.0.0.1",
    smtp_security="none",
    verify_emails="yes",
    public_url="https://shop.example",
)


@pytest.fixture(scope="module")
def post() -> Iterator[tuple[Post, int]]:
    with mail_server() as running:
        yield running


class Town:
    """A backend with mail that serves one function at a time."""

    def __init__(self, folder: Path, settings: Settings, post: Post) -> None:
        self.backend = make_shop(folder, settings, minutes=False)
        backend = self.backend
        backend.functions = Functions(backend.settings)
        backend.functions.attach(backend, backend.access.accounts, backend.belongings)
        self.client = ServerClient(backend)
        self.post = post

    def play(self, nodes: list[Any], connections: str, *early: str) -> dict[str, Any]:
        """Call a function made of these nodes, with q and r, over HTTP; return its result.

        early: what the answer takes up before it is sent, also where it arrives beside the signal
        """
        places = {f"pm-{name}": None for name in early}
        nodes = [node("q", "Request"), *nodes, node("r", "Response", **places)]
        assert self.backend.functions is not None
        self.backend.functions.load([("f", document(component("F", nodes, connections)))])
        got = self.client("POST", "/functions/F", {})
        assert got.status == 200, got.body
        return {name: shown for name, shown in got.body["result"].items() if shown is not None}

    def mail(self, **parameters: Any) -> dict[str, Any]:
        """Send one mail; return which outcome came, and the error."""
        tells = [script(f"t{end}", f"Outputs.v = '{end}'") for end in ("done", "failure")]
        return self.play(
            [node("m", "noodl.cloud.sendemail", **parameters), *tells],
            "q.receive -> m.send, m.error -> r.pm-error, m.done -> tdone.run,"
            " m.failure -> tfailure.run, tdone.out-v -> r.pm-outcome,"
            " tfailure.out-v -> r.pm-outcome, m.completed -> r.send",
            "error",
            "outcome",
        )

    @property
    def mails(self) -> list[Message]:
        return self.post.mails

    def close(self) -> None:
        self.client.close()
        self.backend.close()


@pytest.fixture
def town(tmp_path: Path, post: tuple[Post, int]) -> Iterator[Town]:
    post[0].mails.clear()
    made = Town(tmp_path, replace(SETTINGS, smtp_port=post[1]), post[0])
    yield made
    made.close()


def body_of(mail: Message) -> str:
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().strip()


# -- Send Email ------------------------------------------------------------------------------------


def test_a_mail_is_with_the_server_when_the_node_is_done(town: Town) -> None:
    found = town.mail(
        to="ann@example.com",
        subject="Hello {{name}}",
        text="Dear {{ name }}, {{unknown}} stays",
        variables={"name": "Ann & Co"},
    )
    assert found == {"outcome": "done"}
    (mail,) = town.mails
    assert (mail["To"], mail["Subject"]) == ("ann@example.com", "Hello Ann & Co")
    assert mail["From"] == "noreply@shop.example"
    assert body_of(mail) == "Dear Ann & Co, {{unknown}} stays"


def test_a_mail_may_have_html_whose_variables_cannot_be_markup(town: Town) -> None:
    town.mail(to="a@example.com", text="plain", html="<b>{{x}}</b>", variables={"x": "<i>"})
    (mail,) = town.mails
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert body_of(list(mail.walk())[2]) == "<b>&lt;i&gt;</b>"


def test_pulses_with_different_receivers_send_a_mail_each(town: Town) -> None:
    each = "for (const to of ['a@x.org', 'b@x.org']) { Outputs.to = to; Outputs.Go() }"
    nodes = [
        script("f", each, "Go"),
        node("m", "noodl.cloud.sendemail", text="hi"),
        node("c", "Counter"),
        node("two", "Expression", expression="n == 2"),
    ]
    town.play(
        nodes,
        "q.receive -> f.run, f.out-to -> m.to, f.out-Go -> m.send, m.done -> c.increase,"
        " c.currentCount -> two.n, two.isTrueEv -> r.send",
    )
    assert sorted(mail["To"] for mail in town.mails) == ["a@x.org", "b@x.org"]


FAILURES = [
    # parameters                                            error
    ({},                                                    'Send Email: "To" is required.'),
    ({"to": " "},                                           'Send Email: "To" is required.'),
    ({"to": "a@x.org", "subject": "a\nBcc: b@x.org"},       "the mail could not be sent"),
    ({"to": "a@x.org", "template": "news"},                 "there is no mail template 'news'; use one of none, passwordReset, verifyEmail"),
    ({"to": "nobody@x.org", "template": "passwordReset"},   "no passwordReset mail goes to 'nobody@x.org'"),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "error"), FAILURES)
def test_a_mail_that_cannot_be_sent_is_a_failure_that_says_why(
    town: Town, parameters: dict[str, Any], error: str
) -> None:
    found = town.mail(**parameters)
    assert found["outcome"] == "failure"
    assert found["error"].startswith(error)
    assert town.mails == []


def test_without_a_mail_server_the_failure_names_the_setting(tmp_path: Path) -> None:
    town = Town(tmp_path, replace(SETTINGS, smtp_host=""), Post())
    error = "no mail is sent: the setting smtp_host names no server"
    assert town.mail(to="a@x.org") == {"outcome": "failure", "error": error}
    town.close()


def test_the_mails_with_links_go_to_users_who_need_them(town: Town) -> None:
    values = {"username": "ann", "password": "pw", "email": "ann@x.org", "emailVerified": False}
    town.backend.write(MASTER, Create(collection="_User", values=values))
    town.backend.access.mailer.wait(5)
    town.mails.clear()
    for template, page in [("passwordReset", "request_password_reset"), ("verifyEmail", "verify_email")]:  # fmt: skip
        assert town.mail(to="ann@x.org", template=template) == {"outcome": "done"}
        assert f"/{page}?token=" in body_of(town.mails.pop())


# -- files -----------------------------------------------------------------------------------------

OUTPUTS = ("url", "expiresAt", "ttlSeconds", "error", "errorStatus")


def signed(town: Town, file: Any) -> dict[str, Any]:
    """Keep a file in a record, read it in a function, and return what Sign File URL shows."""
    town.backend.write(MASTER, Create(collection="Photo", values={"file": file}))
    shows = ", ".join(f"s.{name} -> r.pm-{name}" for name in OUTPUTS)
    return town.play(
        [
            node("d", "DbCollection2", collectionName="Photo"),
            script("f", "Outputs.file = Inputs.items[0].file; Outputs.Go()", "Go"),
            node("s", "Sign File URL"),
        ],
        f"q.receive -> d.storageFetch, d.items -> f.in-items, d.fetched -> f.run,"
        f" f.out-file -> s.file, f.out-Go -> s.sign, {shows},"
        f" s.success -> r.send, s.failure -> r.send",
    )


@pytest.fixture
def upload(town: Town) -> Any:
    def stored(query: str = "") -> Any:
        from noodl_runtime.values import File

        headers = {**APP, "Content-Type": "text/plain"}
        got = town.client("POST", f"/files/a.txt{query}", b"text", headers)
        return File(got.body["name"])

    return stored


def test_the_address_of_a_private_file_works_without_a_session(town: Town, upload: Any) -> None:
    found = signed(town, upload("?private=1"))
    assert 3590 <= found["ttlSeconds"] <= 3600
    assert found["expiresAt"].endswith("Z")
    url = urlsplit(found["url"])
    assert (url.scheme, url.netloc) == ("https", "shop.example")
    assert town.client("GET", url.path).status == 403
    assert town.client("GET", f"{url.path}?{url.query}").body == b"text"


def test_the_address_of_a_public_file_has_no_end(town: Town, upload: Any) -> None:
    found = signed(town, upload())
    assert set(found) == {"url"}
    assert town.client("GET", urlsplit(found["url"]).path).body == b"text"


def test_a_file_that_is_gone_cannot_be_signed(town: Town, upload: Any) -> None:
    file = upload()
    assert town.backend.belongings is not None
    town.backend.belongings.delete_file(file.name)
    assert signed(town, file) == {"error": "there is no such file", "errorStatus": 404}


def test_what_is_no_file_cannot_be_signed(town: Town) -> None:
    found = town.play(
        [node("s", "Sign File URL", file=5)],
        "q.receive -> s.sign, s.error -> r.pm-error, s.errorStatus -> r.pm-status,"
        " s.failure -> r.send",
    )
    assert found == {"error": "Sign File URL: a File is required.", "status": 400}


def test_graphs_see_where_a_stored_file_can_be_had(town: Town, upload: Any) -> None:
    file = upload()
    town.backend.write(MASTER, Create(collection="Photo", values={"file": file}))
    found = town.play(
        [
            node("d", "DbCollection2", collectionName="Photo"),
            script("f", "Outputs.file = Inputs.items[0].file; Outputs.Go()", "Go"),
            node("c", "Cloud File"),
            node("l", "noodl.local.query", collection="Photo"),
        ],
        "q.receive -> d.storageFetch, d.items -> f.in-items, d.fetched -> f.run,"
        " f.out-file -> c.file, f.out-Go -> l.fetch, c.url -> r.pm-url, c.name -> r.pm-name,"
        " l.firstRecord -> r.pm-plain, l.success -> r.send",
    )
    url = f"https://shop.example/files/shop-app/{file.name}"
    assert (found["url"], found["name"]) == (url, "a.txt")
    assert found["plain"]["file"] == {"name": file.name, "url": url}
