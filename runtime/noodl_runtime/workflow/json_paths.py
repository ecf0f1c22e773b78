"""Paths into JSON data: "$.items[0].name"; "$" is the whole."""

import re

from noodl_runtime.workflow.js.values import UNDEFINED, Value

_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\[(?:'([^']*)'|\"([^\"]*)\")\]")


def found_at(data: Value, path: str) -> Value:
    """Return what is at a path, UNDEFINED if there is nothing or the path is none."""
    path = path.strip().removeprefix("$")
    place = 0
    while place < len(path):
        match = _STEP.match(path, place)
        if match is None:
            return UNDEFINED
        data = _member(data, next(part for part in match.groups() if part is not None))
        place = match.end()
    return data


def _member(data: Value, name: str) -> Value:
    if isinstance(data, dict):
        return data.get(name, UNDEFINED)
    if isinstance(data, list) and name.isdecimal() and int(name) < len(data):
        return data[int(name)]
    return UNDEFINED
