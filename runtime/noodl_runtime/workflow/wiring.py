"""Parameters and connections of one component, resolved to ports and numbers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noodl_runtime.workflow.graph import Component, Link, NodeSpec
from noodl_runtime.workflow.js.convert import is_index
from noodl_runtime.workflow.node_type import ON_CHANGE, Input

_ENDS = ("sourceId", "sourcePort", "targetId", "targetPort")
Message = tuple[str, str]  # (what is wrong, node id)


def wire(
    component: Component,
    specs: Mapping[str, NodeSpec | None],
    connections: Sequence[Mapping[str, Any]],
) -> list[Message]:
    """Fill in nodes and connections of a component; return what had to be skipped.

    specs: nodes by id in order of creation; None stands for a node of unknown type
    """
    component.nodes = tuple(spec for spec in specs.values() if spec is not None)
    for number, spec in enumerate(component.nodes):
        spec.number = number
        _queue_parameters(spec)
    links: list[Link] = []
    made: list[tuple[NodeSpec, str, NodeSpec, str]] = []
    messages: list[Message] = []
    for connection in connections:
        made_or_message = _connect(specs, connection)
        if isinstance(made_or_message, str):
            messages.append((made_or_message, str(connection.get("targetId", ""))))
            continue
        link, ends = made_or_message
        links.append(link)
        made.append(ends)
    component.links = tuple(links)
    _index(component.nodes, made)
    return messages


def _queue_parameters(spec: NodeSpec) -> None:
    queued = [
        (name, value)
        for name, value in spec.parameters.items()
        if not name.startswith(ON_CHANGE) and _input(spec, name) is not None
    ]
    first = spec.type.first_inputs
    spec.queued = tuple(sorted(queued, key=lambda entry: entry[0] not in first))


def _input(spec: NodeSpec, name: str) -> Input | None:
    if name not in spec.inputs:
        found = spec.type.input(spec, name)
        if found is None:
            return None
        spec.inputs[name] = found
        spec.index_names = spec.index_names or is_index(name)
    return spec.inputs[name]


def _connect(
    specs: Mapping[str, NodeSpec | None], connection: Mapping[str, Any]
) -> tuple[Link, tuple[NodeSpec, str, NodeSpec, str]] | str:
    ends = [connection.get(end) for end in _ENDS]
    for end, found in zip(_ENDS, ends, strict=True):
        if not isinstance(found, str) or not found:
            return f"Error in connection: Missing {end}; the connection is skipped"
    source_id, output, target_id, input_name = (str(end) for end in ends)
    for node_id in (source_id, target_id):
        if node_id not in specs:
            return f"Unknown node id {node_id}; the connection is skipped"
    source, target = specs[source_id], specs[target_id]
    if source is None or target is None:
        return "the connection leads to a node that was skipped"
    if _input(target, input_name) is None:
        return f"there is no input {input_name!r}; the connection is skipped"
    getter = source.type.output(source, output)
    if getter is None:
        return f"there is no output {output!r} at {source_id}; the connection is skipped"
    link = Link(source.number, getter, target.number, input_name)
    return link, (source, output, target, input_name)


def _index(specs: Sequence[NodeSpec], made: Sequence[tuple[NodeSpec, str, NodeSpec, str]]) -> None:
    outgoing: list[dict[str, list[tuple[int, str]]]] = [{} for _ in specs]
    incoming: list[dict[str, list[tuple[int, str]]]] = [{} for _ in specs]
    for source, output, target, input_name in made:
        outgoing[source.number].setdefault(output, []).append((target.number, input_name))
        incoming[target.number].setdefault(input_name, []).append((source.number, output))
    for spec, outputs, inputs in zip(specs, outgoing, incoming, strict=True):
        spec.targets = {name: tuple(outputs[name]) for name in _creation_order(spec, outputs)}
        spec.downstream = tuple(number for ends in spec.targets.values() for number, _ in ends)
        spec.sources = {name: tuple(ends) for name, ends in inputs.items()}
        spec.upstream = tuple(number for ends in spec.sources.values() for number, _ in ends)


def _creation_order(spec: NodeSpec, connected: Mapping[str, Any]) -> Iterator[str]:
    """Yield connected outputs: those the type has from the start, then those made on demand."""
    yield from (name for name in spec.type.outputs if name in connected)
    yield from (name for name in connected if name not in spec.type.outputs)
