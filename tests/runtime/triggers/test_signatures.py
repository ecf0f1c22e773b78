"""Proofs of senders: as they send them, changed, missing, old."""

import base64
import hashlib
import hmac
from typing import Any

import pytest

from noodl_runtime.errors import BadSignature
from noodl_runtime.triggers.signatures import WAYS, check

NOW = 1_714_557_600
SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"


def digest(message: bytes, secret: bytes = SECRET.encode()) -> bytes:
    return hmac.new(secret, message, hashlib.sha256).digest()


def hexed(message: bytes) -> str:
    return digest(message).hex()


STANDARD = base64.b64encode(digest(b"msg_1.%d." % NOW + BODY)).decode()
GOOD: list[tuple[str, dict[str, str], dict[str, Any]]] = [
    # way        headers                                                              more
    # the digest of GitHub's documentation, for this secret and this body
    ("github",   {"x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}, {}),
    ("hmac",     {"x-signature": hexed(BODY)},                                        {}),
    ("hmac",     {"x-shopify-hmac-sha256": base64.b64encode(digest(BODY)).decode()},  {}),
    ("hmac",     {"x-own": "sha256=" + hexed(BODY)},                                  {"header": "X-Own"}),
    ("stripe",   {"stripe-signature": f"t={NOW},v1={hexed(b'%d.' % NOW + BODY)},v0=aa"}, {}),
    ("stripe",   {"stripe-signature": f"t={NOW}, v1={'0' * 64}, v1={hexed(b'%d.' % NOW + BODY)}"}, {}),
    ("stripe",   {"x-own": f"t={NOW - 299},v1={hexed(b'%d.' % (NOW - 299) + BODY)}"}, {"header": "X-Own"}),
    ("slack",    {"x-slack-request-timestamp": str(NOW), "x-slack-signature": "v0=" + hexed(b"v0:%d:" % NOW + BODY)}, {}),
    ("standard", {"webhook-id": "msg_1", "webhook-timestamp": str(NOW), "webhook-signature": f"v2,x v1,{STANDARD}"}, {}),
    ("standard", {"svix-id": "msg_1", "svix-timestamp": str(NOW), "svix-signature": f"v1,{STANDARD}"}, {}),
    ("token",    {"authorization": f"Bearer {SECRET}"},                               {}),
    ("token",    {"x-gitlab-token": SECRET},                                          {}),
    ("token",    {"x-own": SECRET},                                                   {"header": "X-Own"}),
]  # fmt: skip
ROWS = [pytest.param(*row, id=f"{row[0]}-{place}") for place, row in enumerate(GOOD)]


def checked(way: str, headers: dict[str, str], body: bytes = BODY, **more: Any) -> None:
    check(way, headers, body, **{"secret": SECRET, "now": NOW, "window_s": 300, **more})


@pytest.mark.parametrize(("way", "headers", "more"), ROWS)
def test_what_senders_send_is_accepted(way: str, headers: dict[str, str], more: Any) -> None:
    checked(way, headers, **more)


@pytest.mark.parametrize(("way", "headers", "more"), ROWS)
def test_another_secret_or_body_or_no_proof_at_all_is_refused(
    way: str, headers: dict[str, str], more: Any
) -> None:
    with pytest.raises(BadSignature, match="wrong"):
        checked(way, headers, **{**more, "secret": "another"})
    if way != "token":
        with pytest.raises(BadSignature, match="wrong"):
            checked(way, headers, BODY + b" ", **more)
    with pytest.raises(BadSignature, match=r"missing|there is no"):
        checked(way, {}, **more)
    with pytest.raises(BadSignature):
        checked(way, dict.fromkeys(headers, "\u00e4"), **more)


@pytest.mark.parametrize(
    ("way", "headers", "more"), [row for row in ROWS if row.values[0] in ("stripe", "slack", "standard")]
)  # fmt: skip
def test_what_was_signed_long_ago_or_for_later_is_refused(
    way: str, headers: dict[str, str], more: Any
) -> None:
    for now in (NOW + 301, NOW - 1000):
        with pytest.raises(BadSignature, match="not within 300 seconds"):
            checked(way, headers, **{**more, "now": now})


@pytest.mark.parametrize("timestamp", ["", "1e9", "-5", "٣", "9" * 30])
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    signed = hexed(timestamp.encode() + b"." + BODY)
    with pytest.raises(BadSignature, match="not within"):
        checked("stripe", {"stripe-signature": f"t={timestamp},v1={signed}"})


def test_a_secret_of_standard_webhooks_is_base64_behind_its_prefix() -> None:
    secret = "whsec_" + base64.b64encode(b"raw key").decode()
    signed = base64.b64encode(digest(b"m.%d." % NOW + BODY, b"raw key")).decode()
    headers = {
        "webhook-id": "m", "webhook-timestamp": str(NOW), "webhook-signature": f"v1,{signed}"
    }  # fmt: skip
    checked("standard", headers, secret=secret)


def test_every_way_has_a_case() -> None:
    assert {way for way, *_ in GOOD} | {"none"} == set(WAYS)
