"""The text of an Expression node: the names in it, and its code where no engine is needed."""

import re
from collections.abc import Iterable
from functools import lru_cache

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.expression import FUNCTIONS, RESERVED, Code, compile_expression

_STRINGS = (re.compile(r'"[^"]*"'), re.compile(r"'[^']*'"))
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9._$]*")
_NOT_INPUTS = frozenset(FUNCTIONS) | {
    "pi", "random", "Math", "window", "document", "Vars",
    "undefined", "null", "true", "false", "Boolean",
}  # fmt: skip


_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def can_be_names(names: Iterable[str]) -> bool:
    """Tell whether inputs can be parameters of a function; one that cannot spoils it all."""
    return all(_IDENTIFIER.fullmatch(name) and name not in RESERVED for name in names)


def shadow_nothing(names: Iterable[str]) -> bool:
    """Tell whether no input takes the place of something the small evaluator knows by name."""
    return _NOT_INPUTS.isdisjoint(names)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An expression: its text, the inputs it names in order, its code if it is a simple one."""

    text: str
    names: tuple[str, ...]
    code: Code | None


@lru_cache(maxsize=4096)
def prepare(text: str) -> Prepared:
    """Find the names of an expression and compile it if that needs no engine."""
    rest = text
    for pattern in _STRINGS:
        rest = pattern.sub("", rest)
    found = (match[0].split(".")[0] for match in _NAME.finditer(rest))
    names = tuple(dict.fromkeys(name for name in found if name not in _NOT_INPUTS))
    return Prepared(text, names, compile_expression(text))
