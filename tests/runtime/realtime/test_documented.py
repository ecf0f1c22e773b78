"""docs/realtime.md says what happens: its examples are run, from the top of the page to its end."""

import json
import re
from pathlib import Path
from typing import Any

from noodl_runtime.realtime.client import _HANDLERS
from noodl_runtime.realtime.messages import ANSWERS, EVENTS, SAYINGS
from tests.runtime.realtime.conftest import World

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "realtime.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^([>$<]) (.+)$", PAGE, flags=re.MULTILINE)


def test_the_examples_are_true(world: World) -> None:
    client = world.listen()
    for number, (sign, line) in enumerate(EXAMPLES):
        if sign == ">":
            client.say(**json.loads(line))
            if EXAMPLES[number + 1][0] == "$":  # so that it was heard before something happens
                client.ask(type="ping")
        elif sign == "$":
            sent(world, line)
        else:
            got = client.hear()
            assert same(json.loads(line), got), (line, got)


def same(expected: Any, got: Any) -> bool:
    if expected == "…":
        return True
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(
            name == "timestamp" or same(member, got[name]) for name, member in expected.items()
        )
    return bool(expected == got)


def sent(world: World, line: str) -> None:
    method, path, *body = line.split(" ", 2)
    answer = world.http(method, path, json.loads(body[0]) if body else None)
    assert answer.status in (200, 201), answer


def test_the_examples_show_every_message_and_event() -> None:
    said = {json.loads(line)["type"] for sign, line in EXAMPLES if sign == ">"}
    heard = [json.loads(line) for sign, line in EXAMPLES if sign == "<"]
    assert said == set(SAYINGS) == set(_HANDLERS)
    assert {each["event"] for each in heard if "event" in each} == set(EVENTS)
    shown = {each["type"] for each in heard if "type" in each}
    assert shown | {"goodbye"} == set(ANSWERS)
    assert '"goodbye"' in PAGE
