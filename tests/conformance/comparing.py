"""Compare an answer with an expected one that holds placeholders.

  "$id:x", "$token:x"   some text; the same label is always the same text, another label another
  "$date:x", "$date"    a moment as ISO text; equal labels mean equal moments
  "$any", "$text"       anything; any text that is not empty
  "$re:PATTERN"         a text in which the pattern is found
  {"$set": [...]}       these elements in any order
  {"$len": 3}           a list of so many elements
  {"$has": {...}, "$lacks": [...]}   an object with these members and without those

Labels may also stand in requests, as keys, and inside longer texts.
"""

import re
from typing import Any

LABEL = re.compile(r"\$(?:id|token|date|file|filename):\w+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

Bound = dict[str, str]


class Different(AssertionError):
    """The answer is not the expected one; the message names the place."""


def filled(value: Any, bound: Bound) -> Any:
    """Return a value with labels replaced by what they stand for."""
    if isinstance(value, str):
        return LABEL.sub(lambda match: bound.get(match[0], match[0]), value)
    if isinstance(value, list):
        return [filled(element, bound) for element in value]
    if isinstance(value, dict):
        return {filled(key, bound): filled(member, bound) for key, member in value.items()}
    return value


def compare(expected: Any, got: Any, bound: Bound, place: str = "body") -> None:
    """Accept an answer and bind its new labels. raises: Different."""
    if isinstance(expected, str):
        _compare_text(expected, got, bound, place)
    elif isinstance(expected, dict) and expected.keys() & _SPECIAL.keys():
        for name in expected.keys() & _SPECIAL.keys():
            _SPECIAL[name](expected[name], got, bound, place)
    elif isinstance(expected, dict):
        _require(isinstance(got, dict), expected, got, place)
        wanted = {filled(key, bound): member for key, member in expected.items()}
        _require(wanted.keys() == got.keys(), sorted(wanted), sorted(got), f"{place} keys")
        for key, member in wanted.items():
            compare(member, got[key], bound, f"{place}.{key}")
    elif isinstance(expected, list):
        _require(isinstance(got, list) and len(got) == len(expected), expected, got, place)
        for number, element in enumerate(expected):
            compare(element, got[number], bound, f"{place}[{number}]")
    else:
        same = got == expected and isinstance(got, bool) == isinstance(expected, bool)
        _require(same, expected, got, place)


def _compare_text(expected: str, got: Any, bound: Bound, place: str) -> None:
    if expected == "$any":
        return
    _require(isinstance(got, str), expected, got, place)
    if expected == "$text":
        _require(got != "", expected, got, place)
    elif expected == "$date":
        _require(bool(_MOMENT.fullmatch(got)), expected, got, place)
    elif expected.startswith("$re:"):
        _require(bool(re.search(expected[4:], got)), expected, got, place)
    elif LABEL.fullmatch(expected) and expected not in bound:
        _bind(expected, got, bound, place)
    else:
        _require(filled(expected, bound) == got, filled(expected, bound), got, place)


def _bind(label: str, got: str, bound: Bound, place: str) -> None:
    if label.startswith("$date:"):
        _require(bool(_MOMENT.fullmatch(got)), label, got, place)
    else:
        kind = label.split(":")[0]
        taken = [other for other, text in bound.items() if other.startswith(kind) and text == got]
        _require(got != "" and not taken, f"{label}, not that of {taken}", got, place)
    bound[label] = got


def _compare_set(expected: list[Any], got: Any, bound: Bound, place: str) -> None:
    _require(isinstance(got, list) and len(got) == len(expected), expected, got, place)
    rest = list(got)
    for element in expected:
        rest.remove(_first_like(element, rest, bound, place))


def _first_like(expected: Any, candidates: list[Any], bound: Bound, place: str) -> Any:
    for candidate in candidates:
        trial = dict(bound)
        try:
            compare(expected, candidate, trial, place)
        except Different:
            continue
        bound.update(trial)
        return candidate
    raise Different(f"{place}: nothing like {expected!r} in {candidates!r}")


def _compare_len(expected: int, got: Any, _bound: Bound, place: str) -> None:
    _require(isinstance(got, list) and len(got) == expected, f"{expected} elements", got, place)


def _compare_has(expected: dict[str, Any], got: Any, bound: Bound, place: str) -> None:
    _require(isinstance(got, dict), expected, got, place)
    for key, member in filled(expected, bound).items():
        _require(key in got, f"a member {key}", got, place)
        compare(member, got[key], bound, f"{place}.{key}")


def _compare_lacks(expected: list[str], got: Any, bound: Bound, place: str) -> None:
    there = set(filled(expected, bound)) & set(got)
    _require(not there, f"no members {expected}", got, place)


_SPECIAL: dict[str, Any] = {
    "$set": _compare_set,
    "$len": _compare_len,
    "$has": _compare_has,
    "$lacks": _compare_lacks,
}


def _require(holds: bool, expected: Any, got: Any, place: str) -> None:
    if not holds:
        raise Different(f"{place}: expected {expected!r}, got {got!r}")
