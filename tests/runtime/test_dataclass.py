"""The late dataclasses behave as the standard ones."""

import copy
import dataclasses
import pickle
import sys
import threading
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from noodl_runtime.dataclass import _unfinished, dataclass

Decorator = Callable[..., Any]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"frozen": True},
    {"slots": True},
    {"frozen": True, "slots": True},
    {"frozen": True, "slots": True, "order": True},
    {"kw_only": True},
    {"frozen": True, "kw_only": True, "slots": True},
    {"eq": False, "slots": True},
]


def point(decorate: Decorator, options: dict[str, Any]) -> Any:
    @decorate(**options)
    class Point:
        """A place."""

        x: int
        y: int = 2
        names: list[str] = field(default_factory=list)
        hidden: int = field(default=0, repr=False, compare=False)

        def moved(self) -> Any:
            return dataclasses.replace(self, x=self.x + 1)

    return Point


def seen(cls: Any) -> dict[str, Any]:
    """Return all that can be told of a class and its instances."""
    one, same, other = cls(x=1), cls(x=1), cls(x=1, y=3, names=["a"], hidden=4)
    parameters = {
        f.name: (f.default, f.repr, f.compare, f.kw_only) for f in dataclasses.fields(cls)
    }
    return {
        "fields": parameters,
        "texts": (repr(one), repr(other), cls.__name__, cls.__qualname__, cls.__doc__),
        "equal": (one == same, one == other, one == 1, one == dataclasses.replace(other, y=2)),
        "own list": one.names is not same.names,
        "as dict": dataclasses.asdict(other),
        "moved": dataclasses.asdict(one.moved()),
        "less": outcome(lambda: one < other),
        "change": outcome(lambda: setattr(one, "x", 5)),
        "remove": outcome(lambda: delattr(one, "x")),
        "more": outcome(lambda: setattr(same, "unknown", 5)),
        "positional": outcome(lambda: cls(1, 2, [])),
        "too few": outcome(cls),
        "unknown": outcome(lambda: cls(x=1, z=1)),
        "copied": outcome(lambda: copy.copy(other) is not other),
        "matched": cls.__match_args__,
        "dict": hasattr(other, "__dict__"),
        "hash": (cls.__hash__ is None, cls.__hash__ is object.__hash__),
    }


def outcome(action: Callable[[], Any]) -> str:
    try:
        return repr(action())
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_class_is_what_the_standard_decorator_makes(options: dict[str, Any]) -> None:
    ours, theirs = seen(point(dataclass, options)), seen(point(dataclasses.dataclass, options))
    if theirs["more"].startswith("TypeError: super(type, obj)"):  # the standard one is confused
        theirs["more"] = "FrozenInstanceError: cannot assign to field 'unknown'"
    assert ours == theirs


def test_a_class_without_options_too() -> None:
    @dataclass
    class Plain:
        x: int

    assert (Plain(1), repr(Plain(1))) == (Plain(1), f"{Plain.__qualname__}(x=1)")


@pytest.mark.parametrize(
    "use",
    [
        lambda cls: cls(x=1),
        dataclasses.fields,
        dataclasses.is_dataclass,
        lambda cls: cls.__match_args__,
    ],
)
def test_nothing_is_made_before_a_class_is_used(use: Callable[[Any], Any]) -> None:
    cls = point(dataclass, {"frozen": True})
    assert cls in _unfinished
    assert use(cls)
    assert cls not in _unfinished


@pytest.mark.parametrize("slots", [False, True])
def test_fields_are_inherited(slots: bool) -> None:
    @dataclass(frozen=True, slots=slots)
    class Base:
        x: int = 1

    @dataclass(frozen=True, slots=slots)
    class Derived(Base):
        y: int = 2

    class Plain(Derived):
        pass

    assert repr(Derived(3)) == f"{Derived.__qualname__}(x=3, y=2)"
    assert [f.name for f in dataclasses.fields(Plain(4))] == ["x", "y"]
    assert Base() != Derived()


def test_a_method_may_call_that_of_its_base() -> None:
    @dataclass
    class Base:
        x: int = 1

        def told(self) -> str:
            return f"x {self.x}"

    @dataclass
    class Derived(Base):
        y: int = 2

        def told(self) -> str:
            return super().told() + f" y {self.y}"

    assert Derived(5).told() == "x 5 y 2"


def test_a_class_with_an_init_of_its_own_keeps_it() -> None:
    @dataclass
    class Own:
        x: int

        def __init__(self, text: str) -> None:
            self.x = len(text)

    assert Own("abc") == Own("xyz")


@dataclass(frozen=True, slots=True)
class Kept:
    x: int
    y: str = ""


def test_instances_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Kept(1, "a"))) == Kept(1, "a")


def test_threads_that_need_a_class_at_the_same_moment_all_get_it() -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(30):
            cls, wrong = point(dataclass, {"frozen": True, "slots": True}), []
            barrier = threading.Barrier(8)

            def use(cls: Any = cls, barrier: Any = barrier, wrong: list[str] = wrong) -> None:
                barrier.wait()
                text = outcome(lambda: cls(x=1) == cls(x=1))
                if text != "True":
                    wrong.append(text)

            threads = [threading.Thread(target=use) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert wrong == []
    finally:
        sys.setswitchinterval(interval)
