"""The state of a run without scripts: Objects and Arrays as Python values."""

from collections.abc import Callable, Mapping, Sequence

from noodl_runtime.errors import BadQuery
from noodl_runtime.query.regex import compiled
from noodl_runtime.workflow.arrays import insert, make_equal, place_of, take_out
from noodl_runtime.workflow.js.convert import (
    is_index,
    kind_of,
    length,
    ordered,
    strict_equal,
    substring,
    to_number,
    to_text,
)
from noodl_runtime.workflow.js.text import stringify
from noodl_runtime.workflow.js.values import (
    UNDEFINED,
    Array,
    Listener,
    Object,
    ScriptError,
    Value,
)


class PlainWorld:
    """Objects and Arrays as Python values, for runs without scripts."""

    has_scripts = False

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id
        self._objects: dict[str, Object] = {}
        self._arrays: dict[str, Array] = {}

    kind = staticmethod(kind_of)
    text = staticmethod(to_text)
    number = staticmethod(to_number)

    def json(self, members: Mapping[str, Value]) -> str:
        """Return the JSON text of an object with these members. raises: ScriptError."""
        return stringify(dict(members)) or "{}"

    def json_of(self, value: Value) -> str | None:
        """Return JSON.stringify(value)."""
        return stringify(value)

    def member(self, value: Value, key: str) -> Value:
        """Return value[key] of a plain object, array or text."""
        if isinstance(value, Object):
            return value.data.get(key, UNDEFINED)
        if isinstance(value, dict):
            return value.get(key, UNDEFINED)
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            return value[int(key)]
        if isinstance(value, str) and is_index(key):
            return substring(value, int(key), int(key) + 1) or UNDEFINED
        return UNDEFINED

    def items(self, value: Value) -> list[Value]:
        """Return the items of an array as a list of its own."""
        return list(value)

    def copy(self, value: Value) -> Value:
        """Return a value as detached data: dict, list, Moment, CloudFile, Object at any depth."""
        return value

    def build(self, data: Value) -> Value:
        """Make a value of detached data. An Object in it updates the run's Object of its id."""
        if isinstance(data, Object):
            return self._merge(data)
        if isinstance(data, Array):
            array = Array([self.build(item) for item in data], data.id or self._new_id())
            self._arrays[array.id] = array
            return array
        return data

    def _merge(self, data: Object) -> Object:
        target = self.object(data.id)
        if target is data:
            return target
        target.class_name = data.class_name
        for name, value in data.data.items():
            self.set(target, name, self.build(value), resolve=False)
        return target

    def object(self, id: Value = UNDEFINED) -> Object:  # noqa: A002
        """Return the Object with this id, created empty if there is none; no id: a new one."""
        if id is UNDEFINED:
            id = self._new_id()  # noqa: A001
        key = to_text(id)
        if key not in self._objects:
            self._objects[key] = Object(id)
        return self._objects[key]

    def object_of(self, value: Value) -> Object:
        """Return `value` if it is an Object, else create(value)."""
        if isinstance(value, Object):
            return value
        if isinstance(value, str):
            value = {str(place): self.member(value, str(place)) for place in range(length(value))}
        if isinstance(value, list):
            value = {str(place): item for place, item in enumerate(value)}
        target = self.object(self.member(value, "id"))
        if isinstance(value, dict):
            for name in ordered(value):
                if name != "id":
                    self.set(target, name, value[name], resolve=False)
        return target

    def object_id(self, target: Object) -> Value:
        """Return the id of an Object."""
        return target.id

    def class_name(self, target: Object) -> str | None:
        """Return the class of an Object that was read from the database."""
        return target.class_name if isinstance(target.class_name, str) else None

    def class_of_id(self, id: Value) -> str | None:  # noqa: A002
        """Return the class of the Object with this id, None if there is none."""
        known = self._objects.get(to_text(id))
        return self.class_name(known) if known else None

    def get(self, target: Object, name: str, *, resolve: bool = True) -> Value:
        """Return a property of an Object, dotted names resolved."""
        if not resolve:
            return target.data.get(name, UNDEFINED)
        *path, last = name.split(".")
        owner = self._walk(target, path)
        return owner.data.get(last, UNDEFINED) if isinstance(owner, Object) else UNDEFINED

    def set(
        self, target: Object, name: str, value: Value, *, resolve: bool = True, force: bool = False
    ) -> None:
        """Set a property of an Object, dotted names resolved. raises: ScriptError."""
        owner: Value = target
        if resolve and "." in name:
            *path, name = name.split(".")
            owner = self._walk(target, path)
            if owner is UNDEFINED or owner is None:
                raise ScriptError(f"Cannot set {name!r}: {'.'.join(path)} is not an Object")
        if not isinstance(owner, Object):
            return
        old = owner.data.get(name, UNDEFINED)
        owner.data[name] = value
        if force or not strict_equal(old, value):
            for listener in list(owner.listeners):
                listener(name, value)

    def _walk(self, target: Value, path: list[str]) -> Value:
        for name in path:
            if not isinstance(target, Object):
                return target
            target = target.data.get(name, UNDEFINED)
        return target

    def set_all(self, id: str, entries: Mapping[str, Value]) -> None:  # noqa: A002
        """Set properties of the Object with this id, in order."""
        target = self.object(id)
        for name, value in entries.items():
            self.set(target, name, value, resolve=False)

    def keys(self, target: Object) -> list[str]:
        """Return the property names of an Object."""
        return ordered(target.data)

    def listen(self, target: Value, listener: Listener) -> Callable[[], None]:
        """Call listener on each change of an Object or Array; returns what ends that."""
        if not isinstance(target, Object | Array):
            return lambda: None
        target.listeners.append(listener)

        def end() -> None:
            if listener in target.listeners:
                target.listeners.remove(listener)

        return end

    def announce_delete(self, target: Object) -> None:
        """Nobody but scripts listens for it."""

    def array(self, items: Sequence[Value]) -> Array:
        """Make a new Array; plain objects in it become Objects."""
        array = Array([self._as_object(item) for item in items], self._new_id())
        self._arrays[array.id] = array
        return array

    def array_with_id(self, id: str) -> Array:  # noqa: A002
        """Return the Array with this id, created empty if there is none."""
        return self._arrays.setdefault(id, Array((), id))

    def array_items_by_id(self, id: str) -> list[Value] | None:  # noqa: A002
        """Return detached items of a known Array, None if there is none with this id."""
        return self._arrays.get(id)

    def array_id(self, target: Value) -> Value:
        """Return the id of an Array, UNDEFINED for an ordinary one."""
        return target.id if isinstance(target, Array) else UNDEFINED

    def set_items(self, target: Array, source: Value) -> None:
        """Make an Array's contents equal to those of another, step by step, with its events."""
        if source is not target:
            items = source if isinstance(source, list | tuple | str) else ()
            make_equal(target, [self._as_object(item) for item in items])

    def add_item(self, target: Array, item: Value) -> None:
        """Append an item to an Array, unless it is in there."""
        if place_of(target, item) < 0:
            insert(target, len(target), item)

    def remove_item(self, target: Array, item: Value) -> None:
        """Take an item out of an Array, if it is in there."""
        if (place := place_of(target, item)) >= 0:
            take_out(target, place)

    def _as_object(self, item: Value) -> Value:
        return self.object_of(item) if isinstance(item, dict | Object) else item

    def known_object(self, id: str) -> bool:  # noqa: A002
        """Tell whether there is an Object with this id."""
        return id in self._objects

    def search(self, pattern: str, options: str, text: str) -> bool:
        """Tell whether a regular expression is found in a text. raises: ScriptError."""
        try:
            return compiled(pattern, options)(text)
        except BadQuery as error:
            raise ScriptError(str(error)) from error

    def forget_all(self) -> None:
        """Empty the registry: the response is out."""
        self._objects = {}
        self._arrays = {}

    def drain(self) -> bool:
        """Run pending microtasks; tell whether there were any."""
        return False
