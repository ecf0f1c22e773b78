"""The state of a run with scripts: it lives in the script context, and this is its client.

Scripts read and write Objects, Arrays and plain values by reference and at once; nodes hold Refs
to the very same things. What a script does to the outside (outputs, signals, changes that nodes
listen to, questions) comes back as a list of effects in program order and takes effect here. That
is no later than in the original: sending only queues, and nothing downstream runs meanwhile.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from noodl_runtime.workflow.js.convert import is_primitive, kind_of, to_number, to_text
from noodl_runtime.workflow.js.text import stringify
from noodl_runtime.workflow.js.values import (
    UNDEFINED,
    Array,
    Listener,
    ScriptError,
    Value,
)
from noodl_runtime.workflow.run import Expired, Run
from noodl_runtime.workflow.scripted.codec import Ref, decode, encode

if TYPE_CHECKING:
    from noodl_runtime.workflow.node import Node


class Door(Protocol):
    """The script context as `script/engine.py` offers it."""

    def call(self, text: str) -> str:
        """Carry out a list of operations, JSON in and out."""
        ...

    def run_jobs(self) -> int:
        """Run continuations of settled promises until none is left; return how many ran."""
        ...

    def used(self, part: str) -> None:
        """Hear that the run has used a part of the prelude."""
        ...


# A script can change what all scripts of its run share, the language itself, but for itself only.
BROKEN = "a script has broken its own context"

Operation = list[Any]
AskHandler = Callable[["ScriptWorld", str, list[Any], int], None]


class ScriptWorld:
    """A World whose Objects and Arrays live in the run's script context.

    make_engine: makes the context when the first thing needs it
    on_ask:      turns a script's question into one of the run, see `scripted/api.py`
    """

    has_scripts = True

    def __init__(self, make_engine: Callable[[], Door], on_ask: AskHandler) -> None:
        self._make_engine = make_engine
        self._engine: Door | None = None
        self._on_ask = on_ask
        self._posted: list[Operation] = []
        self._refs: dict[int, Ref] = {}
        self._nodes: list[Node] = []
        self._numbers: dict[int, int] = {}
        self._listeners: list[Listener] = []
        self._run: Run | None = None
        self._effects: dict[str, Callable[..., None]] = {
            "output": self._output,
            "signal": self._signal,
            "heard": self._heard,
            "log": self._log,
            "immediate": self._immediate,
            "ask": self._asked,
            "exhausted": self._exhausted,
            "part": self._used,
        }

    def attach(self, run: "Run") -> None:
        """Name the run that this is the world of."""
        self._run = run
        self.post("project", run.graph.project)

    @property
    def run(self) -> "Run":
        """Return the run that this is the world of."""
        assert self._run is not None
        return self._run

    # -- the border

    def post(self, *operation: Any) -> None:
        """Do something in the script context with the next call; it answers nothing."""
        self._posted.append(list(operation))

    def call(self, *operation: Any) -> Any:
        """Do something in the script context now and return its coded answer.

        raises: ScriptError with the text of a JavaScript exception
        """
        if self._engine is None:
            self._engine = self._make_engine()
        operations, self._posted = [*self._posted, list(operation)], []
        answer = self._engine.call(json.dumps(operations, separators=(",", ":")))
        try:
            return self._taken(json.loads(answer))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Expired(f"{BROKEN}: {error!r}") from error

    def _taken(self, answer: Any) -> Any:
        for effect in answer["effects"]:
            self._effects[effect[0]](*effect[1:])
        if "error" in answer:
            raise ScriptError(answer["error"])
        return answer["value"]

    def value(self, *operation: Any) -> Value:
        """Do something in the script context and return the value it answers."""
        return self.decode(self.call(*operation))

    def decode(self, coded: Any) -> Value:
        """Return a coded value: a primitive, a Ref, or detached data."""
        return decode(coded, self._keep)

    def code(self, value: Value) -> Any:
        """Return a value coded for an operation."""
        return encode(value)

    def _keep(self, number: int, kind: str, id: Value) -> Ref:  # noqa: A002
        ref = self._refs.get(number)
        if ref is None:
            ref = self._refs[number] = Ref(number, kind, id)
        return ref

    def number_of(self, node: "Node") -> int:
        """Return the number by which the script context knows a node."""
        number = self._numbers.get(id(node))
        if number is None:
            number = self._numbers[id(node)] = len(self._nodes)
            self._nodes.append(node)
        return number

    def node(self, number: Any) -> "Node | None":
        """Return the node behind a number; console and the like have none."""
        return self._nodes[number] if isinstance(number, int) else None

    def drain(self) -> bool:
        """Run pending microtasks; tell whether there were any."""
        if self._engine is None or not self._engine.run_jobs():
            return False
        try:
            self.call("noop")
        except ScriptError as error:  # it does nothing that could fail
            raise Expired(f"{BROKEN}: {error}") from error
        return True

    # -- values

    def kind(self, value: Value) -> str:
        """Name what a value is: object, array, date, file, plain, function, "" for primitives."""
        return value.kind if isinstance(value, Ref) else kind_of(value)

    def text(self, value: Value) -> str:
        """Return String(value)."""
        return str(self.call("text", encode(value))) if _far(value) else to_text(value)

    def number(self, value: Value) -> float:
        """Return Number(value)."""
        if not _far(value):
            return to_number(value)
        number = self.value("number", encode(value))
        return number if isinstance(number, int | float) else float("nan")

    def json(self, members: Mapping[str, Value]) -> str:
        """Return the JSON text of an object with these members. raises: ScriptError."""
        if not any(_far(value) for value in members.values()):
            return stringify(dict(members)) or "{}"
        return str(self.call("json", [[name, encode(value)] for name, value in members.items()]))

    def json_of(self, value: Value) -> str | None:
        """Return JSON.stringify(value)."""
        if not _far(value):
            return stringify(value)
        text = self.value("jsonOf", encode(value))
        return text if isinstance(text, str) else None

    def member(self, value: Value, key: str) -> Value:
        """Return value[key] of a plain object, array or text."""
        return self.value("member", encode(value), key)

    def items(self, value: Value) -> list[Value]:
        """Return the items of an array as a list of its own."""
        if not _far(value):
            return list(value)
        return [self.decode(item) for item in self.call("items", encode(value))]

    def copy(self, value: Value) -> Value:
        """Return a value as detached data: dict, list, Moment, CloudFile, Object at any depth."""
        return self.value("tree", encode(value)) if _far(value) else value

    def build(self, data: Value) -> Value:
        """Make a value of detached data. An Object in it updates the run's Object of its id."""
        if is_primitive(data):
            return data
        if isinstance(data, Array):
            _give_ids(data, self.run.around.new_id)
        return self.value("build", encode(data))

    # -- Objects

    def object(self, id: Value = UNDEFINED) -> Value:  # noqa: A002
        """Return the Object with this id, created empty if there is none; no id: a new one."""
        return self.value("object", encode(id))

    def object_of(self, value: Value) -> Value:
        """Return `value` if it is an Object, else create(value)."""
        return self.value("objectOf", encode(value))

    def object_id(self, target: Value) -> Value:
        """Return the id of an Object."""
        return target.id if isinstance(target, Ref) else UNDEFINED

    def class_name(self, target: Value) -> str | None:
        """Return the class of an Object that was read from the database."""
        name = self.value("className", encode(target))
        return name if isinstance(name, str) else None

    def class_of_id(self, id: Value) -> str | None:  # noqa: A002
        """Return the class of the Object with this id, None if there is none."""
        name = self.value("classOfId", encode(id))
        return name if isinstance(name, str) else None

    def get(self, target: Value, name: str, *, resolve: bool = True) -> Value:
        """Return a property of an Object, dotted names resolved."""
        return self.value("get", encode(target), name, resolve)

    def set(
        self, target: Value, name: str, value: Value, *, resolve: bool = True, force: bool = False
    ) -> None:
        """Set a property of an Object, dotted names resolved. raises: ScriptError."""
        self.call("set", encode(target), name, encode(value), resolve, force)

    def set_all(self, id: str, entries: Mapping[str, Value]) -> None:  # noqa: A002
        """Set properties of the Object with this id, in order."""
        self.call("setAll", id, [[name, encode(value)] for name, value in entries.items()])

    def keys(self, target: Value) -> list[str]:
        """Return the property names of an Object."""
        return list(self.call("keys", encode(target)))

    def listen(self, target: Value, listener: Listener) -> Callable[[], None]:
        """Call listener on each change of an Object or Array; returns what ends that."""
        if not isinstance(target, Ref) or target.kind not in ("object", "array"):
            return lambda: None
        number = len(self._listeners)
        self._listeners.append(listener)
        self.post("listen", encode(target), number)

        def end() -> None:
            self._listeners[number] = _deaf
            self.post("unlisten", encode(target), number)

        return end

    def announce_delete(self, target: Value) -> None:
        """Emit "delete" on an Object."""
        self.call("announce", encode(target), "delete")

    def known_object(self, id: str) -> bool:  # noqa: A002
        """Tell whether there is an Object with this id."""
        return bool(self.call("knows", id))

    # -- Arrays

    def array(self, items: Sequence[Value]) -> Value:
        """Make a new Array; plain objects in it become Objects."""
        return self.value("array", [encode(item) for item in items])

    def array_with_id(self, id: str) -> Value:  # noqa: A002
        """Return the Array with this id, created empty if there is none."""
        return self.value("arrayById", id)

    def array_items_by_id(self, id: str) -> list[Value] | None:  # noqa: A002
        """Return detached items of a known Array, None if there is none with this id."""
        items = self.value("arrayItems", id)
        return items if isinstance(items, list) else None

    def array_id(self, target: Value) -> Value:
        """Return the id of an Array, UNDEFINED for an ordinary one."""
        return self.value("arrayId", encode(target))

    def set_items(self, target: Value, source: Value) -> None:
        """Make an Array's contents equal to those of another, step by step, with its events."""
        self.call("arraySet", encode(target), encode(source))

    def add_item(self, target: Value, item: Value) -> None:
        """Append an item to an Array, unless it is in there."""
        self.call("arrayAdd", encode(target), encode(item))

    def remove_item(self, target: Value, item: Value) -> None:
        """Take an item out of an Array, if it is in there."""
        self.call("arrayRemove", encode(target), encode(item))

    def search(self, pattern: str, options: str, text: str) -> bool:
        """Tell whether a regular expression is found in a text. raises: ScriptError."""
        return bool(self.call("matches", pattern, options, text))

    def forget_all(self) -> None:
        """Empty the registry: the response is out."""
        self.post("forget")

    # -- effects, in the order in which scripts caused them

    def _output(self, number: int, name: str, coded: Any) -> None:
        node = self._nodes[number]
        value = self.decode(coded)
        node.state.outputs[name] = value
        if not node.deleted:
            node.send(node.spec.type.script_prefix + name, value)

    def _signal(self, number: int, name: str) -> None:
        node = self._nodes[number]
        if not node.deleted:
            node.signal(node.spec.type.script_prefix + name)

    def _heard(self, number: int, name: str, coded: Any) -> None:
        self._listeners[number](name, self.decode(coded))

    def _log(self, level: str, text: str, number: Any = None) -> None:
        self.run.log(level, text, self.node(number))

    def _immediate(self, ticket: int) -> None:
        self.run.next_job(lambda: self._settle(ticket))

    def _settle(self, ticket: int) -> None:
        self.call("answer", ticket, ["u"])

    def _used(self, part: str) -> None:
        assert self._engine is not None
        self._engine.used(part)

    def _exhausted(self) -> None:
        raise Expired("Out of memory")

    def _asked(self, ticket: int, operation: str, arguments: list[Any]) -> None:
        self._on_ask(self, operation, arguments, ticket)


def _far(value: Value) -> bool:
    """Tell whether a value lives in the script context, or holds something that does."""
    if isinstance(value, Ref):
        return True
    if isinstance(value, list | tuple):
        return any(_far(item) for item in value)
    return isinstance(value, dict) and any(_far(member) for member in value.values())


def _give_ids(array: Array, new_id: Callable[[], str]) -> None:
    array.id = array.id or new_id()


def _deaf(_name: str, _value: Value) -> None:
    """Stand in for a listener that has ended."""
