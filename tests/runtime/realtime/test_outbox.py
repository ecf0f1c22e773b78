"""What waits for a client: in order, and never more than its bound."""

import json

from noodl_runtime.realtime.frames import close_frame, frame
from noodl_runtime.realtime.messages import Message, answer, event
from noodl_runtime.realtime.outbox import Bound, Outbox


def lines(message: Message) -> bytes:
    return message.text + b"\n"


def make(messages: int = 10, size: int = 10_000) -> Outbox:
    return Outbox(Bound(messages, size), lines, lambda code, why: b"end %d" % code, lambda: None)


def happened(sequence: int, size: int = 1) -> Message:
    return event("create", b'"%b"' % (b"x" * size), 0, sequence, None)


def waiting(outbox: Outbox) -> list[object]:
    """Take everything: sequence numbers of events, types of other messages."""
    taken = b""
    while data := outbox.take():
        taken += data
    told = [json.loads(line) for line in taken.splitlines()]
    return [each["sequence"] if "event" in each else each["type"] for each in told]


def test_messages_leave_in_the_order_in_which_they_came() -> None:
    outbox = make()
    for each in (happened(1), answer("pong"), happened(2)):
        outbox.put(each)
    assert waiting(outbox) == [1, "pong", 2]
    assert (len(outbox), outbox.size, outbox.take()) == (0, 0, b"")


def test_who_does_not_keep_up_loses_events_and_is_told_once() -> None:
    outbox = make(messages=10)
    outbox.put(answer("pong"))
    for sequence in range(1, 100):
        outbox.put(happened(sequence))
        assert len(outbox) <= 10
    told = waiting(outbox)
    assert told[:2] == ["pong", "resync"]
    assert told[2:] == list(range(100 - len(told[2:]), 100)), "what follows has no gap"


def test_the_bound_is_also_one_of_bytes() -> None:
    outbox = make(messages=1000, size=5000)
    for sequence in range(1, 50):
        outbox.put(happened(sequence, size=1000))
        assert outbox.size <= 5000
    assert waiting(outbox)[0] == "resync"


def test_one_message_that_is_larger_than_everything_still_goes() -> None:
    outbox = make(size=100)
    outbox.put(happened(1, size=1000))
    assert waiting(outbox) == [1]


def test_resync_says_how_far_it_reaches() -> None:
    outbox = make(messages=3)
    for sequence in range(1, 6):
        outbox.put(happened(sequence))
    told = [json.loads(line) for line in outbox.take().splitlines()]
    assert told[0]["sequence"] == told[1]["sequence"] - 1


def test_who_asks_and_does_not_read_the_answers_is_closed() -> None:
    outbox = make(messages=3)
    for _ in range(4):
        outbox.put(answer("pong"))
    assert outbox.ended
    assert outbox.take() == b"end 1013"


def test_events_make_room_for_answers_and_pings() -> None:
    outbox = make(messages=3)
    for sequence in (1, 2, 3):
        outbox.put(happened(sequence))
    outbox.put(answer("pong"))
    outbox.put_piece(b'{"type":"a ping"}\n')
    assert not outbox.ended
    assert waiting(outbox) == ["resync", "pong", "a ping"]


def test_nothing_comes_behind_the_end() -> None:
    outbox = make()
    outbox.put(happened(1))
    outbox.end(1001, "")
    outbox.put(happened(2))
    outbox.end(1002, "")
    assert outbox.take() == lines(happened(1)) + b"end 1001"


def test_a_message_is_framed_once_for_all() -> None:
    framed = []

    def form(message: Message) -> bytes:
        framed.append(message)
        return frame("text", message.text)

    boxes = [Outbox(Bound(9, 999), form, close_frame, lambda: None) for _ in "abc"]
    message = happened(1)
    for box in boxes:
        box.put(message)
    assert len(framed) == 1
    assert {box.take() for box in boxes} == {frame("text", message.text)}
