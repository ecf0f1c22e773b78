"""The values that travel on connections and that Python has no word for.

null is None; numbers are int or float; text, list and dict are themselves. A dict or list is never
changed in place by the interpreter, so constants of the graph can be handed out as they are. What
scripts own is a `Ref`, see `scripted/codec.py`.
"""

from collections.abc import Callable
from dataclasses import field
from typing import Any, Final

from noodl_runtime.dataclass import dataclass

Value = Any
Listener = Callable[[str, Value], None]  # (name of the property or "", value)


class Undefined:
    """The type of UNDEFINED: no value at all, distinct from None, which is null."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "undefined"

    def __copy__(self) -> "Undefined":
        return self

    def __deepcopy__(self, _memo: object) -> "Undefined":
        return self


UNDEFINED: Final = Undefined()


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A JavaScript Date: milliseconds since 1970 UTC, NaN for an invalid one."""

    ms: float


@dataclass(frozen=True, slots=True, eq=False)
class CloudFile:
    """A stored file as graphs see it."""

    name: str
    url: str


@dataclass(slots=True, eq=False)
class Object:
    """An Object of a run: an id, properties, perhaps a class name, and who listens.

    id keeps the value it was made with: a number stays a number in JSON
    """

    id: Value
    data: dict[str, Value] = field(default_factory=dict)
    class_name: Value = UNDEFINED
    listeners: list[Listener] = field(default_factory=list)


class Array(list[Value]):
    """An array with an id and listeners, as queries answer them; compared by identity."""

    __slots__ = ("id", "listeners")

    def __init__(self, items: "list[Value] | tuple[Value, ...]" = (), id: str = "") -> None:  # noqa: A002
        super().__init__(items)
        self.id = id
        self.listeners: list[Listener] = []


class ScriptError(Exception):
    """A JavaScript exception, thrown by a script or by a rule that JavaScript would throw on."""
