"""`dataclass`, whose methods are made when a class is first used and not when it is imported.

The standard decorator compiles six functions for each class, 0.3 ms, and a start imports some 170
classes of which it uses a quarter. Here a class gets its fields' slots at once and stand-ins for
the rest; the first instance, or the first look at its fields, has the standard decorator make it.
From then on nothing is different, and nothing slower. Options are those of the standard decorator,
which is also what type checkers see.
"""

import dataclasses
from threading import RLock
from typing import TYPE_CHECKING, Any

_LOCK = RLock()  # two threads may need a class at the same moment
_OWN = ("__dict__", "__weakref__")  # what each class has of its own
_unfinished: dict[type, tuple[type, dict[str, Any]]] = {}  # class -> as it was written, options


class _Asked:
    """An attribute that finishes the class it is asked of."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, _instance: Any, owner: type) -> Any:
        _finish(owner)
        for part in owner.__mro__:
            found = vars(part).get(self._name)
            if found is not None and not isinstance(found, _Asked):
                return found
        raise AttributeError(self._name)


def _first(self: Any, *values: Any, **named: Any) -> None:
    """Stand in for the __init__ of a class that is not finished."""
    _finish(type(self))
    type(self).__init__(self, *values, **named)


_STAND_INS = {
    "__init__": _first,
    "__dataclass_fields__": _Asked("__dataclass_fields__"),
    "__match_args__": _Asked("__match_args__"),
}


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: Any) -> Any:
        """Make a dataclass of a class; with options, return what does."""
        return _begun(cls, options) if cls else lambda given: _begun(given, options)


def _begun(cls: type, options: dict[str, Any]) -> type:
    """Return a class like `cls` that can be finished later."""
    if _cannot_wait(cls):
        return dataclasses.dataclass(**options)(cls)
    options = dict(options)
    namespace = {n: v for n, v in vars(cls).items() if n not in _OWN}
    if options.pop("slots", False):
        namespace |= _slots(cls, namespace)
        if options.get("frozen"):
            namespace |= {"__getstate__": _state, "__setstate__": _set_state}
    begun = type(cls)(cls.__name__, cls.__bases__, {**namespace, **_STAND_INS})
    begun.__qualname__ = cls.__qualname__
    _unfinished[begun] = cls, options
    return begun


def _slots(cls: type, namespace: dict[str, Any]) -> dict[str, Any]:
    """Take the defaults of the fields out of a namespace, and return the slots in their place."""
    fields = [n for n, kind in cls.__annotations__.items() if "ClassVar" not in str(kind)]
    for name in fields:
        namespace.pop(name, None)
    return {"__slots__": tuple(fields)}


def _finish(cls: type) -> None:
    """Make what is missing of a class, or of the one it comes from."""
    with _LOCK:
        for part in cls.__mro__:
            if part in _unfinished:
                _make(part, *_unfinished[part])
                del _unfinished[part]


def _make(begun: type, cls: type, options: dict[str, Any]) -> None:
    """Finish a class with what the standard decorator makes of the one that was written.

    __init__ comes last: until then other threads find the one that waits for this.
    """
    made = vars(dataclasses.dataclass(**options)(cls))
    slots = vars(begun).get("__slots__", ())
    for name in [name for name in vars(begun) if name in cls.__annotations__]:
        if name not in made and name not in slots:
            delattr(begun, name)  # a field() without a default
    for name, value in sorted(made.items(), key=lambda item: item[0] == "__init__"):
        if name not in _OWN and name not in slots and vars(begun).get(name, _OWN) is not value:
            for cell in getattr(value, "__closure__", None) or ():
                if cell.cell_contents is cls:  # what a frozen class compares itself with
                    cell.cell_contents = begun
            setattr(begun, name, value)


def _cannot_wait(cls: type) -> bool:
    """Say if a class has an __init__ of its own, or names itself by super()."""
    codes = (getattr(member, "__code__", None) for member in vars(cls).values())
    return "__init__" in vars(cls) or any(c and "__class__" in c.co_freevars for c in codes)


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
