"""A small evaluator for the JavaScript expressions that need no engine.

`compile_expression` answers None for whatever it does not know exactly; the script engine takes
those. What it knows: literals, names, operators, `?:`, members of plain values, `min(…)` and the
like. It is also what reads the text of an array port: an expression without names.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from noodl_runtime.workflow.js.convert import (
    is_index,
    is_primitive,
    length,
    less,
    loose_equal,
    normal,
    strict_equal,
    to_number,
    to_text,
    truthy,
)
from noodl_runtime.workflow.js.values import UNDEFINED, Object, ScriptError, Value

Scope = Mapping[str, Value]
Code = Callable[[Scope], Value]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w$])"
    r"|(?P<name>[A-Za-z_$][\w$]*)"
    r"|(?P<text>\"(?:[^\"\\\n]|\\[nrtbfv0\\'\"/])*\"|'(?:[^'\\\n]|\\[nrtbfv0\\'\"/])*')"
    r"|(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||\?\?|\*\*|\?\.|<<|>>|\+\+|--|=>|[-+*/%<>!?:(),.\[\]{}])"
    r"|(?P<end>\s*$))",
    re.ASCII,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_WORDS = {"true": True, "false": False, "null": None, "undefined": UNDEFINED}
# Words that mean something else in JavaScript than a name; an expression with one needs the engine.
RESERVED = frozenset(
    {
        "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete",
        "do", "else", "enum", "export", "extends", "finally", "for", "function", "if", "import",
        "in", "instanceof", "new", "return", "super", "switch", "this", "throw", "try",
        "typeof", "var", "void", "while", "with", "yield", "let", "static", "await", "async",
        "of", "get", "set", "eval", "arguments",
    }
)  # fmt: skip
_BINARY = {
    "??": 1, "||": 2, "&&": 3, "==": 4, "!=": 4, "===": 4, "!==": 4,
    "<": 5, ">": 5, "<=": 5, ">=": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7,
}  # fmt: skip


class _Unknown(Exception):
    """The text is not of the small language."""


def compile_expression(text: str) -> Code | None:
    """Return the expression as a function of its names, None if it needs the engine."""
    try:
        parser = _Parser(text)
        code = parser.ternary()
        return code if parser.kind == "end" else None
    except (_Unknown, RecursionError):
        return None


def literal(text: str) -> Value:
    """Evaluate a text of literals only: "[1,{a:2}]". raises: ScriptError."""
    code = compile_expression(f"({text})")
    if code is None:
        raise ScriptError(f"cannot evaluate {text[:60]!r}: only literals are understood here")
    return code({})


class _Parser:
    """Reads one expression by precedence climbing and makes a closure of it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self.kind = self.token = ""
        self._next()

    def _next(self) -> str:
        taken = self.token
        match = _TOKEN.match(self._text, self._place)
        if match is None:
            raise _Unknown(self._text)
        self.kind = match.lastgroup or ""
        self.token = match[self.kind].strip()
        self._place = match.end()
        return taken

    def _at(self, sign: str) -> bool:
        if self.kind == "sign" and self.token == sign:
            self._next()
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._at(sign):
            raise _Unknown(self.token)

    def ternary(self) -> Code:
        """Read an expression without commas."""
        test = self._binary(1)
        if not self._at("?"):
            return test
        then = self.ternary()
        self._expect(":")
        other = self.ternary()
        return lambda scope: then(scope) if truthy(test(scope)) else other(scope)

    def _binary(self, lowest: int) -> Code:
        left = self._unary()
        mixed: set[str] = set()
        while self.kind == "sign" and _BINARY.get(self.token, 0) >= lowest:
            sign = self._next()
            mixed.add(sign)
            if "??" in mixed and mixed & {"||", "&&"}:
                raise _Unknown(sign)
            tighter = 4 if sign == "??" else _BINARY[sign] + 1
            left = _joined(sign, left, self._binary(tighter))
        return left

    def _unary(self) -> Code:
        for sign, apply in _UNARY.items():
            if self._at(sign):
                operand = self._unary()
                return lambda scope: apply(operand(scope))
        return self._member(self._primary())

    def _member(self, target: Code) -> Code:
        while True:
            if self._at("."):
                if self.kind != "name":
                    raise _Unknown(self.token)
                target = _member(target, _constant(self._next()))
            elif self._at("["):
                key = self.ternary()
                self._expect("]")
                target = _member(target, key)
            elif self.kind == "sign" and self.token in ("(", "?.", "++", "--", "=>"):
                raise _Unknown(self.token)
            else:
                return target

    def _primary(self) -> Code:
        if self.kind == "number":
            if re.match(r"0\d", self.token):
                raise _Unknown(self.token)
            return _constant(normal(float(self._next())))
        if self.kind == "text":
            return _constant(_unescaped(self._next()[1:-1]))
        if self.kind == "name":
            return self._name(self._next())
        if self._at("("):
            inner = self.ternary()
            self._expect(")")
            return inner
        if self._at("["):
            return self._list()
        if self._at("{"):
            return self._dict()
        raise _Unknown(self.token)

    def _name(self, name: str) -> Code:
        if name in _WORDS:
            return _constant(_WORDS[name])
        if name in RESERVED:
            raise _Unknown(name)
        if name == "Math" and self._at("."):
            name = "Math." + self._next()
        if (self.kind, self.token) == ("sign", "("):
            return self._call(name)
        if name in ("pi", "Math.PI"):
            return _constant(math.pi)
        if name in FUNCTIONS or name.startswith("Math"):
            raise _Unknown(name)
        return _lookup(name)

    def _call(self, name: str) -> Code:
        function = FUNCTIONS.get(name.removeprefix("Math."))
        if function is None:
            raise _Unknown(name)
        self._expect("(")
        arguments = self._upto(")", self.ternary)
        return lambda scope: function([to_number(code(scope)) for code in arguments])

    def _list(self) -> Code:
        items = self._upto("]", self.ternary)
        return lambda scope: [code(scope) for code in items]

    def _dict(self) -> Code:
        entries = self._upto("}", self._entry)
        return lambda scope: {key: code(scope) for key, code in entries}

    def _entry(self) -> tuple[str, Code]:
        if self.kind not in ("name", "text", "number"):
            raise _Unknown(self.token)
        kind, token = self.kind, self._next()
        if kind == "name" and self.kind == "sign" and self.token in (",", "}"):
            return token, self._name(token)
        self._expect(":")
        key = token if kind == "name" else _unescaped(token[1:-1]) if kind == "text" else token
        if key == "__proto__" or (kind == "number" and not is_index(key)):
            raise _Unknown(key)
        return key, self.ternary()

    def _upto(self, closing: str, read: Callable[[], Any]) -> list[Any]:
        found: list[Any] = []
        while not self._at(closing):
            found.append(read())
            if not self._at(","):
                self._expect(closing)
                break
        return found


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text)


