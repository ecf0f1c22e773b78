"""The update algorithm written down once more, word by word and slowly, to hold the other one to.

Nothing here is shared with the interpreter but the value for "undefined". A node has setters and
getters in dicts, a connection is a tuple, and every rule is a line that says so. What is written
down is the sequence of all values that inputs were set to.
"""

import math
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from noodl_runtime.workflow.js.values import UNDEFINED

Value = Any
Entry = tuple[str, str, str]  # (path of the node, input, value)


class Enough(BaseException):
    """So many values were set that the comparison may stop."""


class Context:
    """What all nodes of a run share."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.entries: list[Entry] = []
        self.dirty: list[Node] = []
        self.frame = 0
        self.frame_requested = False
        self.next_frame: list[Node] = []
        self.jobs: deque[Callable[[], None]] = deque()
        self.events: deque[Callable[[], None]] = deque()
        self.response: dict[str, Value] | None = None
        self.root: Instance | None = None

    def request_frame(self) -> None:
        if not self.frame_requested:
            self.frame_requested = True
            self.jobs.append(self.run_frame)

    def run_frame(self) -> None:
        self.frame_requested = False
        self.frame += 1
        waiting, self.next_frame = self.next_frame, []
        self.dirty += waiting
        iterations = 0
        while True:
            listed, self.dirty = self.dirty, []
            for node in listed:
                if not node.deleted:
                    node.update()
            iterations += 1
            if not self.dirty or iterations == 10:
                break

    def run(self) -> None:
        while self.jobs or self.events:
            while self.jobs:
                self.jobs.popleft()()
            if self.events:
                self.events.popleft()()


class Node:
    """A node: outputs keep their order of creation, queues that of first queueing."""

    static: tuple[str, ...] = ()

    def __init__(self, context: Context, parent: "Instance | None", path: str) -> None:
        self.context, self.parent, self.path = context, parent, path
        self.outputs: dict[str, list[tuple[Node, str]]] = {name: [] for name in self.static}
        self.connected: dict[str, list[tuple[Node, str]]] = {}
        self.queues: dict[str, list[Value]] = {}
        self.after: list[Callable[[], None]] = []
        self.edges: dict[str, bool] = {}
        self.dirty = self.updating = self.deleted = self.cyclic = False
        self.first_update = self.held = True
        self.last_frame = self.rounds = 0
        self.sent: dict[str, tuple[int, int]] = {}

    # what types say

    def set(self, name: str, value: Value) -> None:
        raise NotImplementedError

    def get(self, name: str) -> Value:
        return UNDEFINED

    # queueing and dirtiness

    def queue(self, name: str, value: Value) -> None:
        waiting = self.queues.setdefault(name, [])
        if self.first_update and waiting and waiting[0] is not True:
            waiting.clear()
        waiting.append(value)
        self.mark_dirty()

    def mark_dirty(self) -> None:
        if self.dirty:
            return
        self.dirty = True
        if not self.held:
            self.report()

    def report(self) -> None:
        self.context.dirty.append(self)
        self.context.request_frame()
        for targets in self.outputs.values():
            for target, _ in targets:
                target.mark_dirty()

    # updating

    def update_sources(self) -> None:
        for sources in self.connected.values():
            for source, _ in sources:
                source.update()

    def update(self) -> None:
        if self.updating or not self.dirty:
            return
        if self.last_frame != self.context.frame:
            self.last_frame, self.rounds, self.cyclic = self.context.frame, 0, False
        self.updating = True
        while self.dirty and not self.cyclic:
            self.update_sources()
            self.dirty = False
            self.passes()
            self.rounds += 1
            if self.rounds >= 100:
                self.cyclic = True
        self.first_update = self.updating = False
        if self.cyclic:
            self.context.next_frame.append(self)
            self.context.request_frame()

    def passes(self) -> None:
        names = sorted(self.queues, key=lambda n: (not n.isdigit(), int(n) if n.isdigit() else 0))
        while True:
            more = False
            for name in names:
                if self.queues[name]:
                    self.take(name, self.queues[name].pop(0))
                    more = more or bool(self.queues[name])
            callbacks, self.after = self.after, []
            for callback in callbacks:
                callback()
            if not more or self.cyclic:
                return

    def take(self, name: str, value: Value) -> None:
        if len(self.context.entries) >= self.context.most:
            raise Enough
        self.context.entries.append((self.path, name, shown(value)))
        self.set(name, value)

    # sending

    def send(self, name: str, value: Value) -> None:
        if value is UNDEFINED or name not in self.outputs:
            return
        frame, count = self.sent.get(name, (-1, 0))
        self.sent[name] = (self.last_frame, count + 1 if frame == self.last_frame else 0)
        if self.sent[name][1] > 500:
            self.cyclic = True
        for target, port in self.outputs[name]:
            target.queue(port, value)

    def flag(self, name: str) -> None:
        """Send a value output; one that leads nowhere does not count: nobody could tell."""
        if self.outputs.get(name):
            self.send(name, self.get(name))

    def signal(self, name: str) -> None:
        if name in self.outputs:
            self.send(name, True)
            self.send(name, False)
            self.mark_dirty()

    def schedule(self, callback: Callable[[], None]) -> None:
        self.after.append(callback)
        self.mark_dirty()

    def on_edge(self, name: str, value: Value, action: Callable[[], None]) -> None:
        if truth(value) and not self.edges.get(name):
            action()
        self.edges[name] = truth(value)

    def is_connected(self, name: str) -> bool:
        for source, output in self.connected.get(name, ()):
            if not isinstance(source, ComponentInputs):
                return True
            if source.parent is not None and source.parent.is_connected(output):
                return True
        return False


# -- component instances ---------------------------------------------------------------------------


class Instance(Node):
    """A component instance: it owns the nodes inside."""

    def __init__(
        self, context: Context, parent: "Instance | None", path: str, definition: dict[str, Any]
    ) -> None:
        super().__init__(context, parent, path)
        self.values: dict[str, Value] = {}
        self.shown: dict[str, Value] = {}
        self.definition = definition
        self.scope: dict[str, Node] = {}
        for spec in definition["nodes"]:
            made = make(context, self, spec)
            self.scope[spec["id"]] = made
            for name, value in in_order(spec):
                made.queue(name, value)
        for wire in definition["connections"]:
            self.connect(wire)
        for node in self.scope.values():
            node.held = False
        for node in self.scope.values():
            if node.dirty:
                node.report()
        self.outputs = {
            port["name"]: [] for port in definition["ports"] if port["plug"] == "output"
        }

    def connect(self, wire: dict[str, str]) -> None:
        source, target = self.scope[wire["sourceId"]], self.scope[wire["targetId"]]
        output, port = wire["sourcePort"], wire["targetPort"]
        source.outputs.setdefault(output, []).append((target, port))
        target.connected.setdefault(port, []).append((source, output))
        initial = source.get(output)
        if initial is not UNDEFINED:
            target.queue(port, initial)
        target.mark_dirty()

    def set(self, name: str, value: Value) -> None:
        self.values[name] = value
        for node in self.scope.values():
            if isinstance(node, ComponentInputs):
                node.send(name, value)

    def get(self, name: str) -> Value:
        return self.shown.get(name, UNDEFINED)

    def report(self) -> None:
        super().report()
        for kind in (ComponentInputs, ComponentOutputs):
            for node in self.scope.values():
                if isinstance(node, kind):
                    node.mark_dirty()

    def update(self) -> None:
        if self.updating or not self.dirty:
            return
        super().update()
        for node in self.scope.values():
            if isinstance(node, ComponentOutputs):
                node.update()

    def delete(self) -> None:
        self.deleted = True
        for node in self.scope.values():
            node.deleted = True
            if isinstance(node, Instance):
                node.delete()


class ComponentInputs(Node):
    def get(self, name: str) -> Value:
        assert self.parent is not None
        return self.parent.values.get(name, UNDEFINED)

    def update_sources(self) -> None:
        assert self.parent is not None
        self.parent.update()


class ComponentOutputs(Node):
    def set(self, name: str, value: Value) -> None:
        assert self.parent is not None
        if name in self.parent.outputs:
            self.parent.shown[name] = value
            self.parent.send(name, value)


# -- node types ------------------------------------------------------------------------------------


class Variable(Node):
    static = ("savedValue", "changed", "stored")
    start: Value = None

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.current, self.latest = self.start, 0

    def cast(self, value: Value) -> Value:
        raise NotImplementedError

    def set(self, name: str, value: Value) -> None:
        if name == "saveValue":
            self.on_edge(name, value, lambda: self.schedule(self.save))
        elif self.is_connected("saveValue"):
            self.latest = value
        else:
            self.assign(value)

    def save(self) -> None:
        self.assign(self.latest)
        self.signal("stored")

    def assign(self, value: Value) -> None:
        new = self.cast(value)
        changed = not same(new, self.current)
        self.current = new
        if changed:
            self.flag("savedValue")
            self.signal("changed")
            if "length" in self.static:
                self.flag("length")

    def get(self, name: str) -> Value:
        if name == "length":
            return len(self.current)
        return self.current if name == "savedValue" else UNDEFINED


class StringNode(Variable):
    static = ("savedValue", "changed", "stored", "length")
    start = ""

    def cast(self, value: Value) -> Value:
        return text(value)


class NumberNode(Variable):
    start = 0

    def cast(self, value: Value) -> Value:
        return number(value)


class BooleanNode(Variable):
    start = False

    def cast(self, value: Value) -> Value:
        return truth(value)


class ConditionNode(Node):
    static = ("ontrue", "onfalse", "result", "isfalse")
    condition: Value = UNDEFINED

    def set(self, name: str, value: Value) -> None:
        if name == "eval":
            self.on_edge(name, value, lambda: self.schedule(self.evaluate))
            return
        self.condition = value
        if not self.is_connected("eval"):
            self.schedule(self.evaluate)

    def evaluate(self) -> None:
        self.flag("result")
        self.flag("isfalse")
        self.signal("ontrue" if truth(self.condition) else "onfalse")

    def get(self, name: str) -> Value:
        shown = {"result": truth(self.condition), "isfalse": not truth(self.condition)}
        return shown.get(name, UNDEFINED)


class AndNode(Node):
    static = ("result",)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.given: dict[str, bool] = {}
        self.result: Value = UNDEFINED

    def set(self, name: str, value: Value) -> None:
        if self.given.get(name) == truth(value):
            return
        self.given[name] = truth(value)
        result = all(self.given.values())
        if result is not self.result:
            self.result = result
            self.flag("result")

    def get(self, name: str) -> Value:
        return self.result


class OrNode(Node):
    static = ("result",)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.given: dict[str, Value] = {}

    def set(self, name: str, value: Value) -> None:
        if not same(self.given.get(name, UNDEFINED), value):
            self.given[name] = value
            self.flag("result")

    def get(self, name: str) -> Value:
        return any(map(truth, self.given.values()))


class InverterNode(Node):
    static = ("result",)
    given: Value = UNDEFINED

    def set(self, name: str, value: Value) -> None:
        self.given = value
        self.flag("result")

    def get(self, name: str) -> Value:
        return UNDEFINED if self.given is UNDEFINED else not truth(self.given)


class CounterNode(Node):
    static = ("currentCount", "countChanged")
    count: Value = 0
    start: Value = 0
    started = False

    def set(self, name: str, value: Value) -> None:
        if name in ("increase", "decrease"):
            step = 1 if name == "increase" else -1
            self.on_edge(name, value, lambda: self.show(self.count + step))
        elif name == "reset":
            self.on_edge(name, value, lambda: self.show(self.start))
        else:
            self.start = number(value)
            if not self.started:
                self.started = True
                self.show(self.start)

    def show(self, count: Value) -> None:
        self.count = count
        self.flag("currentCount")
        self.signal("countChanged")

    def get(self, name: str) -> Value:
        return self.count if name == "currentCount" else UNDEFINED


class ExpressionNode(Node):
    """Only "x + y" and "x > y"."""

    static = ("result", "isTrue", "isFalse", "isTrueEv", "isFalseEv")
    last: Value = 0
    expression = ""
    scheduled = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.given: dict[str, Value] = {"x": 0, "y": 0}

    def set(self, name: str, value: Value) -> None:
        if name == "run":
            self.on_edge(name, value, self.once)
            return
        if name == "expression":
            self.expression = value
        else:
            self.given[name] = value
        if not self.is_connected("run"):
            self.once()

    def once(self) -> None:
        if not self.scheduled:
            self.scheduled = True
            self.schedule(self.evaluate)

    def evaluate(self) -> None:
        x, y = self.given["x"], self.given["y"]
        value = (
            0 if not self.expression else greater(x, y) if ">" in self.expression else plus(x, y)
        )
        if not same(value, self.last):
            self.last = value
            for name in ("result", "isTrue", "isFalse"):
                self.flag(name)
        self.signal("isTrueEv" if truth(self.last) else "isFalseEv")
        self.scheduled = False

    def get(self, name: str) -> Value:
        shown = {"result": self.last, "isTrue": truth(self.last), "isFalse": not truth(self.last)}
        return shown.get(name, UNDEFINED)


class BooleanToString(Node):
    static = ("currentValue", "inputChanged")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.given: dict[str, Value] = {"trueString": "", "falseString": ""}

    def set(self, name: str, value: Value) -> None:
        if same(self.given.get(name, UNDEFINED), value):
            return
        self.given[name] = value
        selected = truth(self.given.get("input", UNDEFINED))
        if name == "input" or selected == (name == "trueString"):
            self.flag("currentValue")
        if name == "input":
            self.signal("inputChanged")

    def get(self, name: str) -> Value:
        if name != "currentValue":
            return UNDEFINED
        selected = truth(self.given.get("input", UNDEFINED))
        return self.given["trueString" if selected else "falseString"]


class RequestNode(Node):
    static = ("receive", "auth", "userId")

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.parameters: dict[str, Value] = {}

    def set(self, name: str, value: Value) -> None:
        pass

    def start(self, body: dict[str, Value]) -> None:
        """The start of the request: what it needs to know comes in an event."""
        self.context.events.append(lambda: self.deliver(body))

    def deliver(self, body: dict[str, Value]) -> None:
        self.flag("auth")
        for name, value in body.items():
            self.parameters[name] = value
            self.flag(f"pm-{name}")
        self.signal("receive")

    def get(self, name: str) -> Value:
        if name == "auth":
            return False
        return self.parameters.get(name.removeprefix("pm-"), UNDEFINED)


class ResponseNode(Node):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.parameters: dict[str, Value] = {}

    def set(self, name: str, value: Value) -> None:
        if name == "send":
            self.on_edge(name, value, self.answer)
        else:
            self.parameters[name.removeprefix("pm-")] = value

    def answer(self) -> None:
        if self.context.response is None:
            self.context.response = dict(self.parameters)
            assert self.context.root is not None
            self.context.root.delete()


TYPES: dict[str, type[Node]] = {
    "String": StringNode,
    "Number": NumberNode,
    "Boolean": BooleanNode,
    "Condition": ConditionNode,
    "And": AndNode,
    "Or": OrNode,
    "Inverter": InverterNode,
    "Counter": CounterNode,
    "Expression": ExpressionNode,
    "Boolean To String": BooleanToString,
    "noodl.cloud.request": RequestNode,
    "noodl.cloud.response": ResponseNode,
    "Component Inputs": ComponentInputs,
    "Component Outputs": ComponentOutputs,
}


def make(context: Context, parent: Instance, spec: dict[str, Any]) -> Node:
    path = f"{parent.path}/{spec['id']}"
    if spec["type"] in COMPONENTS:
        return Instance(context, parent, path, COMPONENTS[spec["type"]])
    return TYPES[spec["type"]](context, parent, path)


COMPONENTS: dict[str, dict[str, Any]] = {}


def in_order(spec: dict[str, Any]) -> list[tuple[str, Value]]:
    """Parameters in file order, the expression first; what only a Request reads stays out."""
    given = [(n, v) for n, v in spec["parameters"].items() if n != "params"]
    return sorted(given, key=lambda pair: pair[0] != "expression")


def play(
    document: dict[str, Any], main: str, body: dict[str, Value], most: int
) -> tuple[list[Entry], dict[str, Value] | None]:
    """Run a component; return what was set in order, at most so many, and the response."""
    COMPONENTS.clear()
    COMPONENTS.update({component["name"]: component for component in document["components"]})
    context = Context(most)
    root = context.root = Instance(context, None, "", COMPONENTS[main])
    request = next(node for node in root.scope.values() if isinstance(node, RequestNode))
    context.jobs.append(lambda: request.start(body))
    with suppress(Enough):
        context.run()
    return context.entries, context.response


# -- values: null, booleans, whole numbers, NaN, texts ---------------------------------------------


def shown(value: Value) -> str:
    """Tell 1 from True and NaN from itself."""
    return f"{type(value).__name__} {value}"


def truth(value: Value) -> bool:
    return value not in (UNDEFINED, None, False, 0, "") and value == value


def text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    return "null" if value is None else str(value)


def number(value: Value) -> Value:
    if isinstance(value, str):
        stripped = value.strip()
        if stripped.lstrip("-").isdigit():
            return int(stripped)
        return 0 if not stripped else math.nan
    return 0 if value is None else int(value) if isinstance(value, bool) else value


def same(left: Value, right: Value) -> bool:
    """left === right"""
    return type(left) is type(right) and bool(left == right)


def plus(left: Value, right: Value) -> Value:
    if isinstance(left, str) or isinstance(right, str):
        return text(left) + text(right)
    return number(left) + number(right)


def greater(left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left > right
    return bool(number(left) > number(right))
