"""Compares what came with what was recorded, placeholders included."""

import math
import re
from collections.abc import Mapping
from typing import Any

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class Comparison:
    """One case's comparison; remembers which generated id stood for which placeholder."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def difference(self, expected: Any, got: Any, path: str = "") -> str:
        """Return where and how `got` differs, "" when it does not."""
        if isinstance(expected, str) and expected.startswith("$"):
            return "" if self._placeholder(expected, got) else f"{path}: {got!r} for {expected}"
        if isinstance(expected, Mapping):
            return self._mapping(expected, got, path)
        if isinstance(expected, list):
            return self._list(expected, got, path)
        if isinstance(expected, int | float) and not isinstance(expected, bool):
            same = isinstance(got, int | float) and not isinstance(got, bool)
            same = same and math.isclose(expected, got, rel_tol=1e-9, abs_tol=1e-9)
        else:
            same = type(expected) is type(got) and expected == got
        return "" if same else f"{path}: {got!r}, expected {expected!r}"

    def _placeholder(self, expected: str, got: Any) -> bool:
        if expected == "$any":
            return got is not None
        if not isinstance(got, str) or not got:
            return False
        if expected == "$date":
            return _DATE.fullmatch(got) is not None
        if expected.startswith("$id:"):
            return self._id(expected, got)
        return expected.startswith("$text:") or got == expected

    def _id(self, expected: str, got: str) -> bool:
        if expected in self._ids:
            return self._ids[expected] == got
        if got in self._ids.values():
            return False
        self._ids[expected] = got
        return True

    def _mapping(self, expected: Mapping[str, Any], got: Any, path: str) -> str:
        if set(expected) == {"$unordered"}:
            return self._unordered(expected["$unordered"], got, path)
        if not isinstance(got, Mapping) or set(got) != set(expected):
            return f"{path}: {got!r}, expected {expected!r}"
        found = (self.difference(expected[k], got[k], f"{path}.{k}") for k in expected)
        return next((text for text in found if text), "")

    def _list(self, expected: list[Any], got: Any, path: str) -> str:
        if not isinstance(got, list) or len(got) != len(expected):
            return f"{path}: {got!r}, expected {expected!r}"
        pairs = zip(expected, got, strict=True)
        found = (self.difference(e, g, f"{path}[{i}]") for i, (e, g) in enumerate(pairs))
        return next((text for text in found if text), "")

    def _unordered(self, expected: list[Any], got: Any, path: str) -> str:
        if not isinstance(got, list) or len(got) != len(expected):
            return f"{path}: {got!r}, expected {expected!r} in any order"
        left = list(got)
        for entry in expected:
            before = dict(self._ids)
            for place, candidate in enumerate(left):
                if not self.difference(entry, candidate):
                    del left[place]
                    break
                self._ids = dict(before)
            else:
                return f"{path}: no {entry!r} in {got!r}"
        return ""
