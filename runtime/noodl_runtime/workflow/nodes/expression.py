"""Expression: a JavaScript expression over its inputs."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.expressions import Prepared, can_be_names, prepare, shadow_nothing
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import is_primitive, strict_equal, truthy
from noodl_runtime.workflow.js.values import ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import Input, NodeType, nothing, signal, value
from noodl_runtime.workflow.scripts import scripts_of


@dataclass(slots=True)
class _State:
    prepared: Prepared | None = None
    scope: dict[str, Value] = field(default_factory=dict)
    last: Value = 0
    scheduled: bool = False


def _schedule(node: Node) -> None:
    """Evaluate after inputs; a request made while the evaluation runs is ignored."""
    if not node.state.scheduled:
        node.state.scheduled = True
        node.after_inputs(_evaluate)


def _evaluate(node: Node) -> None:
    state = node.state
    try:
        result = _compute(node)
        if not strict_equal(result, state.last):
            state.last = result
            for output in ("result", "isTrue", "isFalse"):
                node.flag(output)
        node.signal("isTrueEv" if truthy(state.last) else "isFalseEv")
    finally:
        state.scheduled = False


def _compute(node: Node) -> Value:
    state = node.state
    if state.prepared is None:
        return 0
    try:
        scope, code = state.scope, state.prepared.code
        if not can_be_names(scope):
            raise ScriptError(f"an input is no name for a variable: {', '.join(scope)}")
        if code is not None and shadow_nothing(scope) and _is_plain(node):
            return node.run.world.build(code(scope))
        scripts = scripts_of(node)
        values = [scripts.code(given) for given in scope.values()]
        number = scripts.number_of(node)
        return scripts.value("expression", number, state.prepared.text, list(scope), values)
    except (ScriptError, RecursionError) as error:
        node.log("error", f"Error in expression: {error}")
        return 0


def _is_plain(node: Node) -> bool:
    """Tell whether no value of the scope lives in a script context."""
    if not node.run.world.has_scripts:
        return True
    return all(is_primitive(given) for given in node.state.scope.values())


def _set_expression(node: Node, text: Value) -> None:
    state = node.state
    before = state.prepared.names if state.prepared else ()
    state.prepared = prepare(node.run.world.text(text))
    for name in before:
        if name not in state.prepared.names:
            state.scope.pop(name, None)
    for name in state.prepared.names:
        state.scope.setdefault(name, 0)
    if node.starts_by_itself("run"):
        _schedule(node)


def _set(name: str, node: Node, given: Value) -> None:
    node.state.scope[name] = given
    if node.starts_by_itself("run"):
        _schedule(node)


def _created(node: Node) -> None:
    """Inputs named by parameters and connections come first in the scope, with value 0."""
    for name in node.spec.inputs:
        if name not in NODE.inputs:
            node.state.scope[name] = 0


def _input(_spec: NodeSpec, name: str) -> Input:
    return Input(partial(_set, name))


def _needs_script(spec: NodeSpec) -> bool:
    if "expression" in spec.sources:
        return True
    if not shadow_nothing(spec.inputs):
        return True
    text = spec.parameters.get("expression")
    return text is not None and (not isinstance(text, str) or prepare(text).code is None)


NODE = NodeType(
    name="Expression",
    inputs={"expression": value(_set_expression), "run": signal(_schedule)},
    outputs={
        "result": lambda node: node.state.last,
        "isTrue": lambda node: truthy(node.state.last),
        "isFalse": lambda node: not truthy(node.state.last),
        "isTrueEv": nothing,
        "isFalseEv": nothing,
    },
    any_input=_input,
    state=_State,
    created=_created,
    first_inputs=frozenset({"expression"}),
    needs_script=_needs_script,
)
