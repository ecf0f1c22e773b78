"""One node of a run: queued values, flags, and what its behaviour may do."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from noodl_runtime.workflow.asks import Ask
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import ordered, truthy
from noodl_runtime.workflow.js.expression import literal
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node_type import ON_CHANGE, Action

if TYPE_CHECKING:
    from noodl_runtime.workflow.run import Run

SENDS_PER_UPDATE = 500


class Node:
    """A node instance. `state` belongs to its node type, everything else to the interpreter.

    parent: the component instance it lives in, None for the outermost
    scope:  of a component instance, the nodes inside by number; own_object: its component object
    setting: the input that is being set, or was last
    held:   while its component is being made: dirty, but not yet reported
    """

    __slots__ = (
        "after",
        "cyclic",
        "deleted",
        "dirty",
        "edges",
        "first_update",
        "frame",
        "held",
        "input_nodes",
        "item",
        "number",
        "output_nodes",
        "output_values",
        "own_object",
        "parent",
        "pending",
        "queues",
        "rounds",
        "run",
        "scope",
        "sends",
        "setting",
        "spec",
        "state",
        "tasks",
        "updating",
        "values",
        "watcher",
    )

    def __init__(self, run: "Run", spec: NodeSpec, parent: "Node | None", number: int) -> None:
        self.run = run
        self.spec = spec
        self.parent = parent
        self.number = number
        self.queues: dict[str, list[Value]] = {}
        self.after: list[Action] = []
        self.pending: set[Action] = set()
        self.edges: set[object] = set()
        self.sends: dict[str, list[int]] = {}
        self.state: Any = spec.type.state()
        self.dirty = self.updating = self.deleted = self.cyclic = False
        self.first_update = self.held = True
        self.frame = self.rounds = 0
        self.setting = ""
        if spec.component is not None:
            self.scope: list[Node] = []
            self.input_nodes: tuple[Node, ...] = ()
            self.output_nodes: tuple[Node, ...] = ()
            self.tasks: dict[int, Node] = {}
            self.values: dict[str, Value] = {}
            self.output_values: dict[str, Value] = {}
            self.item: Value = UNDEFINED
            self.own_object: Value = UNDEFINED
            self.watcher: Any = None

    # -- what behaviour uses

    def send(self, output: str, value: Value) -> None:
        """Queue a value on everything connected to an output; undefined does not travel."""
        if value is UNDEFINED:
            return
        targets = self.spec.targets.get(output)
        if targets is None:
            if output in self.spec.type.outputs:
                self._count(output)
            return
        self._count(output)
        scope = self.parent.scope if self.parent else ()
        for number, name in targets:
            scope[number].queue(name, value)

    def flag(self, output: str) -> None:
        """Read an output's value now and send it."""
        if output in self.spec.targets:
            getter = self.spec.type.output(self.spec, output)
            if getter is not None:
                self.send(output, getter(self))

    def signal(self, output: str) -> None:
        """Send true and then false."""
        if output in self.spec.targets or output in self.spec.type.outputs:
            self.send(output, True)
            self.send(output, False)
            if not self.dirty:
                self.run.mark(self)

    def after_inputs(self, action: Action) -> None:
        """Run an action at the end of the pass, once per call."""
        self.after.append(action)
        if not self.dirty:
            self.run.mark(self)

    def after_once(self, action: Action) -> None:
        """Run an action at the end of the pass, once however often it is asked for."""
        if action not in self.pending:
            self.pending.add(action)
            self.after_inputs(action)

    def is_connected(self, name: str) -> bool:
        """Tell whether something outside reaches an input, through component inputs or directly."""
        for number, output in self.spec.sources.get(name, ()):
            parent = self.parent
            if parent is None:
                return False
            if parent.scope[number].spec.type.name != "Component Inputs":
                return True
            if (output == "Do" and parent.watcher is not None) or parent.is_connected(output):
                return True  # a task's Do is set by Run Tasks, without a wire
        return False

    def starts_by_itself(self, control: str, port: str | None = None) -> bool:
        """Tell whether a change of an input starts the work that a control input could start.

        port: the input that changed, None for the one that is being set
        """
        wanted = self.spec.parameters.get(f"{ON_CHANGE}{port or self.setting}")
        return not self.is_connected(control) if wanted is None else truthy(wanted)

    def ask(
        self, ask: Ask, on_answer: Callable[[Any], None], on_refuse: Callable[[Exception], None]
    ) -> None:
        """Put a question to the host; one of the two is called in a later event."""
        self.run.ask(ask, self._named(on_answer), self._named(on_refuse))

    def _named(self, handle: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return a handler whose errors are logged with this node."""

        def guarded(found: Any) -> None:
            try:
                handle(found)
            except Exception as error:
                self.log("error", str(error) or type(error).__name__)

        return guarded

    def log(self, level: str, message: str) -> None:
        """Write a line that names this node."""
        self.run.log(level, message, self)

    # -- what the interpreter uses

    def queue(self, name: str, value: Value) -> None:
        """Append a value to an input's queue; before the first update a later one replaces."""
        queue = self.queues.get(name)
        if queue is None:
            self.queues[name] = [value]
        else:
            if self.first_update and queue and queue[0] is not True:
                queue.clear()
            queue.append(value)
        if not self.dirty:
            self.run.mark(self)

    def queue_names(self) -> list[str]:
        """Return the inputs in order of first queueing, integer-like names first."""
        return ordered(self.queues) if self.spec.index_names else list(self.queues)

    def set_input(self, name: str, value: Value) -> None:
        """Give an input its next value."""
        port = self.spec.inputs.get(name)
        if port is None:
            self.log("warning", f"there is no input {name!r}")
            return
        if port.array and isinstance(value, str):
            value = self._evaluated(value)
        trace = self.run.around.trace
        if trace is not None:
            trace(self, name, value)
        self.setting = name
        port.set(self, value)

    def _evaluated(self, text: str) -> Value:
        try:
            return self.run.world.build(literal(text))
        except ScriptError as error:
            self.log("error", str(error))
            return self.run.world.build([])

    def _count(self, output: str) -> None:
        sent = self.sends.get(output)
        if sent is None or sent[0] != self.frame:
            self.sends[output] = [self.frame, 0]
            return
        sent[1] += 1
        if sent[1] > SENDS_PER_UPDATE:
            self.cyclic = True
