"""Conversions and comparisons as JavaScript defines them: String(x), Number(x), ===, ==, <."""

import math
import re
from collections.abc import Iterable
from typing import Any

from noodl_runtime.workflow.js.dates import date_text
from noodl_runtime.workflow.js.values import (
    UNDEFINED,
    Array,
    CloudFile,
    Moment,
    Object,
    ScriptError,
    Value,
)

_FALSY = (None, False, 0, "", UNDEFINED)
_SAFE = 2**53


def truthy(value: Value) -> bool:
    """Tell what `if (value)` would do; empty lists and dicts are true."""
    if value is True or value is False:
        return value
    if value is None or value is UNDEFINED:
        return False
    if isinstance(value, str):
        return value != ""
    if isinstance(value, int | float):
        return value != 0 and value == value
    return True


def is_number(value: Value) -> bool:
    """Tell whether typeof is "number"."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_primitive(value: Value) -> bool:
    """Tell whether a value is copied rather than referred to."""
    return value is None or value is UNDEFINED or isinstance(value, str | int | float)


def normal(number: float) -> float | int:
    """Return a number in its plainest form: 3.0 is 3; -0.0, NaN and what is not whole stay."""
    if isinstance(number, int):
        return number if -_SAFE <= number <= _SAFE else float(number)
    if number.is_integer() and abs(number) <= _SAFE and (number or math.copysign(1, number) > 0):
        return int(number)
    return number


def number_text(number: float) -> str:
    """Return String(number): 1e21, 0.1, -5, NaN, Infinity."""
    if number != number:
        return "NaN"
    if number in (math.inf, -math.inf):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "0"
    if isinstance(number, int) and abs(number) <= _SAFE:
        return str(number)
    sign = "-" if number < 0 else ""
    digits, point = _shortest(abs(float(number)))
    return sign + _placed(digits, point)


def _shortest(number: float) -> tuple[str, int]:
    """Return the shortest digits that read back as `number` and where the point stands."""
    mantissa, _, exponent = f"{number!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    return digits.rstrip("0"), point


def _placed(digits: str, point: int) -> str:
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    power = f"e{'+' if point > 0 else '-'}{abs(point - 1)}"
    return digits[0] + ("." + digits[1:] if count > 1 else "") + power


def to_text(value: Value) -> str:
    """Return String(value)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    return _object_text(value)


def _object_text(value: Value) -> str:
    if isinstance(value, list):
        return ",".join("" if v is None or v is UNDEFINED else to_text(v) for v in value)
    if isinstance(value, Moment):
        return date_text(value.ms)
    if isinstance(value, CloudFile):
        return value.url
    return "[object Object]"


def method_text(value: Value) -> str:
    """Return value.toString(), which null and undefined do not have."""
    if value is None or value is UNDEFINED:
        raise ScriptError(f"Cannot read properties of {to_text(value)} (reading 'toString')")
    return to_text(value)


_DECIMAL = re.compile(r"[+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_RADIX = {"0x": 16, "0o": 8, "0b": 2}


def to_number(value: Value) -> float | int:
    """Return Number(value)."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if value is None:
        return 0
    if value is UNDEFINED:
        return math.nan
    if isinstance(value, Moment):
        return normal(value.ms)
    return _text_number(to_text(value).strip())


def _text_number(text: str) -> float | int:
    if not text:
        return 0
    if radix := _RADIX.get(text[:2].lower()):
        try:
            return normal(int(text[2:], radix)) if "_" not in text else math.nan
        except ValueError:
            return math.nan
    return normal(float(text)) if _DECIMAL.fullmatch(text) else math.nan


def strict_equal(left: Value, right: Value) -> bool:
    """Tell left === right; lists, dicts and Objects are equal to themselves only."""
    if left is right:
        return left == left if isinstance(left, float) else True
    if is_number(left) and is_number(right):
        return bool(left == right)
    return isinstance(left, str) and isinstance(right, str) and left == right


def loose_equal(left: Value, right: Value) -> bool:
    """Tell left == right."""
    nullish = (left is None or left is UNDEFINED, right is None or right is UNDEFINED)
    if any(nullish):
        return all(nullish)
    if not is_primitive(left) and not is_primitive(right):
        return left is right
    left, right = _primitive(left), _primitive(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return bool(to_number(left) == to_number(right))


def less(left: Value, right: Value) -> bool:
    """Tell left < right: texts by UTF-16 units, everything else as numbers."""
    left, right = _primitive(left, number=True), _primitive(right, number=True)
    if isinstance(left, str) and isinstance(right, str):
        return units(left) < units(right)
    return bool(to_number(left) < to_number(right))


def _primitive(value: Value, *, number: bool = False) -> Value:
    if is_primitive(value):
        return value
    return value.ms if number and isinstance(value, Moment) else to_text(value)


# -- texts are UTF-16 in JavaScript ----------------------------------------------------------------


def units(text: str) -> bytes:
    """Return the UTF-16 code units of a text, two bytes each, big end first: they sort rightly."""
    return text.encode("utf-16-be", "surrogatepass")


def length(text: str) -> int:
    """Return text.length."""
    return len(text) if text.isascii() else len(units(text)) // 2


def substring(text: str, start: int, stop: int) -> str:
    """Return the UTF-16 units from start up to stop."""
    if text.isascii():
        return text[start:stop]
    return units(text)[start * 2 : stop * 2].decode("utf-16-be", "surrogatepass")


# -- keys ------------------------------------------------------------------------------------------

_INDEX = re.compile(r"0|[1-9]\d{0,9}")


def is_index(name: str) -> bool:
    """Tell whether a property name is a canonical array index: "0", "25", not "01"."""
    return name[:1].isdigit() and _INDEX.fullmatch(name) is not None and int(name) < 2**32 - 1


def ordered(names: Iterable[str]) -> list[str]:
    """Return property names in JavaScript's order: indices ascending, then the rest as is."""
    plain = list(names)
    indices = [name for name in plain if is_index(name)]
    if not indices:
        return plain
    return sorted(indices, key=int) + [name for name in plain if not is_index(name)]


def kind_of(value: Value) -> str:
    """Name what a value is: object (an Object), array, date, file, plain, or "" for primitives."""
    return _KINDS.get(type(value), "" if is_primitive(value) else "plain")


_KINDS: dict[type[Any], str] = {
    Object: "object",
    Array: "array",
    list: "array",
    tuple: "array",
    dict: "plain",
    Moment: "date",
    CloudFile: "file",
}
