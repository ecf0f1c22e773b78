import pytest

from noodl_builder.secret_scan import FORMS, Finding, find_secrets

# Put together here, so that no scanner takes this file for a leak.
KEYS = {
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "an AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "a GitHub token": "ghp_" + "a1B2" * 9,
    "a Slack token": "xoxb-" + "1234567890-abc",
    "a Stripe live key": "sk_live_" + "a1B2" * 5,
    "an npm token": "npm_" + "a1B2" * 9,
    "an API key": "sk-" + "proj-" + "a1B2" * 9,
    "a mail service key": "key-" + "0f" * 16,
    "a Google API key": "AIza" + "a1B2-" * 7,
    "an address with a password": "postgres://shop:hunter2@db.example/shop",
    "a signed token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0." + "a1B2" * 6,
    "a secret by its name": '"masterKey": "correct horse"',
}
HARMLESS = [
    "the masterKey is made at the first start",
    '"masterKey": ""',
    "https://example.com:8080/path@v2",
    "sk-learn and sk_test_1234",
    "-----BEGIN CERTIFICATE-----",
    "mailto:someone@example.com",
    "data:image/png;base64," + "A" * 200,
]


def found(text: str, *, in_app: bool = False) -> list[str]:
    return [finding.what for finding in find_secrets("x", text.encode(), {}, in_app=in_app)]


@pytest.mark.parametrize("what", KEYS)
def test_each_form_of_key_is_found(what: str) -> None:
    assert found(f"{{ call: {KEYS[what]} }}") == [what]


def test_each_form_has_a_case() -> None:
    assert [form.what for form in FORMS] == list(KEYS)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_resembles_a_key_passes(text: str) -> None:
    assert found(text) == []


def test_a_front_end_may_show_what_browsers_are_meant_to_see() -> None:
    assert found(KEYS["a Google API key"], in_app=True) == []
    assert found(KEYS["a private key"], in_app=True) == ["a private key"]


def test_a_value_known_to_be_secret_is_found_and_not_repeated() -> None:
    data = b'{\n"note": "use K3yOfTheShop"\n}'
    findings = list(
        find_secrets("config.json", data, {b"K3yOfTheShop": "the masterKey"}, in_app=False)
    )
    assert findings == [Finding("config.json", 2, "the masterKey")]
    assert str(findings[0]) == "config.json, line 2: the masterKey"
