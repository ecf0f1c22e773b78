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
_PAIRS = [one + other for one in _LETTERS for other in _LETTERS]
_BASE = len(_PAIRS)
_STEP_S = 900
_RANDOM_PAIRS = 4
_ENTROPY = 12  # bytes; so many more than needed that no remainder is favoured


def new_id() -> str:
    """Return the id for a record made now."""
    return id_at(time.time(), int.from_bytes(secrets.token_bytes(_ENTROPY)))


def id_at(moment_s: float, number: int) -> str:
    """Return the id made of a moment and a large number; the first part repeats in 40 days."""
    text = _PAIRS[int(moment_s // _STEP_S) % _BASE]
    for _ in range(_RANDOM_PAIRS):
        number, pair = divmod(number, _BASE)
        text += _PAIRS[pair]
    return text
