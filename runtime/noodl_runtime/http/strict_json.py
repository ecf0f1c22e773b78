"""JSON as it is written down: no NaN, no endless nesting, no half characters, in or out.

Python's json takes and makes more than JSON: NaN, Infinity, 1e999, lone halves of surrogate
pairs; and a deep text can exhaust the stack. Here the ordinary text pays three fast scans, and
only a text that looks odd pays for a closer look. Of a key that stands twice the last one counts.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any

from noodl_runtime.errors import BadJson

Hook = Callable[[dict[str, Any]], Any]

# Matches at every quote, closed or not, so that it never looks at a byte twice.
_STRINGS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# Fewer digits and a smaller exponent than these cannot reach past the largest double.
_MAY_BE_HUGE = re.compile(rb"(?<![0-9])[0-9]{200}|[eE]\+?[0-9]{3}")
_MAY_BE_HALF = re.compile(rb"\\u[dD][89a-fA-F]")


def read_json(data: bytes, what: str, *, max_nesting: int = 100, hook: Hook | None = None) -> Any:
    """Return the value of a JSON text.

    what: how messages call it: "the body", "where"
    hook: called with each object, innermost first; what it returns stands in its place
    raises: BadJson naming `what` and the reason
    """
    check_nesting(data, what, max_nesting)
    number = _finite if _MAY_BE_HUGE.search(data) else None
    try:
        text = data.decode("utf-8")
        if _MAY_BE_HALF.search(data):
            json.dumps(json.loads(text), ensure_ascii=False).encode()
        return json.loads(
            text,
            object_hook=hook,
            parse_constant=_no_constant,
            parse_float=number,
            parse_int=_whole if number else None,
        )
    except UnicodeDecodeError as error:
        raise BadJson(f"{what} is not UTF-8 at byte {error.start}") from error
    except UnicodeEncodeError as error:
        raise BadJson(f"{what} holds half of a surrogate pair; send the character whole") from error
    except json.JSONDecodeError as error:
        raise BadJson(f"{what} is not JSON: {error}") from error
    except RecursionError as error:
        raise BadJson(f"{what} is nested too deep") from error
    except ValueError as error:
        raise BadJson(f"{what} is not JSON: {error}") from error


def read_object(
    data: bytes, what: str, *, max_nesting: int = 100, hook: Hook | None = None
) -> dict[str, Any]:
    """Return the object of a JSON text. raises: BadJson, also for any other JSON value."""
    value = read_json(data, what, max_nesting=max_nesting, hook=hook)
    if not isinstance(value, dict):
        raise BadJson(f"{what} must be a JSON object, {{...}}")
    return value


def check_nesting(data: bytes, what: str, most: int) -> None:
    """Accept a text whose brackets are nested at most so deep; in time linear in its length.

    Each pass takes away the innermost pairs, so that the passes count the levels.
    """
    if data.count(b"[") + data.count(b"{") <= most:
        return
    brackets = _STRINGS.sub(b"", data).translate(None, _NOT_BRACKETS).translate(_BRACKETS)
    for _ in range(most):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    if b"[]" in brackets or len(brackets) > most:  # the latter: opened and never closed
        raise BadJson(f"{what} is nested deeper than {most} levels (setting max_nesting)")


def write_json(value: Any, default: Callable[[Any], Any] | None = None) -> bytes:
    """Return a value as compact JSON in UTF-8; a number that JSON cannot say becomes null.

    default: turns a value that JSON has no word for into one it has
    """
    try:
        return _dumps(value, default).encode()
    except ValueError:  # also UnicodeEncodeError
        return _dumps(_sayable(value), default).encode("utf-8", "replace")


def _dumps(value: Any, default: Callable[[Any], Any] | None) -> str:
    return json.dumps(
        value, default=default, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def _sayable(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _sayable(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_sayable(member) for member in value]
    return value


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is beyond what a double can hold")
    return number


def _whole(digits: str) -> int:
    _finite(digits)
    return int(digits)
