"""Ids of new records: unlike each other, near each other in time, and of one form."""

import re

from noodl_runtime.store.record_ids import id_at, new_id

NOON, LARGE = 1_714_557_600.0, 62**8 - 1


def test_ids_are_ten_letters_and_digits_and_never_the_same() -> None:
    ids = [new_id() for _ in range(2000)]

    assert all(re.fullmatch(r"[A-Za-z0-9]{10}", each) for each in ids)
    assert len({*ids}) == len(ids)


def test_ids_of_one_time_begin_alike_and_later_ones_come_after_them() -> None:
    assert id_at(NOON, 0)[:2] == id_at(NOON + 60, LARGE)[:2]
    assert id_at(NOON, LARGE) < id_at(NOON + 900, 0)


def test_every_number_below_62_to_the_8_makes_an_id_of_its_own() -> None:
    numbers = [0, 1, 61, 62, 3843, 3844, 62**4, LARGE]

    assert len({id_at(NOON, number) for number in numbers}) == len(numbers)
    assert id_at(NOON, 62**8) == id_at(NOON, 0)
