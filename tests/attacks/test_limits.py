"""The limits that keep a backend alive have the values people may count on, and a setting each."""

from typing import Any

import pytest

from noodl_runtime.schema.names import MAX_NAME
from noodl_runtime.settings import SETTINGS, Settings

LIMITS: list[tuple[str, Any]] = [
    # setting                      default
    ("max_body",                   10_000_000),
    ("max_header_size",            64 * 1024),
    ("max_headers",                200),
    ("max_url",                    64 * 1024),
    ("max_nesting",                100),
    ("max_limit",                  1000),
    ("max_batch",                  1000),
    ("max_fields",                 500),
    ("query_timeout",              5),
    ("function_timeout",           15),
    ("script_memory",              256 * 1024 * 1024),
    ("max_trigger_depth",          10),
    ("max_trigger_runs",           8),
    ("header_timeout",             20),
    ("body_timeout",               30),
    ("idle_timeout",               75),
    ("max_realtime_message",       64 * 1024),
    ("realtime_queue",             1000),
    ("realtime_queue_size",        8_000_000),
    ("realtime_ping",              25),
    ("max_wrong_passwords",        10),
]  # fmt: skip


@pytest.mark.parametrize(("name", "default"), LIMITS)
def test_a_limit_is_a_setting_with_its_default(name: str, default: Any) -> None:
    assert getattr(Settings(), name) == default
    assert SETTINGS[name].help


def test_a_name_has_128_characters_at_most() -> None:
    assert MAX_NAME == 128


def test_a_stop_ends_within_ten_seconds_whatever_runs() -> None:
    assert Settings().stop_timeout < 10
