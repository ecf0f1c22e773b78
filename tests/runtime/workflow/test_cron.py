"""Cron expressions in the one form that pycron understands."""

import calendar
from datetime import datetime, timedelta

import pycron
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noodl_runtime.workflow.cron import cron_error, normalised

FORMS = [
    # written                         as pycron takes it
    ("* * * * *",                     "* * * * *"),
    ("\t0   9 *\t* * ",               "0 9 * * *"),
    ("@daily",                        "0 0 * * *"),
    ("@Hourly",                       "0 * * * *"),
    ("0 9 * * mon-fri",               "0 9 * * 1,2,3,4,5"),
    ("0 9 * * MON,Wednesday,7",       "0 9 * * 0,1,3"),
    ("0 9 * * fri-mon",               "0 9 * * 0,1,5,6"),
    ("0 9 * * 5-7",                   "0 9 * * 0,5,6"),
    ("0 9 * * 0-7",                   "0 9 * * 0,1,2,3,4,5,6"),
    ("0 9 * * 7-2",                   "0 9 * * 0,1,2"),
    ("0 9 * nov-feb *",               "0 9 * 1,2,11,12 *"),
    ("0 22-2 * * *",                  "0 0,1,2,22,23 * * *"),
    ("5/20 * * * *",                  "5,25,45 * * * *"),
    ("10-40/15 * * * *",              "10,25,40 * * * *"),
    ("*/15 * */2 * *",                "*/15 * */2 * *"),
    ("*/1 * * * *",                   "* * * * *"),
    ("*/30,7 * * * *",                "0,7,30 * * * *"),
    ("0-59 0-23 1-31 1-12 *",         "* * " + ",".join(map(str, range(1, 32))) + " * *"),
    ("0 0 ? * 1",                     "0 0 * * 1"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "form"), FORMS)
def test_an_expression_is_written_anew_with_numbers_only(written: str, form: str) -> None:
    assert normalised(written) == form
    assert normalised(form) == form


FIRST = datetime(2024, 2, 26)  # noqa: DTZ001 - the wall clock of no zone
MINUTES = st.integers(0, 60 * 24 * 400).map(lambda n: FIRST + timedelta(minutes=n))
WEEKDAY = [name[:3].lower() for name in calendar.day_name]


@given(MINUTES, st.integers(0, 6), st.integers(0, 6))
@settings(max_examples=200)
def test_a_range_of_weekdays_holds_those_that_follow_each_other(
    moment: datetime, first: int, more: int
) -> None:
    names = f"{WEEKDAY[first]}-{WEEKDAY[(first + more) % 7]}"
    expected = (moment.weekday() - first) % 7 <= more
    assert pycron.is_now(normalised(f"* * * * {names}"), moment) is expected


ANY = st.text("0123456789*/-,?#L @abcdjanmonsufri\t", max_size=30)


@given(st.one_of(ANY, st.lists(ANY, min_size=5, max_size=5).map(" ".join)))
@settings(max_examples=500)
def test_whatever_is_written_is_refused_with_a_sentence_or_understood(written: str) -> None:
    if cron_error(written) is None:
        assert pycron.is_now(normalised(written), FIRST) in (True, False)
