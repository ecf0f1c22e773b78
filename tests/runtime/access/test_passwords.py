"""Hashes of passwords and tokens by themselves."""

import pytest

from noodl_runtime.access.passwords import Passwords
from noodl_runtime.access.threads import Threads
from noodl_runtime.access.tokens import later, link_token, opens, sealed, session_token

NOW = "2024-05-01T10:00:00.000Z"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(10, Threads(1))


PAIRS = [
    # kept as           tried             matches
    ("secret",          "secret",         True),
    ("secret",          "Secret",         False),
    ("secret",          "secret ",        False),
    ("x" * 72 + "a",    "x" * 72 + "b",   False),
    ("x" * 10_000,      "x" * 10_000,     True),
    ("pässwörd",        "pässwörd",       True),
    ("a\0b",            "a\0c",           False),
    ("\ud800",          "\ud800",         True),
    ("",                "",               True),
]  # fmt: skip


@pytest.mark.parametrize(("kept", "tried", "matches"), PAIRS)
def test_all_characters_count(passwords: Passwords, kept: str, tried: str, matches: bool) -> None:
    assert passwords.matches(tried, passwords.hashed(kept)) is matches


def test_a_hash_says_its_costs_and_is_salted(passwords: Passwords) -> None:
    one, other = passwords.hashed("secret"), passwords.hashed("secret")
    assert one.startswith("scrypt$10$8$1$")
    assert one != other
    assert "secret" not in one


def test_a_hash_of_other_costs_is_still_checked(passwords: Passwords) -> None:
    stronger = Passwords(11, Threads(1)).hashed("secret")
    assert passwords.matches("secret", stronger)


def test_nobody_has_no_password(passwords: Passwords) -> None:
    assert not passwords.matches("", None)


def test_session_tokens_have_128_bits_and_differ() -> None:
    tokens = {session_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 34 and token.startswith("r:") for token in tokens)


def test_of_a_link_only_a_digest_is_kept() -> None:
    token = link_token()
    assert token not in sealed(token, NOW)


LINKS = [
    # token    kept                                    opens
    ("right",  sealed("right", later(NOW, 1)),         True),
    ("wrong",  sealed("right", later(NOW, 1)),         False),
    ("right",  sealed("right", NOW),                   False),
    ("right",  sealed("right", later(NOW, -1)),        False),
    ("right",  None,                                   False),
    ("",       None,                                   False),
    ("",       "",                                     False),
]  # fmt: skip


@pytest.mark.parametrize(("token", "kept", "right"), LINKS)
def test_a_link_opens_with_its_token_until_it_expires(
    token: str, kept: str | None, right: bool
) -> None:
    assert opens(token, kept, NOW) is right
