"""Schedules over a real store: fired once, remembered, not on top of each other."""

from typing import Any

import gevent
import pytest

from noodl_runtime.backend import Backend
from noodl_runtime.triggers.timetable import Timetable
from tests.runtime.triggers.conftest import Begin, end, told, triggers_of, until
from tests.runtime.workflow.graphs import component, document, node, script

HOUR = 3600.0
TEN = 1714557600.0  # 2024-05-01 10:00 UTC


def nightly(name: str = "Nightly", text: str = "Outputs.Done()", **parameters: Any) -> Any:
    """A schedule that runs a script and then writes into the log."""
    return component(
        name,
        [
            node("t", "noodl.trigger.schedule", **{"timezone": "UTC", **parameters}),
            script("f", text, "Done"),
            node("i", "noodl.local.insert", collection="Log", **{"prop-what": name}),
        ],
        "t.triggered -> f.run, f.out-Done -> i.insert",
    )


def timetable(backend: Backend) -> Timetable:
    """The timetable, which tests hand the time to; its own look at the clock is stopped."""
    found = triggers_of(backend)._timetable
    found.stop()
    return found


def shown(backend: Backend) -> dict[str, Any]:
    (one,) = triggers_of(backend).all()
    return one


def idle(backend: Backend) -> bool:
    return not timetable(backend)._begun.total()


