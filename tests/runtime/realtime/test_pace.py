"""When a client is asked, given up, or too much; time is a number here."""

from noodl_runtime.realtime.pace import Allowance, Pulse


def test_a_client_is_asked_at_intervals_also_when_it_talks_all_the_time() -> None:
    pulse, asked = Pulse(0, ping_s=25, silence_s=60), []
    for now in range(100):
        pulse.heard(now)
        if pulse.asks(now):
            asked.append(now)
    assert asked == [25, 50, 75]
    assert not pulse.is_over(100)


def test_one_that_says_nothing_is_given_up() -> None:
    pulse = Pulse(0, ping_s=25, silence_s=60)
    assert [pulse.is_over(now) for now in (0, 59, 60)] == [False, False, True]
    pulse.heard(59)
    assert [pulse.is_over(now) for now in (60, 118, 119)] == [False, False, True]


def test_a_message_without_end_is_given_up_although_others_come_between() -> None:
    pulse = Pulse(0, ping_s=25, silence_s=60)
    for now in range(10, 71):
        pulse.heard(now)
        pulse.unfinished(now, begun=True)
        assert pulse.is_over(now) == (now == 70)
    pulse.unfinished(71, begun=False)
    assert not pulse.is_over(71)


def test_it_is_known_how_long_nothing_is_to_do() -> None:
    pulse = Pulse(0, ping_s=25, silence_s=60)
    assert pulse.wait_s(5) == 20
    assert pulse.asks(25)
    assert pulse.wait_s(25) == 25
    assert pulse.asks(50)
    assert pulse.wait_s(50) == 10


def test_an_allowance_is_used_up_and_comes_back() -> None:
    allowance = Allowance(10, now=0)
    assert [allowance.take(0) for _ in range(11)] == [True] * 10 + [False]
    assert not allowance.take(0.5)
    assert allowance.take(5)
