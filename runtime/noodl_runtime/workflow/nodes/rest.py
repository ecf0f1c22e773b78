"""REST: an HTTP request, with a script before and one after it."""

from dataclasses import field
from functools import partial

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.asks import Reply, SendRequest
from noodl_runtime.workflow.graph import NodeSpec
from noodl_runtime.workflow.js.convert import truthy
from noodl_runtime.workflow.js.replace import replace_first
from noodl_runtime.workflow.js.text import parse
from noodl_runtime.workflow.js.values import UNDEFINED, ScriptError, Value
from noodl_runtime.workflow.node import Node
from noodl_runtime.workflow.node_type import (
    IGNORED,
    Getter,
    Input,
    NodeType,
    nothing,
    once,
    shown,
    value,
)
from noodl_runtime.workflow.run import describe
from noodl_runtime.workflow.scripts import scripts_of


@dataclass(slots=True)
class _State:
    resource: Value = UNDEFINED
    method: Value = UNDEFINED
    inputs: dict[str, Value] = field(default_factory=dict)
    outputs: dict[str, Value] = field(default_factory=dict)
    scripts: set[str] = field(default_factory=set)


def _fetch(node: Node) -> None:
    state, run = node.state, node.run
    url = run.world.text(state.resource)
    for name, given in state.inputs.items():
        url = replace_first(url, f"{{{name}}}", run.world.text(given))
    method = run.world.text(state.method) if truthy(state.method) else "GET"
    ask = _request(node, url, method) if state.scripts else SendRequest(url=url, method=method)

    def refused(error: Exception) -> None:
        node.log("error", f"the request failed: {describe(error)}")
        node.signal("failure")

    node.ask(ask, partial(_answered, node), refused)


def _request(node: Node, url: str, method: str) -> SendRequest:
    scripts = scripts_of(node)
    url, method, headers, content = scripts.call(
        "restRequest", scripts.number_of(node), url, method
    )
    sent = dict(headers)
    if content is not None:
        sent = {k: v for k, v in sent.items() if k.lower() != "content-type"}
        sent["Content-Type"] = "application/json"
    return SendRequest(url=url, method=method.upper(), headers=sent, body=content)


def _answered(node: Node, reply: Reply) -> None:
    """Read the answer, run the response script, signal; any other content than JSON is ignored."""
    kind = reply.headers.get("content-type")
    if kind is None:
        content: Value = reply.body
    elif "/json" in kind:
        try:
            content = parse(reply.body)
        except ValueError as error:
            raise ScriptError(f"the answer is not JSON: {error}") from error
    else:
        node.log("warning", "REST only supports json content type in response.")
        return
    if node.state.scripts:
        scripts = scripts_of(node)
        coded = scripts.code(content)
        scripts.call("restResponse", scripts.number_of(node), reply.status, coded)
    node.signal("success" if 200 <= reply.status < 300 else "failure")


def _set_resource(node: Node, resource: Value) -> None:
    node.state.resource = resource


def _set_method(node: Node, method: Value) -> None:
    node.state.method = method


def _set_script(which: str, node: Node, text: Value) -> None:
    if not truthy(text):
        return
    scripts = scripts_of(node)
    node.state.scripts.add(which)
    scripts.post("compileRest", scripts.number_of(node), which, node.run.world.text(text))


def _set_input(name: str, node: Node, given: Value) -> None:
    node.state.inputs[name] = given
    if node.run.world.has_scripts:
        scripts = scripts_of(node)
        scripts.post("input", scripts.number_of(node), name, scripts.code(given))


def _input(_spec: NodeSpec, name: str) -> Input | None:
    return Input(partial(_set_input, name[3:])) if name.startswith("in-") else None


def _output(_spec: NodeSpec, name: str) -> Getter | None:
    return shown(name[4:]) if name.startswith("out-") else None


def _gone(node: Node) -> None:
    if node.run.world.has_scripts and node.state.scripts:
        scripts = scripts_of(node)
        scripts.post("gone", scripts.number_of(node))


def _needs_script(spec: NodeSpec) -> bool:
    return any(
        spec.parameters.get(name) or name in spec.sources
        for name in ("requestScript", "responseScript")
    )


NODE = NodeType(
    name="REST2",
    inputs={
        "resource": value(_set_resource),
        "method": value(_set_method),
        "requestScript": value(partial(_set_script, "request")),
        "responseScript": value(partial(_set_script, "response")),
        "fetch": once(_fetch),
        "cancel": IGNORED,
        "scriptInputs": IGNORED,
        "scriptOutputs": IGNORED,
    },
    outputs={"failure": nothing, "success": nothing, "canceled": nothing},
    any_input=_input,
    any_output=_output,
    state=_State,
    gone=_gone,
    needs_script=_needs_script,
)
