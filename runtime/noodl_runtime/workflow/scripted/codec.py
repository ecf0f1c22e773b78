"""Values across the border to the script context; the other half is prelude/1-values.js."""

import math
from collections.abc import Callable
from typing import Any

from noodl_runtime.workflow.js.convert import normal
from noodl_runtime.workflow.js.values import (
    UNDEFINED,
    Array,
    CloudFile,
    Moment,
    Object,
    Value,
)


class Ref:
    """A thing that lives in the script context; the same thing is always the same Ref.

    kind: object, array, date, file, plain, function
    id:   of an Object, its id
    """

    __slots__ = ("id", "kind", "number")

    def __init__(self, number: int, kind: str, id: Value = UNDEFINED) -> None:  # noqa: A002
        self.number = number
        self.kind = kind
        self.id = id

    def __repr__(self) -> str:
        return f"<{self.kind} {self.number} of the script context>"


Keep = Callable[[int, str, Value], Ref]


def encode(value: Value) -> Any:
    """Return a value as the script context reads it."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return _number(value)
    return _ENCODERS.get(type(value), _no_code)(value)


def _number(value: float) -> Any:
    if math.isfinite(value) and (value or math.copysign(1, value) > 0):
        return value
    names = {math.inf: "Infinity", -math.inf: "-Infinity"}
    return ["n", "-0" if value == 0 else names.get(value, "NaN")]


def _no_code(value: Value) -> Any:
    raise TypeError(f"a {type(value).__name__} cannot reach a script")


def _object(value: Object) -> Any:
    entries = [[name, encode(member)] for name, member in value.data.items()]
    return ["o", encode(value.id), encode(value.class_name), entries]


_ENCODERS: dict[type[Any], Callable[[Any], Any]] = {
    type(UNDEFINED): lambda _value: ["u"],
    Ref: lambda value: ["r", value.number],
    dict: lambda value: ["p", [[name, encode(member)] for name, member in value.items()]],
    list: lambda value: ["a", [encode(item) for item in value]],
    tuple: lambda value: ["a", [encode(item) for item in value]],
    Array: lambda value: ["c", value.id, [encode(item) for item in value]],
    Moment: lambda value: ["d", encode(value.ms)],
    CloudFile: lambda value: ["f", value.name, value.url],
    Object: _object,
}


def decode(coded: Any, keep: Keep) -> Value:
    """Return what the script context sent: primitives, Refs, or detached data of a tree."""
    if isinstance(coded, list):
        return _DECODERS[coded[0]](coded, keep)
    return normal(coded) if isinstance(coded, float) else coded


def _decode_object(coded: list[Any], keep: Keep) -> Object:
    data = {name: decode(member, keep) for name, member in coded[3]}
    return Object(decode(coded[1], keep), data, decode(coded[2], keep))


def _decode_ref(coded: list[Any], keep: Keep) -> Ref:
    return keep(coded[1], coded[2], decode(coded[3], keep) if coded[2] == "object" else UNDEFINED)


_DECODERS: dict[str, Callable[[list[Any], Keep], Value]] = {
    "u": lambda _coded, _keep: UNDEFINED,
    "n": lambda coded, _keep: float(coded[1].replace("Infinity", "inf")),
    "r": _decode_ref,
    "p": lambda coded, keep: {name: decode(member, keep) for name, member in coded[1]},
    "a": lambda coded, keep: [decode(item, keep) for item in coded[1]],
    "c": lambda coded, keep: Array([decode(item, keep) for item in coded[2]], coded[1]),
    "d": lambda coded, keep: Moment(float(decode(coded[1], keep))),
    "f": lambda coded, _keep: CloudFile(coded[1], coded[2]),
    "o": _decode_object,
}
