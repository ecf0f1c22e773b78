"""The interpreter: one run of one component. It holds values and queues; no I/O, no clock.

The life of a run: `start` makes the instance, `advance` works until nothing can be done without
the host. Then `asks` holds what the host must find out; it hands each answer to `answer` or
`refuse` and calls `advance` again. `response` is there as soon as a Response node has sent.

Work comes in jobs (frames, the start of the Request node), events (answers of the host) and
microtasks. A frame updates dirty nodes; a node first lets its sources update, then takes one value
from each of its queues in turn, and acts at the end of each such pass. Why in this order and no
other: graphs drawn in the editor rely on who wins.
"""

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import Ask, ReadConfig
from noodl_runtime.workflow.graph import Component, Graph, NodeSpec
from noodl_runtime.workflow.js.values import UNDEFINED, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.world import World

LISTS_PER_FRAME = 10
ROUNDS_PER_BREATH = 16
DEEPEST_UPDATE = 100

Task = Callable[[], None]
Log = Callable[[str, str, Node | None], None]  # (level, message, node)


@dataclass(frozen=True, kw_only=True)
class FieldType:
    """Type of a field as the schema knows it, and where a pointer or relation leads."""

    type: str
    target: str | None = None


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a run is given from outside, besides its graph and its world.

    fields:  collection -> field -> FieldType; {} for a collection nobody knows
    max_rounds: how often one node is updated in one frame
    breathe: called every few steps; it may let others run, and raises to end the run
    trace:   hears of each value that an input takes; None costs nothing
    file_url: makes the address of a stored file from its name
    """

    new_id: Callable[[], str]
    now: Callable[[], float]  # milliseconds since 1970
    fields: Callable[[str], Mapping[str, FieldType]]
    log: Log
    breathe: Callable[[], None]
    random: Callable[[int], bytes]  # so many bytes nobody can guess
    max_asks: int = 100
    max_rounds: int = 100
    trace: Callable[[Node, str, Value], None] | None = None
    file_url: Callable[[str], str] = lambda _name: ""


@dataclass(frozen=True)
class Outcome:
    """What a run answers: HTTP status and JSON text."""

    status: int
    body: str


class Expired(BaseException):
    """The run must stop now, whatever its nodes catch. The host raises it out of `breathe`."""


class TooManyAsks(Exception):
    """More questions to the host are open than one run may have."""


class Run:
    """One run. user: the Object of the current user once the request is authenticated."""

    def __init__(
        self, graph: Graph, component: Component, world: World, around: Surroundings
    ) -> None:
        self.graph = graph
        self.component = component
        self.world = world
        self.around = around
        self.response: Outcome | None = None
        self.answering = False  # a Response node has sent, its answer is not delivered yet
        self.asks: list[tuple[int, Ask]] = []
        self.user: Value = UNDEFINED
        self.user_watchers: list[Callable[[], None]] = []
        self.error_watchers: list[Callable[[str, Node], None]] = []
        self.config: Mapping[str, Any] | None = None
        self._config_watchers: list[Task] = []
        self.accepting = True
        self.root: Node | None = None
        self.at: Node | None = None  # the node that works, or was the last to do so
        self._looping: set[int] = set()
        self.frame = 0
        self._dirty: list[Node] = []
        self._frame_wanted = False
        self._at_frame_start: list[Node] = []
        self._jobs: deque[Task] = deque()
        self._events: deque[Task] = deque()
        self._microtasks: deque[Task] = deque()
        self._waiting: dict[int, tuple[Callable[[Any], None], Callable[[Exception], None]]] = {}
        self._tickets = 0
        self._steps = 0
        self._depth = 0

    # -- for the host

    def start(self, begin: Callable[["Run"], None]) -> None:
        """Make the instance and queue `begin` as the job after the first frame."""
        self.root = Node(self, self.component.spec, None, -1)
        self.build(self.root)
        self.accepting = False
        self._jobs.append(lambda: begin(self))

    def advance(self) -> None:
        """Work until only the host can bring it further."""
        while True:
            while self._jobs:
                self._guarded(self._jobs.popleft())
            if self._run_microtasks() or self._jobs:
                continue
            if not self._events:
                return
            self._guarded(self._events.popleft())
            self._run_microtasks()

    def answer(self, ticket: int, value: Any) -> None:
        """Hand over what the host found; it takes effect in the next `advance`."""
        on_answer, _ = self._waiting.pop(ticket)
        self._events.append(lambda: on_answer(value))

    def refuse(self, ticket: int, error: Exception) -> None:
        """Hand over the error the host met instead of an answer."""
        _, on_refuse = self._waiting.pop(ticket)
        self._events.append(lambda: on_refuse(error))

    @property
    def idle(self) -> bool:
        """Tell whether nothing is under way any more, not even at the host."""
        return not (self._waiting or self._jobs or self._events or self._microtasks)

    def log(self, level: str, message: str, node: Node | None = None) -> None:
        """Write a line that names the node; errors of nodes reach those who watch for them."""
        self.around.log(level, message, node)
        if level == "error" and node is not None:
            for watcher in self.error_watchers:
                self.later(partial(watcher, message, node))

    def note(self, level: str, message: str, node: Node) -> None:
        """Write a line that an author asked for: no error of the node, whatever its level."""
        self.around.log(level, message, node)

    # -- for node types and scripts

    def ask(
        self,
        ask: Ask,
        on_answer: Callable[[Any], None],
        on_refuse: Callable[[Exception], None],
    ) -> None:
        """Put a question to the host; one of the two is called in a later event."""
        if len(self._waiting) >= self.around.max_asks:
            limit = f"more than {self.around.max_asks} open questions (setting max_asks)"
            self._events.append(lambda: on_refuse(TooManyAsks(limit)))
            return
        self._tickets += 1
        self._waiting[self._tickets] = (on_answer, on_refuse)
        self.asks.append((self._tickets, ask))

    def when_configured(self, task: Task) -> None:
        """Run a task in an event once the configuration is known; it is asked for once."""
        if self.config is not None:
            self.later(task)
            return
        self._config_watchers.append(task)
        if len(self._config_watchers) == 1:
            self.ask(ReadConfig(), self._configured, self._unconfigured)

    def _configured(self, config: Mapping[str, Any]) -> None:
        self.config = config
        for task in self._config_watchers:
            self._guarded(task)

    def _unconfigured(self, error: Exception) -> None:
        self.log("error", f"the configuration cannot be read: {describe(error)}")
        self.respond(Outcome(400, '{"error":"Failed to load config."}'))

    def later(self, task: Task) -> None:
        """Run a task as an event of its own."""
        self._events.append(task)

    def soon(self, task: Task) -> None:
        """Run a task as a microtask."""
        self._microtasks.append(task)

    def next_job(self, task: Task) -> None:
        """Run a task as a job of the present drain."""
        self._jobs.append(task)

    def respond(self, outcome: Outcome) -> None:
        """Fix the response and end the instance; later responses are ignored."""
        if self.response is None:
            self.response = outcome
            self.end()

    def end(self) -> None:
        """Delete all nodes and empty the world's registry."""
        if self.root is not None and not self.root.deleted:
            self.delete(self.root)
            self.world.forget_all()

    # -- making and deleting instances

    def build(self, instance: Node) -> None:
        """Make the nodes inside a component instance, connect and release them."""
        component = instance.spec.component
        assert component is not None
        nodes = instance.scope
        for spec in component.nodes:
            nodes.append(self._made(spec, instance))
        instance.input_nodes = _of_type(nodes, "Component Inputs")
        instance.output_nodes = _of_type(nodes, "Component Outputs")
        for link in component.links:
            target = nodes[link.target]
            initial = link.getter(nodes[link.source])
            if initial is not UNDEFINED:
                target.queue(link.input, initial)
            else:
                target.dirty = True
        for node in nodes:
            node.held = False
        for node in nodes:
            if node.dirty:
                self._report(node)

    def _made(self, spec: NodeSpec, instance: Node) -> Node:
        node = Node(self, spec, instance, spec.number)
        if spec.component is not None:
            self.build(node)
        if spec.type.created is not None:
            spec.type.created(node)
        for name, value in spec.queued:
            node.queue(name, value)
        return node

    def delete(self, node: Node) -> None:
        """Mark a node and all inside it deleted; what was queued to them has no effect any more."""
        pending = [node]
        while pending:
            gone = pending.pop()
            if gone.deleted:
                continue
            gone.deleted = True
            if gone.spec.type.gone is not None:
                gone.spec.type.gone(gone)
            if gone.spec.component is not None:
                pending.extend(gone.scope)
                pending.extend(gone.tasks.values())

    # -- dirtiness

    def mark(self, node: Node) -> None:
        """Mark a node dirty, and everything downstream, depth first."""
        if node.dirty:
            return
        node.dirty = True
        if not node.held:
            self._report(node)

    def _report(self, node: Node) -> None:
        self._dirty.append(node)
        self._want_frame()
        pending = [iter(_downstream(node))]
        while pending:
            for target in pending[-1]:
                if target.dirty:
                    continue
                target.dirty = True
                if target.held:
                    continue
                self._dirty.append(target)
                pending.append(iter(_downstream(target)))
                break
            else:
                pending.pop()

    def _want_frame(self) -> None:
        if not self._frame_wanted:
            self._frame_wanted = True
            self._jobs.append(self._run_frame)

    # -- frames

    def _run_frame(self) -> None:
        self._frame_wanted = False
        self.frame += 1
        again, self._at_frame_start = self._at_frame_start, []
        self._dirty.extend(again)
        for _ in range(LISTS_PER_FRAME):
            nodes, self._dirty = self._dirty, []
            for node in nodes:
                if not node.deleted:
                    self._guarded_update(node)
            if not self._dirty:
                break
        self.around.breathe()
        if self._dirty:
            self._want_frame()

    def _guarded_update(self, node: Node) -> None:
        try:
            self.update(node)
        except Exception as error:
            self.log("error", describe(error), node)
            if node.dirty and not node.deleted:  # a source failed: it has had its turn, try again
                self._at_frame_start.append(node)
                self._want_frame()

    def update(self, node: Node) -> None:
        """Bring a node up to date: first what it depends on, then its queues, pass by pass."""
        if node.updating or not node.dirty or node.deleted:
            return
        if node.frame != self.frame:
            node.frame, node.rounds, node.cyclic = self.frame, 0, False
        node.updating = True
        try:
            while node.dirty and not node.cyclic:
                self._update_sources(node)
                node.dirty = False
                self.at = node
                self._passes(node)
                self._count_round(node)
            node.first_update = False
        finally:
            node.updating = False
        if node.cyclic:
            self._at_frame_start.append(node)
            self._want_frame()
        if node.spec.component is not None:
            for inner in node.output_nodes:
                self.update(inner)

    def _update_sources(self, node: Node) -> None:
        parent = node.parent
        if parent is None:
            return
        if node.spec.type.name == "Component Inputs":
            self.update(parent)
            return
        if self._depth >= DEEPEST_UPDATE:
            for source in _dirty_sources(node):
                self.update(source)
        scope = parent.scope
        self._depth += 1
        try:
            for number in node.spec.upstream:
                source = scope[number]
                if source.dirty:
                    self.update(source)
        finally:
            self._depth -= 1

    def _passes(self, node: Node) -> None:
        queues = node.queues
        names = node.queue_names()
        more = True
        while more:
            more = False
            for name in names:
                queue = queues[name]
                if queue:
                    node.set_input(name, queue.pop(0))
                    more = more or bool(queue)
            actions, node.after = node.after, []
            for action in actions:
                node.pending.discard(action)
                action(node)
            if node.cyclic:
                return

    def _count_round(self, node: Node) -> None:
        node.rounds += 1
        if node.rounds >= self.around.max_rounds:
            node.cyclic = True
            self._tell_of_loop(node)
        self._steps += 1
        if self._steps % ROUNDS_PER_BREATH == 0:
            self.around.breathe()

    def _tell_of_loop(self, node: Node) -> None:
        if id(node) not in self._looping:
            self._looping.add(id(node))
            message = (
                f"updated {self.around.max_rounds} times in one frame (setting max_rounds);"
                " do its outputs lead back to it?"
            )
            self.log("warning", message, node)

    # -- microtasks, errors

    def _run_microtasks(self) -> bool:
        ran = False
        while True:
            while self._microtasks:
                ran = True
                self._guarded(self._microtasks.popleft())
            if not self.world.drain():
                return ran
            ran = True

    def _guarded(self, task: Task) -> None:
        try:
            task()
        except Exception as error:
            self.log("error", describe(error))


