import time
from typing import Any

import pytest

from noodl_runtime.errors import BadJson
from noodl_runtime.http.strict_json import read_json, read_object, write_json

READ = [
    # text                                     value
    (b'{"a": 1}',                              {"a": 1}),
    (b'{"a": 1, "a": 2}',                      {"a": 2}),
    (b' {"a": [1.5, true, null, "x"]} ',       {"a": [1.5, True, None, "x"]}),
    ('{"a": "東京 🙂"}'.encode(),              {"a": "東京 🙂"}),
    (b'{"a": "\\ud83d\\ude42"}',               {"a": "🙂"}),
    (b'{"a": "\\\\ud83d"}',                    {"a": "\\ud83d"}),
    (b'{"a": 1e21, "b": 1E-400}',              {"a": 1e21, "b": 0.0}),
    (b'{"a": 9007199254740991}',               {"a": 9007199254740991}),
    (b'{"a": "1e999"}',                        {"a": "1e999"}),
    (b'{"a": "' + b"[" * 300 + b'"}',          {"a": "[" * 300}),
]  # fmt: skip

REFUSED = [
    # text                                     what is said
    (b"",                                      "is not JSON"),
    (b"[1]",                                   "must be a JSON object"),
    (b'"text"',                                "must be a JSON object"),
    (b"null",                                  "must be a JSON object"),
    (b'{"a": 1} x',                            "is not JSON"),
    (b'{"a": 1}{}',                            "is not JSON"),
    (b'{"a": 1',                               "is not JSON"),
    (b"{'a': 1}",                              "is not JSON"),
    (b'{"a": NaN}',                            "NaN is not a JSON number"),
    (b'{"a": -Infinity}',                      "-Infinity is not a JSON number"),
    (b'{"a": 1e999}',                          "beyond what a double can hold"),
    (b'{"a": ' + b"9" * 400 + b"}",            "beyond what a double can hold"),
    (b'{"a": ' + b"9" * 5000 + b"}",           "beyond what a double can hold"),
    (b'{"a": "\xff"}',                         "is not UTF-8 at byte 7"),
    (b'\xef\xbb\xbf{"a": 1}',                  "is not JSON"),
    (b'{"a": "\\ud83d"}',                      "half of a surrogate pair"),
    (b'{"\\udc00": 1}',                        "half of a surrogate pair"),
    (b"[" * 101 + b"]" * 101,                  "nested deeper than 100 levels"),
    (b'{"a":' * 101 + b"1" + b"}" * 101,       "nested deeper than 100 levels"),
    (b"[" * 200_000,                           "nested deeper than 100 levels"),
    (b'{"a":' * 200_000,                       "nested deeper than 100 levels"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), READ)
def test_strict_json_is_read(text: bytes, value: Any) -> None:
    assert read_object(text, "the body") == value


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_what_is_not_strict_json_is_refused_with_its_reason(text: bytes, said: str) -> None:
    with pytest.raises(BadJson, match=r"^the body") as refusal:
        read_object(text, "the body")
    assert said in str(refusal.value)


@pytest.mark.parametrize("levels", [2, 98, 100])
def test_a_hundred_levels_are_allowed(levels: int) -> None:
    read_json(b"[" * levels + b"]" * levels, "the body")
    read_json(b'{"a":[' * (levels // 2) + b"]}" * (levels // 2), "the body")


def test_deep_text_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: Any, **__: Any) -> Any:
        raise AssertionError("the text was read")

    monkeypatch.setattr("noodl_runtime.http.strict_json.json.loads", read)
    with pytest.raises(BadJson, match="nested deeper than 100 levels"):
        read_object(b'{"a":' * 1_000_000, "the body")


def test_wide_is_not_deep() -> None:
    assert len(read_json(b"[" + b"[{}]," * 5000 + b"[]]", "the body")) == 5001


@pytest.mark.parametrize(
    "text", [b"[" * 3_000_000, b'"' + b'\\"' * 1_500_000, b'{"a":"' * 300_000, b'{"[":' * 300_000]
)
def test_odd_text_is_refused_in_time_linear_in_its_length(text: bytes) -> None:
    start = time.process_time()
    with pytest.raises(BadJson):
        read_object(text, "the body")
    assert time.process_time() - start < 1


WRITTEN = [
    # value                         text
    ({"a": [1, 1.0, None]},         b'{"a":[1,1.0,null]}'),
    ({"a": float("nan")},           b'{"a":null}'),
    ([float("inf"), {"b": (-1, float("-inf"))}], b'[null,{"b":[-1,null]}]'),
    ("東",                          '"東"'.encode()),
    ("half \ud83d",                 b'"half ?"'),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_what_is_written_is_strict_json(value: Any, text: bytes) -> None:
    assert write_json(value) == text
