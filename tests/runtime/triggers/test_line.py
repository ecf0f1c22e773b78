"""The line of one trigger: order, pauses, positions; over every way that runs can end."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from noodl_runtime.store.contract import Change
from noodl_runtime.triggers.line import Line, Waiting


def changed(sequence: int, record: str) -> Change:
    return Change(sequence, "", "Order", "save", record, None, {})


def fed(line: Line, records: str) -> None:
    """Offer one change per letter, which names its record; "." is one that is not wanted."""
    for sequence, record in enumerate(records, 1):
        line.offer(changed(sequence, record), wanted=record != ".")


def startable(line: Line, now: float = 0) -> list[Waiting]:
    found = []
    while (waiting := line.start(now)) is not None:
        found.append(waiting)
    return found


def numbers(waiting: list[Waiting]) -> list[int]:
    return [each.change.sequence for each in waiting]


def test_records_go_beside_each_other_and_each_in_order() -> None:
    line = Line(0)
    fed(line, "aab.c")
    first = startable(line)
    assert numbers(first) == [1, 3, 5]
    line.finish(first[0])
    assert numbers(startable(line)) == [2]


def test_the_position_is_where_the_first_that_is_not_done_begins() -> None:
    line = Line(0)
    fed(line, "abc..")
    first = startable(line)
    line.finish(first[1])
    assert line.state() == {"position": 0, "ahead": [2]}
    line.finish(first[0])
    assert line.state() == {"position": 2, "ahead": []}
    line.finish(first[2])
    assert line.state() == {"position": 5, "ahead": []}


def test_a_failed_change_holds_up_its_record_alone_and_for_twice_as_long_each_time() -> None:
    line = Line(0, tries=3, pause_s=10)
    fed(line, "aab")
    first, other = startable(line)
    line.finish(other)
    assert line.fail(first, now=100)
    assert line.wakes_at() == 110
    assert startable(line, 109) == []
    assert startable(line, 110) == [first]
    assert line.fail(first, now=200)
    assert line.wakes_at() == 220
    assert startable(line, 220) == [first]
    assert not line.fail(first, now=300)
    line.finish(first)
    assert numbers(startable(line, 300)) == [2]


@given(st.text("abc.", max_size=40), st.data())
@settings(max_examples=200, deadline=None)
def test_however_runs_end_and_whenever_it_begins_anew_each_change_is_done_in_order(
    records: str, data: st.DataObject
) -> None:
    line, running, now = Line(0, tries=10**6), [], 0.0
    fed(line, records)
    done: dict[str, list[int]] = defaultdict(list)
    remembered = line.state()
    unnoted: list[int] = []
    for _ in range(600):
        now += 1000
        running += startable(line, now)
        if not running and not line.waiting:
            break
        ends = data.draw(st.sampled_from(["well"] * 5 + ["ill", "noted", "died"]))
        if ends == "noted":
            remembered, unnoted = line.state(), []
        elif ends == "died":
            line, running = Line(remembered["position"], remembered["ahead"], tries=10**6), []
            fed(line, records)
            unnoted = []
        elif running:
            one = running.pop(data.draw(st.integers(0, len(running) - 1)))
            if ends == "ill":
                line.fail(one, now)
            else:
                line.finish(one)
                done[one.change.object_id].append(one.change.sequence)
                unnoted.append(one.change.sequence)
    for record in set(records) - {"."}:
        wanted = [sequence for sequence, r in enumerate(records, 1) if r == record]
        first_times = list(dict.fromkeys(done[record]))
        assert first_times == wanted[: len(first_times)]
        if not line.waiting:
            assert first_times == wanted


def test_what_was_noted_as_done_is_not_done_again() -> None:
    line = Line(0)
    fed(line, "abab")
    first = startable(line)
    line.finish(first[1])
    state = line.state()
    anew = Line(state["position"], state["ahead"])
    fed(anew, "abab")
    assert numbers(startable(anew)) == [1, 4]