def describe(error: Exception) -> str:
    """Say an error in one line, for the log."""
    return str(error) or type(error).__name__


def _of_type(nodes: list[Node], name: str) -> tuple[Node, ...]:
    return tuple(node for node in nodes if node.spec.type.name == name)


def _dirty_sources(node: Node) -> list[Node]:
    """Return all dirty nodes upstream, farthest first: what updating would reach by recursion."""
    found: list[Node] = []
    seen = {id(node)}
    pending = [(node, iter(_sources(node)))]
    while pending:
        at, sources = pending[-1]
        source = next(sources, None)
        if source is None:
            pending.pop()
            if at is not node:
                found.append(at)
        elif source.dirty and not source.updating and id(source) not in seen:
            seen.add(id(source))
            pending.append((source, iter(_sources(source))))
    return found


def _sources(node: Node) -> list[Node]:
    parent = node.parent
    if parent is None:
        return []
    if node.spec.type.name == "Component Inputs":
        return [parent]
    return [parent.scope[number] for number in node.spec.upstream]


def _downstream(node: Node) -> list[Node] | tuple[Node, ...]:
    if node.spec.component is None:
        if not node.spec.downstream or node.parent is None:
            return ()
        scope = node.parent.scope
        return [scope[number] for number in node.spec.downstream]
    scope = node.parent.scope if node.parent else []
    outer = [scope[number] for number in node.spec.downstream]
    return [*outer, *node.input_nodes, *node.output_nodes]