def _constant(value: Value) -> Code:
    return lambda _scope: value


def _lookup(name: str) -> Code:
    def code(scope: Scope) -> Value:
        if name not in scope:
            raise ScriptError(f"{name} is not defined")
        return scope[name]

    return code


def _member(target: Code, key: Code) -> Code:
    return lambda scope: _get(target(scope), key(scope))


def _get(owner: Value, key: Value) -> Value:
    if owner is None or owner is UNDEFINED:
        raise ScriptError(f"Cannot read properties of {owner} (reading '{to_text(key)}')")
    name = to_text(key)
    if isinstance(owner, Object):
        return owner.id if name == "id" else owner.data.get(name, UNDEFINED)
    if isinstance(owner, dict):
        return owner.get(name, UNDEFINED)
    if isinstance(owner, list | str):
        if name == "length":
            return len(owner) if isinstance(owner, list) else length(owner)
        if is_index(name) and (isinstance(owner, list) or owner.isascii()):
            return owner[int(name)] if int(name) < len(owner) else UNDEFINED
    return UNDEFINED


def _joined(sign: str, left: Code, right: Code) -> Code:
    if sign == "&&":
        return lambda scope: right(scope) if truthy(value := left(scope)) else value
    if sign == "||":
        return lambda scope: value if truthy(value := left(scope)) else right(scope)
    if sign == "??":
        return lambda scope: (
            right(scope) if (value := left(scope)) is None or value is UNDEFINED else value
        )
    apply = OPERATORS[sign]
    return lambda scope: apply(left(scope), right(scope))


