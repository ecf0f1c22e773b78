"""noodl-portable schedule: a cron expression in words, and when it comes."""

import json
from datetime import datetime

import pytest

from noodl_portable.cli import main


def test_an_expression_is_said_in_words_with_the_next_five_times(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["schedule", "explain", "0 9 * * mon-fri", "--timezone", "Europe/Berlin"]) == 0
    first, *times = capsys.readouterr().out.splitlines()
    assert first == "At 09:00, on Monday to Friday (Europe/Berlin)."
    moments = [datetime.strptime(line.strip(), "%a %Y-%m-%d %H:%M") for line in times]  # noqa: DTZ007
    assert len(moments) == 5
    assert moments == sorted(set(moments))
    assert {(m.hour, m.minute) for m in moments} == {(9, 0)}
    assert all(moment.weekday() < 5 for moment in moments)


def test_in_json_the_times_are_utc(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", "explain", "@daily", "--timezone", "UTC", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["meaning"], found["normalised"]) == ("at 00:00", "0 0 * * *")
    assert [moment[10:] for moment in found["next"]] == ["T00:00:00.000Z"] * 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["0 0 9 * * *"], "cron '0 0 9 * * *': 6 fields, not five"),
        (["@daily", "--timezone", "Mars"], "timezone: there is no time zone 'Mars'"),
    ],
)
def test_what_never_comes_is_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["schedule", "explain", *arguments]) == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"noodl-portable schedule: {message}")
    assert said.err.count("\n") == 1
    assert said.out == ""
