"""Where the Objects and Arrays of a run live, and all that may be asked of values by reference.

There are two worlds. `plain_world.py` keeps everything in Python and serves runs without scripts.
`scripted/world.py` keeps it in the run's JavaScript engine, so that scripts read and write the same
things synchronously; the interpreter is then a client and holds `Ref`s. Node types use nothing but
this interface, so they cannot tell.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from noodl_runtime.workflow.js.values import UNDEFINED, Listener, Value


class World(Protocol):
    """The state of one run. `copy` and `build` cross between values and detached Python data."""

    has_scripts: bool

    def kind(self, value: Value) -> str:
        """Name what a value is: object, array, date, file, plain, function, "" for primitives."""
        ...

    def text(self, value: Value) -> str:
        """Return String(value)."""
        ...

    def number(self, value: Value) -> float:
        """Return Number(value)."""
        ...

    def json(self, members: Mapping[str, Value]) -> str:
        """Return the JSON text of an object with these members. raises: ScriptError."""
        ...

    def json_of(self, value: Value) -> str | None:
        """Return JSON.stringify(value)."""
        ...

    def member(self, value: Value, key: str) -> Value:
        """Return value[key] of a plain object, array or text."""
        ...

    def items(self, value: Value) -> list[Value]:
        """Return the items of an array as a list of its own."""
        ...

    def copy(self, value: Value) -> Value:
        """Return a value as detached data: dict, list, Moment, CloudFile, Object at any depth."""
        ...

    def build(self, data: Value) -> Value:
        """Make a value of detached data. An Object in it updates the run's Object of its id."""
        ...

    def object(self, id: Value = UNDEFINED) -> Value:  # noqa: A002
        """Return the Object with this id, created empty if there is none; no id: a new one."""
        ...

    def object_of(self, value: Value) -> Value:
        """Return `value` if it is an Object, else create(value)."""
        ...

    def object_id(self, target: Value) -> Value:
        """Return the id of an Object."""
        ...

    def class_name(self, target: Value) -> str | None:
        """Return the class of an Object that was read from the database."""
        ...

    def class_of_id(self, id: Value) -> str | None:  # noqa: A002
        """Return the class of the Object with this id, None if there is none."""
        ...

    def get(self, target: Value, name: str, *, resolve: bool = True) -> Value:
        """Return a property of an Object, dotted names resolved."""
        ...

    def set(
        self, target: Value, name: str, value: Value, *, resolve: bool = True, force: bool = False
    ) -> None:
        """Set a property of an Object, dotted names resolved. raises: ScriptError.

        force: tell listeners even if the value is the same
        """
        ...

    def set_all(self, id: str, entries: Mapping[str, Value]) -> None:  # noqa: A002
        """Set properties of the Object with this id, in order."""
        ...

    def keys(self, target: Value) -> list[str]:
        """Return the property names of an Object."""
        ...

    def listen(self, target: Value, listener: Listener) -> Callable[[], None]:
        """Call listener on each change of an Object or Array; returns what ends that."""
        ...

    def announce_delete(self, target: Value) -> None:
        """Emit "delete" on an Object."""
        ...

    def array(self, items: Sequence[Value]) -> Value:
        """Make a new Array; plain objects in it become Objects."""
        ...

    def array_with_id(self, id: str) -> Value:  # noqa: A002
        """Return the Array with this id, created empty if there is none."""
        ...

    def array_items_by_id(self, id: str) -> list[Value] | None:  # noqa: A002
        """Return detached items of a known Array, None if there is none with this id."""
        ...

    def array_id(self, target: Value) -> Value:
        """Return the id of an Array, UNDEFINED for an ordinary one."""
        ...

    def set_items(self, target: Value, source: Value) -> None:
        """Make an Array's contents equal to those of another, step by step, with its events."""
        ...

    def add_item(self, target: Value, item: Value) -> None:
        """Append an item to an Array, unless it is in there."""
        ...

    def remove_item(self, target: Value, item: Value) -> None:
        """Take an item out of an Array, if it is in there."""
        ...

    def known_object(self, id: str) -> bool:  # noqa: A002
        """Tell whether there is an Object with this id."""
        ...

    def search(self, pattern: str, options: str, text: str) -> bool:
        """Tell whether a regular expression is found in a text. raises: ScriptError."""
        ...

    def forget_all(self) -> None:
        """Empty the registry: the response is out."""
        ...

    def drain(self) -> bool:
        """Run pending microtasks; tell whether there were any."""
        ...
