"""When schedules fire, over simulated time: no clock is read and nothing sleeps."""

import time
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noodl_runtime.triggers.clockwork import CATCH_UP, Clockwork
from noodl_runtime.triggers.schedule import BadSchedule, Schedule, schedule_of

BERLIN = "Europe/Berlin"


def schedule(cron: str, **more: object) -> Schedule:
    return schedule_of({"cron": cron, "timezone": BERLIN, **more})


def at(text: str) -> float:
    """Seconds since 1970 of a moment in UTC: "2024-03-31 00:59"."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def shown(moments: list[float]) -> list[str]:
    return [f"{datetime.fromtimestamp(moment, UTC):%m-%d %H:%M}" for moment in moments]


def fired(works: Clockwork, start: str, end: str, every_s: float = 20) -> list[str]:
    """Look at the clock every so often, and return the minutes that fired, in UTC."""
    moment, found = at(start), []
    while moment <= at(end):
        found += [due.minute * 60.0 for due in works.look(moment)]
        moment += every_s
    return shown(found)


# Berlin: the clock skips 02:00-02:59 on 31 March 2024 (01:00 UTC) and shows 02:00-02:59 twice on
# 27 October (00:00-00:59 UTC, and again 01:00-01:59 UTC).
DAYLIGHT = [
    # cron              from                to                  fires at, UTC
    ("30 2 * * *",      "2024-03-30 00:00", "2024-04-01 12:00", ["03-30 01:30", "04-01 00:30"]),
    ("0 3 * * *",       "2024-03-31 00:00", "2024-03-31 12:00", ["03-31 01:00"]),
    ("30 2 * * *",      "2024-10-26 12:00", "2024-10-28 12:00", ["10-27 00:30", "10-28 01:30"]),
    ("0 * * * *",       "2024-10-26 23:30", "2024-10-27 02:30", ["10-27 00:00", "10-27 02:00"]),
    ("0,30 1-3 * * *",  "2024-03-31 00:00", "2024-03-31 02:00",
     ["03-31 00:00", "03-31 00:30", "03-31 01:00", "03-31 01:30"]),
]  # fmt: skip


@pytest.mark.parametrize(("cron", "start", "end", "minutes"), DAYLIGHT)
def test_a_skipped_hour_does_not_fire_and_a_repeated_one_fires_once(
    cron: str, start: str, end: str, minutes: list[str]
) -> None:
    assert fired(Clockwork({"s": schedule(cron)}), start, end) == minutes
    upcoming = schedule(cron).upcoming(at(start) - 1, at(end))
    assert shown(list(upcoming)) == minutes


def test_the_same_minute_comes_at_other_moments_elsewhere() -> None:
    nine = {
        place: schedule("0 9 * * *", timezone=place)
        for place in ("UTC", "Asia/Kolkata", "America/New_York")
    }
    looked = Clockwork(nine)
    found = [
        due.id for minute in range(1440) for due in looked.look(at("2024-05-01") + minute * 60)
    ]
    assert found == ["Asia/Kolkata", "UTC", "America/New_York"]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows has one zone for all processes")
def test_the_zone_of_this_machine_is_taken_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", BERLIN)
    time.tzset()
    try:
        here = schedule("30 2 * * *", timezone="")
        for start, end in (("2024-03-30", "2024-04-01 12:00"), ("2024-10-26", "2024-10-28 12:00")):
            there = schedule("30 2 * * *").upcoming(at(start), at(end))
            assert list(here.upcoming(at(start), at(end))) == list(there)
    finally:
        monkeypatch.undo()
        time.tzset()


FIELDS = st.sampled_from(
    ["* * * * *", "*/7 * * * *", "0 0 1 * *", "5,35 */3 * * mon", "0 12 13 * fri", "59 23 28-31 * *",
     "0 2 * mar,oct sun", "*/20 1-3 * 3,10 *"]
)  # fmt: skip
YEAR = at("2024-01-01")


@given(FIELDS, st.integers(0, 366 * 24 * 60 - 3000))
@settings(max_examples=60, deadline=None)
def test_the_next_times_are_the_minutes_that_match(cron: str, start: int) -> None:
    found = schedule(cron)
    begin = YEAR + start * 60
    matching = [begin + m * 60 for m in range(1, 3000) if found.matches(int(begin // 60) + m)]
    assert list(found.upcoming(begin, begin + 2999 * 60)) == matching


@given(st.lists(st.integers(-7200, 290), max_size=60))
@settings(max_examples=300, deadline=None)
def test_steps_of_the_clock_neither_lose_nor_double_a_minute(steps: list[int]) -> None:
    works = Clockwork({"s": schedule("*/2 * * * *"), "t": schedule("0 * * * *")})
    moment = highest = at("2024-05-01 10:00")
    begin = moment
    minutes: dict[str, list[int]] = {"s": [], "t": []}
    for step in (0, *steps):
        moment += step
        highest = max(highest, moment)
        for due in works.look(moment):
            minutes[due.id].append(due.minute)
    passed = range(int(begin // 60), int(highest // 60) + 1)
    assert minutes["s"] == [minute for minute in passed if minute % 2 == 0]
    assert minutes["t"] == [minute for minute in passed if minute % 60 == 0]


def test_an_hour_of_late_looks_fires_each_minute_in_it_once() -> None:
    works = Clockwork({"s": schedule("* * * * *")})
    found = fired(works, "2024-05-01 10:00", "2024-05-01 11:00", every_s=97.3)
    assert found == [f"05-01 10:{minute:02d}" for minute in range(len(found))]
    assert len(found) in (59, 60)


def test_a_jump_ahead_replays_nothing() -> None:
    works = Clockwork({"s": schedule("* * * * *")})
    works.look(at("2024-05-01 10:00"))
    jump = [due.minute * 60.0 for due in works.look(at("2024-05-01 18:30"))]
    assert shown(jump) == ["05-01 18:30"]


def test_a_jump_ahead_is_made_up_for_once_where_that_is_asked_for() -> None:
    works = Clockwork({"s": schedule("0 * * * *", missedRuns="once"), "t": schedule("0 * * * *")})
    works.look(at("2024-05-01 10:30"))
    due = works.look(at("2024-05-01 18:30"))
    assert [(each.id, each.missed) for each in due] == [("s", True)]


def test_a_clock_set_back_by_a_year_does_not_silence_a_schedule_for_a_year() -> None:
    works = Clockwork({"s": schedule("* * * * *")})
    works.look(at("2025-05-01 10:00"))
    assert fired(works, "2024-05-01 10:00", "2024-05-01 10:01") == ["05-01 10:00", "05-01 10:01"]


def test_a_restart_within_a_minute_does_not_fire_it_again() -> None:
    before = Clockwork({"s": schedule("* * * * *")})
    assert before.look(at("2024-05-01 10:00"))
    after = Clockwork({"s": schedule("* * * * *")}, fired=dict(before.fired))
    assert after.look(at("2024-05-01 10:00") + 30) == []
    assert after.look(at("2024-05-01 10:01"))


def test_a_restart_across_a_minute_does_not_lose_it() -> None:
    works = Clockwork({"s": schedule("0 10 * * *")})
    assert fired(works, "2024-05-01 08:00:45", "2024-05-01 08:02") == ["05-01 08:00"]


@pytest.mark.parametrize(
    ("policy", "since", "now", "made_up"),
    [
        ("once", "2024-05-01 10:00", "2024-05-03 12:00", True),
        ("skip", "2024-05-01 10:00", "2024-05-03 12:00", False),
        ("once", "2024-05-03 10:00", "2024-05-03 12:00", False),
        ("once", "2024-05-02 21:59", "2024-05-02 22:00:30", False),  # comes by itself
        ("once", "2024-05-02 21:59", "2024-05-02 22:01:30", True),
    ],
)
def test_what_came_while_nothing_ran_is_made_up_for_once_on_start(
    policy: str, since: str, now: str, made_up: bool
) -> None:
    works = Clockwork({"s": schedule("0 0 * * *", missedRuns=policy)})
    assert bool(works.missed({"s": at(since)}, at(now))) is made_up


def test_a_schedule_made_anew_takes_up_with_the_next_minute() -> None:
    works = Clockwork({"s": schedule("0 * * * *")})
    works.look(at("2024-05-01 10:00"))
    works.schedules = {"s": schedule("* * * * *")}
    assert works.look(at("2024-05-01 10:00") + 30) == []
    assert len(works.look(at("2024-05-01 10:01"))) == 1


def test_five_times_are_found_even_of_the_rarest_day() -> None:
    years = [schedule("0 0 29 2 *").zone.local(m).year for m in
             islice(schedule("0 0 29 2 *").upcoming(at("2024-03-01")), 5)]  # fmt: skip
    assert years == [2028, 2032, 2036, 2040, 2044]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"cron": 5}, "cron is no text"),
        ({"cron": "0 0 * *"}, "cron '0 0 * *': 4 fields, not five"),
        ({"timezone": "Mars/Olympus"}, "there is no time zone 'Mars/Olympus'"),
        ({"timezone": "../../etc/passwd"}, "there is no time zone"),
        ({"missedRuns": "all"}, "missedRuns is 'all', not one of skip, once"),
        ({"overlap": True}, "overlap is 'True', not one of skip, allow"),
        ({"jitter": -1}, "jitter is '-1', not seconds from 0 to 3600"),
        ({"jitter": "soon"}, "jitter is 'soon'"),
    ],
)
def test_what_cannot_be_followed_is_named(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(BadSchedule, match=message.replace("*", r"\*").replace("(", r"\(")):
        schedule_of({"cron": "* * * * *", **parameters})


def test_without_time_zones_on_the_machine_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import zoneinfo

    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    try:
        with pytest.raises(BadSchedule, match="install the package tzdata"):
            schedule("* * * * *")
        assert schedule("* * * * *", timezone="utc").matches(0)
    finally:
        zoneinfo.reset_tzpath()


def test_late_is_what_is_caught_up_with_and_no_more() -> None:
    works = Clockwork({"s": schedule("* * * * *")})
    works.look(at("2024-05-01 10:00"))
    assert len(works.look(at("2024-05-01 10:00") + CATCH_UP * 60)) == CATCH_UP
    assert len(works.look(at("2024-05-01 11:00"))) == 1