class Clock:
    """A clock that shows what it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = TEN
        monkeypatch.setattr("noodl_runtime.triggers.triggers.CLOCK", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def hours(backend: Backend, clock: Clock, count: float) -> None:
    """Let the clock run for hours, looked at every twenty seconds, each run to its end."""
    for _ in range(int(count * HOUR / 20)):
        clock.now += 20
        timetable(backend).look(clock.now)
        until(lambda: idle(backend))


def test_an_hour_of_simulated_time_has_sixty_minutes_and_no_drift(
    begin: Begin, clock: Clock
) -> None:
    backend = begin(nightly(cron="* * * * *"))
    hours(backend, clock, 1)
    assert len(told(backend)) == 61  # with the minute in which it began
    assert backend.functions
    assert backend.functions.history
    kept = backend.functions.history
    minutes = [
        (kept.fetch(run["id"]) or {})["firedBy"]["minute"] - TEN // 60
        for run in reversed(kept.newest(100))
    ]
    assert minutes == list(range(61))


def test_the_run_is_told_when_it_was_fired(begin: Begin, clock: Clock) -> None:
    tells = component(
        "Tells",
        [
            node("t", "noodl.trigger.schedule", cron="0 11 * * *", timezone="UTC"),
            script("f", "Outputs.v = Inputs.last.toISOString(); Outputs.Done()", "Done"),
            node("i", "noodl.local.insert", collection="Log"),
        ],
        "t.lastRun -> f.in-last, t.triggered -> f.run, f.out-v -> i.prop-what, f.out-Done -> i.insert",
    )
    backend = begin(tells)
    hours(backend, clock, 1.1)
    assert told(backend) == ["2024-05-01T11:00:00.000Z"]


def test_one_that_is_switched_off_does_not_fire_but_by_hand(begin: Begin, clock: Clock) -> None:
    backend = begin(nightly(cron="* * * * *", enabled=False))
    hours(backend, clock, 0.1)
    assert told(backend) == []
    assert shown(backend)["next"] == []
    triggers_of(backend).fire(shown(backend)["id"], {}, "c1")
    assert told(backend) == ["Nightly"]


def test_one_with_a_wrong_expression_is_named_and_fires_by_hand(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    backend = begin(nightly(cron="0 0 0 * * *"))
    assert shown(backend)["problem"].startswith("cron '0 0 0 * * *': 6 fields, not five")
    assert "workflows/t.workflow.json" in caplog.text
    triggers_of(backend).fire(shown(backend)["id"], {}, "c1")
    assert told(backend) == ["Nightly"]


def test_what_is_connected_with_a_parameter_is_told_to_be_ignored(
    begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = [
        node("s", "String", value="@daily"),
        node("t", "noodl.trigger.schedule", cron="0 12 * * *"),
    ]
    backend = begin(component("T", nodes, "s.savedValue -> t.cron"))
    assert shown(backend)["meaning"] == "at 12:00"
    assert "what is connected with cron is ignored" in caplog.text


SLOW = "await new Promise(done => setTimeout(done, 40)); Outputs.Done()"


@pytest.mark.parametrize(("overlap", "runs", "skipped"), [("skip", 1, 1), ("allow", 2, None)])
def test_a_run_on_top_of_the_one_before_is_skipped_unless_it_is_allowed(
    begin: Begin, clock: Clock, overlap: str, runs: int, skipped: int | None
) -> None:
    backend = begin(nightly(text=SLOW, cron="* * * * *", overlap=overlap))
    timetable(backend).look(TEN + 60)
    timetable(backend).look(TEN + 120)
    until(lambda: idle(backend))
    assert len(told(backend)) == runs
    assert shown(backend)["counts"].get("skipped") == skipped


def test_jitter_puts_a_firing_off_by_chance_and_never_doubles_it(
    begin: Begin, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return 0.03

    monkeypatch.setattr("random.uniform", uniform)
    backend = begin(nightly(cron="* * * * *", jitter=90))
    timetable(backend).look(TEN + 60)
    timetable(backend).look(TEN + 120)  # the one before still waits
    assert shown(backend)["running"] == 0
    until(lambda: idle(backend))
    assert asked == [(0, 90)]
    assert told(backend) == ["Nightly"]
    assert shown(backend)["counts"] == {"skipped": 1, "fired": 1}


def test_a_restart_fires_no_minute_twice_and_knows_the_last_run(begin: Begin, clock: Clock) -> None:
    backend = begin(nightly(cron="0 * * * *"))
    until(lambda: told(backend))
    end(backend)
    clock.now += 30
    again = begin(nightly(cron="0 * * * *"))
    timetable(again).look(clock.now)
    assert shown(again)["lastRun"] == "2024-05-01T10:00:00.000Z"
    hours(again, clock, 1)
    assert len(told(again)) == 2


@pytest.mark.parametrize(("missed", "runs"), [("once", 2), ("skip", 1)])
def test_what_came_while_it_was_off_is_made_up_for_once_if_asked_for(
    begin: Begin, clock: Clock, missed: str, runs: int
) -> None:
    backend = begin(nightly(cron="0 * * * *", missedRuns=missed))
    until(lambda: told(backend))
    end(backend)
    clock.now += 5 * HOUR + 700
    again = begin(nightly(cron="0 * * * *", missedRuns=missed))
    until(lambda: idle(again))
    assert len(told(again)) == runs


def test_a_schedule_that_means_something_else_than_before_has_missed_nothing(
    begin: Begin, clock: Clock
) -> None:
    end(begin(nightly(cron="0 0 1 1 *", missedRuns="once")))
    clock.now += 5 * HOUR + 700
    again = begin(nightly(cron="0 * * * *", missedRuns="once"))
    until(lambda: idle(again))
    assert told(again) == []


def test_a_reload_takes_effect_with_the_next_minute(begin: Begin, clock: Clock) -> None:
    backend = begin(nightly("Old", cron="* * * * *"))
    until(lambda: told(backend))
    assert backend.functions
    backend.functions.load([("t.workflow.json", document(nightly("New", cron="* * * * *")))])
    timetable(backend).look(TEN + 30)
    until(lambda: idle(backend))
    assert told(backend) == ["Old"]
    timetable(backend).look(TEN + 60)
    until(lambda: idle(backend))
    assert told(backend) == ["Old", "New"]


def test_one_that_is_taken_out_as_it_fires_leaves_nothing_behind(
    begin: Begin, clock: Clock
) -> None:
    backend = begin(nightly(cron="* * * * *"))
    timetable(backend).look(TEN + 60)
    assert backend.functions
    backend.functions.load([])
    until(lambda: idle(backend))
    assert backend.store.remembered("schedules") == {}


def test_a_stop_lets_a_schedule_run_that_has_just_fired(begin: Begin, clock: Clock) -> None:
    backend = begin(nightly(cron="* * * * *"))
    timetable(backend).look(TEN + 60)
    triggers_of(backend).hold()
    triggers_of(backend).stop()
    assert told(backend) == ["Nightly"]
    backend.triggers = None
    backend.close()


def test_a_stop_does_not_wait_for_jitter_and_loses_no_run_to_it(
    begin: Begin, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda _low, high: high)
    backend = begin(nightly(cron="* * * * *", jitter=3600))
    timetable(backend).look(TEN + 60)
    gevent.sleep(0)
    triggers_of(backend).hold()
    triggers_of(backend).stop()
    assert told(backend) == ["Nightly"]
    backend.triggers = None
    backend.close()


def test_the_listing_says_it_in_words_with_the_next_five_times(begin: Begin, clock: Clock) -> None:
    backend = begin(nightly(cron="0 12 * * mon-fri"))
    found = shown(backend)
    assert found["meaning"] == "at 12:00, on Monday to Friday"
    assert [moment[5:16] for moment in found["next"]] == [
        "05-01T12:00", "05-02T12:00", "05-03T12:00", "05-06T12:00", "05-07T12:00",
    ]  # fmt: skip
