"""Bytes of clients: one reading, and the code that each broken one is closed with."""

import random

import pytest

from noodl_runtime.errors import BadFrame
from noodl_runtime.realtime.frames import (
    NO_CODE,
    Decoder,
    Received,
    close_frame,
    frame,
    read_close,
)
from tests.runtime.realtime.clients import MASK, masked

HELLO = masked(b"hello")
TEXT, BINARY, PING = "text", "binary", "ping"

READ = [
    # bytes                                                            messages
    (b"",                                                              []),
    (HELLO,                                                            [(TEXT, b"hello")]),
    (HELLO + HELLO,                                                    [(TEXT, b"hello"), (TEXT, b"hello")]),
    (masked(b""),                                                      [(TEXT, b"")]),
    (masked(b"\xff", 2),                                               [(BINARY, b"\xff")]),
    (masked(b"x" * 126),                                               [(TEXT, b"x" * 126)]),
    (masked(b"he", last=False) + masked(b"llo", 0),                    [(TEXT, b"hello")]),
    (masked(b"h", last=False) + masked(b"p", 9) + masked(b"i", 0),     [(PING, b"p"), (TEXT, b"hi")]),
    (masked(b"\xc3", last=False) + masked(b"\xa9", 0),                 [(TEXT, "é".encode())]),
    (masked(b"h", last=False),                                         []),
    (HELLO[:-1],                                                       []),
]  # fmt: skip


@pytest.mark.parametrize(("data", "messages"), READ)
def test_frames_become_messages(data: bytes, messages: list[tuple[str, bytes]]) -> None:
    assert list(Decoder(1000).feed(data)) == messages


@pytest.mark.parametrize(("data", "messages"), READ)
def test_it_does_not_matter_how_the_bytes_arrive(
    data: bytes, messages: list[tuple[str, bytes]]
) -> None:
    decoder = Decoder(1000)
    found = [got for byte in data for got in decoder.feed(bytes([byte]))]
    assert found == messages
    assert decoder.unfinished == (data in (HELLO[:-1], masked(b"h", last=False)))


BROKEN = [
    # bytes                                                            code
    (b"\x81\x05hello",                                                 1002),  # not masked
    (b"\xc1\x80" + MASK,                                               1002),  # a reserved bit
    (b"\x83\x80" + MASK,                                               1002),  # an unknown opcode
    (masked(b"x", 0),                                                  1002),  # goes on with nothing
    (masked(b"x", last=False) + masked(b"y"),                          1002),  # begins inside another
    (masked(b"p", 9, last=False),                                      1002),  # a ping in parts
    (b"\x89\xfe\x00\x7e" + MASK,                                       1002),  # a ping of 126 bytes
    (b"\x81\xfe\x00\x05" + MASK,                                       1002),  # a length with room to spare
    (b"\x81\xff" + (5).to_bytes(8, "big") + MASK,                      1002),
    (b"\x81\xff" + (1 << 63).to_bytes(8, "big") + MASK,                1002),
    (masked(b"\x03", 8),                                               1002),  # half a code
    (masked((1005).to_bytes(2, "big"), 8),                             1002),  # a code nobody says
    (masked((999).to_bytes(2, "big"), 8),                              1002),
    (masked((1000).to_bytes(2, "big") + b"\xff", 8),                   1007),
    (masked(b"\xff"),                                                  1007),
    (masked(b"\xc3"),                                                  1007),  # half a character
    (masked(b"\xed\xa0\x80"),                                          1007),  # half a surrogate pair
    (masked(b"\xff", last=False),                                      1007),  # at once, not at the end
    (b"\x81\xfe\x03\xe9" + MASK,                                       1009),  # 1001 bytes announced
    (b"\x82\xff" + (1 << 40).to_bytes(8, "big") + MASK,                1009),
    (masked(b"x" * 600, last=False) + b"\x80\xfe\x02\x58" + MASK,      1009),
    (masked(b"", last=False) + masked(b"", 0, last=False) * 2000,      1009),  # nothing, without end
]  # fmt: skip


@pytest.mark.parametrize(("data", "code"), BROKEN)
def test_what_is_broken_has_a_close_code(data: bytes, code: int) -> None:
    with pytest.raises(BadFrame) as caught:
        list(Decoder(1000).feed(data))
    assert caught.value.close_code == code


def test_random_bytes_are_messages_or_broken_and_nothing_else() -> None:
    dice = random.Random(7)
    codes = set()
    for _ in range(3000):
        decoder = Decoder(300)
        try:
            for _ in range(5):
                list(decoder.feed(dice.randbytes(dice.randrange(1, 200))))
        except BadFrame as error:
            codes.add(error.close_code)
    assert codes == {1002, 1007, 1009}


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_a_servers_frame_says_its_length(size: int) -> None:
    made = frame("text", b"x" * size)
    head = made[: len(made) - size]
    assert head[0] == 0x81
    assert head[1:] == {
        0: b"\x00", 125: b"\x7d", 126: b"\x7e\x00\x7e", 65535: b"\x7e\xff\xff",
        65536: b"\x7f\x00\x00\x00\x00\x00\x01\x00\x00",
    }[size]  # fmt: skip


def test_a_close_frame_never_says_more_than_fits() -> None:
    made = close_frame(1008, "ö" * 100)
    assert made[1] == len(made) - 2 <= 125
    assert read_close(made[2:])[1] == "ö" * 61
    assert close_frame(NO_CODE) == b"\x88\x00"
    assert list(Decoder(9).feed(masked(b"", 8))) == [Received("close", b"")]