def add(left: Value, right: Value) -> Value:
    """Return left + right: joined as texts if either is no number, else added."""
    if isinstance(left, str) or isinstance(right, str) or not (_plain(left) and _plain(right)):
        return to_text(left) + to_text(right)
    return normal(to_number(left) + to_number(right))


def _plain(value: Value) -> bool:
    return is_primitive(value)


def _divide(left: Value, right: Value) -> float:
    a, b = to_number(left), to_number(right)
    if b == 0:
        if a == 0 or a != a:
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1, b)
    return normal(a / b)


def _remainder(left: Value, right: Value) -> float:
    a, b = to_number(left), to_number(right)
    if b == 0 or a != a or b != b or abs(a) == math.inf:
        return math.nan
    return normal(math.fmod(a, b))


def _arithmetic(compute: Callable[[float, float], float]) -> Callable[[Value, Value], Value]:
    def apply(left: Value, right: Value) -> Value:
        try:
            return normal(compute(float(to_number(left)), float(to_number(right))))
        except OverflowError:
            return math.inf

    return apply


def _nan(left: Value, right: Value) -> bool:
    return less(left, right) is False and less(right, left) is False


def _at_most(left: Value, right: Value) -> bool:
    return less(left, right) or (_nan(left, right) and _comparable(left, right))


def _comparable(left: Value, right: Value) -> bool:
    texts = not (is_primitive(left) and is_primitive(right)) or (
        isinstance(left, str) and isinstance(right, str)
    )
    if texts:
        return to_text(left) == to_text(right)
    return bool(to_number(left) == to_number(right))


OPERATORS: dict[str, Callable[[Value, Value], Value]] = {
    "==": loose_equal,
    "!=": lambda a, b: not loose_equal(a, b),
    "===": strict_equal,
    "!==": lambda a, b: not strict_equal(a, b),
    "<": less,
    ">": lambda a, b: less(b, a),
    "<=": _at_most,
    ">=": lambda a, b: _at_most(b, a),
    "+": add,
    "-": _arithmetic(lambda a, b: a - b),
    "*": _arithmetic(lambda a, b: a * b),
    "/": _divide,
    "%": _remainder,
}
_UNARY: dict[str, Callable[[Value], Value]] = {
    "!": lambda value: not truthy(value),
    "-": lambda value: normal(-float(to_number(value))),
    "+": to_number,
}


def _round(number: float) -> float:
    if number != number or abs(number) == math.inf or abs(number) > 2**52:
        return number
    rounded = math.floor(number)
    return rounded + (number - rounded >= 0.5)


def _whole(step: Callable[[float], int]) -> Callable[[list[float]], float]:
    def function(arguments: list[float]) -> float:
        number = arguments[0] if arguments else math.nan
        if number != number or abs(number) == math.inf:
            return number
        result = step(number)
        return -0.0 if result == 0 and math.copysign(1, number) < 0 else normal(result)

    return function


def _real(compute: Callable[[float], float]) -> Callable[[list[float]], float]:
    def function(arguments: list[float]) -> float:
        number = arguments[0] if arguments else math.nan
        try:
            return normal(compute(number))
        except (ValueError, OverflowError):
            return math.nan

    return function


def _extreme(pick: Callable[..., float], none: float) -> Callable[[list[float]], float]:
    def function(arguments: list[float]) -> float:
        if any(number != number for number in arguments):
            return math.nan
        return normal(pick(arguments, default=none))

    return function


FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "min": _extreme(min, math.inf),
    "max": _extreme(max, -math.inf),
    "cos": _real(math.cos),
    "sin": _real(math.sin),
    "tan": _real(math.tan),
    "sqrt": _real(math.sqrt),
    "abs": _real(abs),
    "round": _whole(lambda number: int(_round(number))),
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
}
