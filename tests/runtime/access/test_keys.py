"""Credentials as requests carry them, and the keys they are compared with."""

import pytest

from noodl_runtime.access.keys import Credentials, Keys, credentials_of, opened_by
from noodl_runtime.errors import Unauthorized

HEADERS = [
    # headers                                       what was sent
    ({},                                            Credentials()),
    ({"x-parse-master-key": "k"},                   Credentials(master_key="k")),
    ({"authorization": "Bearer k"},                 Credentials(master_key="k")),
    ({"authorization": "Basic k"},                  Credentials()),
    ({"x-parse-master-key": "undefined"},           Credentials()),
    ({"x-parse-session-token": "undefined"},        Credentials()),
    ({"x-parse-session-token": ""},                 Credentials()),
    ({"authorization": "Bearer undefined"},         Credentials()),
    ({"x-parse-session-token": "r:1"},              Credentials(session_token="r:1")),
    ({"x-parse-installation-id": "i"},              Credentials(installation_id="i")),
    ({"x-parse-application-id": "a"},               Credentials(app_id="a")),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "sent"), HEADERS)
def test_what_a_request_carries(headers: dict[str, str], sent: Credentials) -> None:
    assert credentials_of(headers) == sent


OPENED = [
    # sent    keys                               opens
    (None,    Keys(master="m", read_only="r"),   None),
    ("m",     Keys(master="m", read_only="r"),   "master"),
    ("r",     Keys(master="m", read_only="r"),   "read_only"),
    ("m",     Keys(master="m"),                  "master"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "keys", "opens"), OPENED)
def test_which_key_was_sent(sent: str | None, keys: Keys, opens: str | None) -> None:
    assert opened_by(Credentials(master_key=sent), keys) == opens


@pytest.mark.parametrize("keys", [Keys(), Keys(master="m"), Keys(master="m", read_only="r")])
@pytest.mark.parametrize("sent", ["x", "é", "M"])
def test_a_wrong_key_is_refused_and_an_empty_one_opens_nothing(sent: str, keys: Keys) -> None:
    with pytest.raises(Unauthorized, match="the master key is wrong"):
        opened_by(Credentials(master_key=sent), keys)
