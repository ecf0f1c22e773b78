"""Run Tasks: an instance of a component per item, a limited number at a time."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.convert import to_number, truthy
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import NodeType, array, nothing, once, value


@dataclass(slots=True)
class _State:
    items: Value = UNDEFINED
    template: Value = UNDEFINED
    at_once: Value = 10
    stop_on_failure: Value = UNDEFINED
    phase: str = "idle"  # idle, running, aborted
    queue: list[Value] = field(default_factory=list)
    total: int = 0
    completed: int = 0
    failed: int = 0


def _run(node: Node) -> None:
    state = node.state
    if state.phase != "idle" or not truthy(state.template) or state.items is UNDEFINED:
        node.log("warning", "Run Tasks cannot start: it runs already, or has no template or items")
        return
    state.phase = "running"
    state.queue = node.run.world.items(state.items)
    state.total, state.completed, state.failed = len(state.queue), 0, 0
    if not state.queue:
        node.signal("success")
        state.phase = "idle"
        return
    started = 0
    most = to_number(node.run.world.copy(state.at_once))
    while started < most and started < len(state.queue):  # the queue shrinks meanwhile: known
        item = state.queue.pop(0)
        if not truthy(item):
            break
        _start(node, item)
        started += 1


def _start(node: Node, item: Value) -> None:
    target = node.run.world.object_of(item)
    node.run.soon(partial(_create, node, target))


def _create(node: Node, item: Value) -> None:
    """Make the task's instance, set its inputs and give it its start signal."""
    run, parent = node.run, node.parent
    component = run.graph.components.get(str(node.state.template))
    if component is None or parent is None:
        raise ScriptError(f"Run Tasks: there is no component {node.state.template!r}")
    if node.deleted:
        return
    task = Node(run, component.spec, parent, -1 - len(parent.tasks))
    task.item = item
    task.watcher = partial(_signalled, node, task)
    run.build(task)
    task.held = False
    parent.tasks[id(task)] = task
    _set_inputs(task, item)
    task.queue("Do", True)
    task.queue("Do", False)


def _set_inputs(task: Node, item: Value) -> None:
    world = task.run.world
    names = task.spec.type.inputs
    object_id = world.object_id(item)
    for name in ("Id", "id"):
        if name in names:
            task.set_input(name, object_id)
    keys = set(world.keys(item))
    for name in names:
        given = world.get(item, name) if name in keys else UNDEFINED
        if given is not UNDEFINED:
            task.set_input(name, given)


def _signalled(node: Node, task: Node, name: str) -> None:
    """Hear a signal of a task; whatever its name, the task ends with it."""
    state = node.state
    if state.phase == "idle":
        return
    if name in ("Success", "Failure"):
        state.completed += 1
        state.failed += name == "Failure"
        _check(node)
    if task.deleted:
        raise ScriptError("the task has ended already")
    node.run.delete(task)
    if node.parent is not None:
        node.parent.tasks.pop(id(task), None)


def _check(node: Node) -> None:
    state = node.state
    if state.phase == "aborted":
        node.signal("aborted")
        state.phase = "idle"
    elif state.completed == state.total:
        node.signal("failure" if state.failed else "success")
        node.signal("done")
        state.phase = "idle"
    elif truthy(state.stop_on_failure) and state.failed:
        node.signal("failure")
        node.signal("aborted")
    elif state.queue:
        item = state.queue.pop(0)
        if truthy(item):
            _start(node, item)


def _abort(node: Node) -> None:
    node.state.phase = "aborted"


def _set_items(node: Node, items: Value) -> None:
    if truthy(items) and node.run.world.kind(items) == "array":
        node.state.items = items


def _set_template(node: Node, template: Value) -> None:
    node.state.template = template


def _set_most(node: Node, most: Value) -> None:
    node.state.at_once = most


def _set_stop(node: Node, stop: Value) -> None:
    node.state.stop_on_failure = stop


NODE = NodeType(
    name="RunTasks",
    inputs={
        "items": array(_set_items),
        "taskTemplate": value(_set_template),
        "maxRunningTasks": value(_set_most),
        "stopOnFailure": value(_set_stop),
        "run": once(_run),
        "abort": once(_abort),
    },
    outputs={"success": nothing, "failure": nothing, "done": nothing, "aborted": nothing},
    state=_State,
)
