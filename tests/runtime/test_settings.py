import pytest

from noodl_runtime.errors import BadSetting
from noodl_runtime.settings import SETTINGS, Settings, resolve, unknown_settings


def test_without_anything_the_defaults_hold() -> None:
    assert vars(resolve({}, {}, {})) == vars(Settings())


ORDER = [
    # options             environment                config          port
    ({},                  {},                        {},             8577),
    ({},                  {},                        {"port": 1},    1),
    ({},                  {"NOODL_PORT": "2"},       {"port": 1},    2),
    ({"port": "3"},       {"NOODL_PORT": "2"},       {"port": 1},    3),
    ({"port": None},      {"NOODL_PORT": ""},        {"port": 1},    1),
]  # fmt: skip


@pytest.mark.parametrize(("options", "environment", "config", "port"), ORDER)
def test_options_win_over_the_environment_and_that_over_the_file(
    options: dict[str, str], environment: dict[str, str], config: dict[str, int], port: int
) -> None:
    assert resolve(options, environment, config).port == port


VALUES = [
    # name                 given                        read
    ("port",               "0",                         0),
    ("function_timeout",   "1.5",                       1.5),
    ("function_timeout",   3,                           3.0),
    ("max_body",           10.0,                        10),
    ("allowed_origins",    "https://a.example, x:1 ",   ("https://a.example", "x:1")),
    ("allowed_origins",    ["https://a.example"],       ("https://a.example",)),
    ("log_level",          "debug",                     "debug"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "read"), VALUES)
def test_a_value_is_read_into_the_type_of_its_default(
    name: str, given: object, read: object
) -> None:
    assert getattr(resolve({}, {}, {SETTINGS[name].key: given}), name) == read


WRONG = [
    # source                               sentence
    ({"port": "x"}, {},                    "--port is 'x'; it takes a whole number from 0 to 65535"),
    ({"port": "65536"}, {},                "--port is '65536'; it takes a whole number from 0 to"),
    ({}, {"NOODL_PORT": "-1"},             "NOODL_PORT is '-1'; it takes a whole number from 0"),
    ({}, {"NOODL_LOG_LEVEL": "loud"},      "NOODL_LOG_LEVEL is 'loud'; it takes one of debug, info"),
    ({"public_url": "shop.example"}, {},   "--public-url is 'shop.example'; it takes a text like https://"),
    ({}, {"NOODL_QUERY_TIMEOUT": "inf"},   "NOODL_QUERY_TIMEOUT is 'inf'; it takes a number from 0"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "environment", "sentence"), WRONG)
def test_a_wrong_value_is_refused_with_its_source(
    options: dict[str, str], environment: dict[str, str], sentence: str
) -> None:
    with pytest.raises(BadSetting) as refused:
        resolve(options, environment, {})
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("value", [True, "1.5", None, [], {}])
def test_config_json_is_held_to_the_same_rules(value: object) -> None:
    with pytest.raises(BadSetting, match=r"settings\.port in config\.json"):
        resolve({}, {}, {"port": value})


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("allowed_hosts", "; did you mean allowedHosts?"),
        ("max-body", "; did you mean maxBody?"),
        ("functionTimeOut", "; did you mean functionTimeout?"),
        ("maxBodyy", "; did you mean maxBody?"),
        ("colour", ""),
    ],
)
def test_a_key_that_is_no_setting_is_told_with_the_one_that_is_meant(key: str, meant: str) -> None:
    sentence = f"settings.{key} in config.json is no setting and counts for nothing{meant}"
    assert unknown_settings({"maxBody": 5, key: 1}) == [sentence]


def test_every_setting_explains_itself() -> None:
    for row in SETTINGS.values():
        assert row.help
        assert row.expected().startswith("it takes ")
        assert row.read(row.default, "its default") == row.default


def test_a_secret_setting_comes_from_the_environment_alone_and_is_never_shown() -> None:
    token = "x" * 32
    elsewhere = resolve({"launch_token": token}, {}, {"launchToken": token})
    assert elsewhere.launch_token == ""
    settings = resolve({}, {"NOODL_LAUNCH_TOKEN": token}, {})
    assert settings.launch_token == token
    assert token not in repr(settings)
    with pytest.raises(BadSetting) as refused:
        resolve({}, {"NOODL_LAUNCH_TOKEN": "short secret"}, {})
    assert "short secret" not in str(refused.value)
    assert "NOODL_LAUNCH_TOKEN" in str(refused.value)
