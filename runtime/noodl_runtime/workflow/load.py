"""From workflow documents to a prepared graph: tolerant, and every tolerance is reported."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import PREFIXES, Component, Graph, NodeSpec, Problem
from noodl_runtime.workflow.js.convert import ordered
from noodl_runtime.workflow.nesting import settle_nesting
from noodl_runtime.workflow.node_type import NodeType
from noodl_runtime.workflow.nodes.component import instance_type
from noodl_runtime.workflow.nodes.names import BROWSER_ONLY
from noodl_runtime.workflow.wiring import wire

MAX_NODES = 10_000

Document = Mapping[str, Any]


@dataclass
class _Loading:
    """What is known while the files are read."""

    types: Mapping[str, NodeType]
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, tuple[str, Document, bool]] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)

    def report(self, file: str, message: str, component: str = "", node: str = "") -> None:
        """Keep a problem for the person who reads the log."""
        self.problems.append(Problem(file, component, node, message))


def load(documents: Sequence[tuple[str, Any]], types: Mapping[str, NodeType]) -> Graph:
    """Prepare the graph of some workflow documents.

    documents: [("Orders.workflow.json", parsed document), ...] in the order they are loaded
    types:     node types by name
    returns:   the graph; its problems say what was skipped or mended
    """
    loading = _Loading(types)
    for file, document in documents:
        _read_document(loading, file, document)
    for name, (file, _, _) in loading.sources.items():
        spec = NodeSpec(id=name, type=NodeType(name=name))
        loading.components[name] = Component(name=name, file=file, spec=spec)
    for name, component in loading.components.items():
        _declare(component, loading.sources[name][1])
    for name, component in loading.components.items():
        _fill(loading, component, loading.sources[name][1])
    settle_nesting(loading.components, loading.problems)
    return Graph(
        components=loading.components,
        settings=loading.settings,
        metadata=loading.metadata,
        problems=tuple(loading.problems),
    )


def _read_document(loading: _Loading, file: str, document: Any) -> None:
    if not isinstance(document, Mapping) or not isinstance(document.get("components"), list):
        loading.report(file, "has no list of components; the file is skipped")
        return
    loading.metadata.update(_mapping(document.get("metadata")))
    if isinstance(document.get("settings"), Mapping):
        loading.settings = document["settings"]
    for place, component in enumerate(document["components"]):
        name = component.get("name") if isinstance(component, Mapping) else None
        if isinstance(name, str) and name.startswith(PREFIXES):
            _offer(loading, file, component, main=place == 0)


def _offer(loading: _Loading, file: str, component: Document, *, main: bool) -> None:
    """Keep one definition per name: that of the file whose main component it is, else the last."""
    name = component["name"]
    known = loading.sources.get(name)
    if known is None or known[1] == component:
        loading.sources[name] = (file, component, main or (known is not None and known[2]))
        return
    if main or not known[2]:
        loading.sources[name] = (file, component, main)
    loading.report(
        file,
        f"differs from its definition in {known[0]}; {loading.sources[name][0]} counts",
        name,
    )


def _declare(component: Component, document: Document) -> None:
    ports = [port for port in _list(document.get("ports")) if isinstance(port, Mapping)]
    component.inputs = tuple(_plugged(ports, "input"))
    component.outputs = tuple(_plugged(ports, "output"))
    component.spec.type = instance_type(component)
    component.spec.component = component
    component.spec.inputs = dict(component.spec.type.inputs)


def _plugged(ports: Sequence[Document], plug: str) -> list[str]:
    names = [
        port["name"]
        for port in ports
        if isinstance(port.get("name"), str)
        and plug in str(port.get("plug", "")).replace("outputs", "output").split("/")
    ]
    return ordered(dict.fromkeys(names))


def _fill(loading: _Loading, component: Component, document: Document) -> None:
    specs: dict[str, NodeSpec | None] = {}
    for node in _nodes(loading, component, _list(document.get("nodes"))):
        if node["id"] in specs:
            loading.report(component.file, "has this id twice; the later one counts",
                           component.name, node["id"])  # fmt: skip
        specs[node["id"]] = _spec(loading, component, node)
    if len(specs) > MAX_NODES:
        message = f"has {len(specs)} nodes; at most {MAX_NODES} are loaded"
        loading.report(component.file, message, component.name)
        specs = dict(list(specs.items())[:MAX_NODES])
    connections = [c for c in _list(document.get("connections")) if isinstance(c, Mapping)]
    for message, node_id in wire(component, specs, connections):
        loading.report(component.file, message, component.name, node_id)


def _nodes(loading: _Loading, component: Component, nodes: Sequence[Any]) -> Iterator[Document]:
    """Yield the nodes in order of creation: each root, then its children, depth first."""
    pending = list(reversed(nodes))
    while pending:
        node = pending.pop()
        if not isinstance(node, Mapping) or not isinstance(node.get("id"), str):
            loading.report(component.file, "has a node without an id; skipped", component.name)
            continue
        children = _list(node.get("children"))
        if children:
            message = "cannot have children; they are loaded as nodes of the component"
            loading.report(component.file, message, component.name, node["id"])
        pending.extend(reversed(children))
        if node.get("type") != "Component Children":
            yield node


def _spec(loading: _Loading, component: Component, node: Document) -> NodeSpec | None:
    type_name = str(node.get("type", ""))
    inner = loading.components.get(type_name)
    node_type = loading.types.get(type_name) or (inner.spec.type if inner else None)
    if node_type is None:
        why = "only available in the browser" if type_name in BROWSER_ONLY else "unknown"
        message = f"Can't find component model for {type_name} ({why}); the node is skipped"
        loading.report(component.file, message, component.name, node["id"])
        return None
    parameters = _mapping(node.get("parameters"))
    return NodeSpec(
        id=node["id"],
        type=node_type,
        parameters={name: parameters[name] for name in ordered(parameters)},
        signals=tuple(_signals(_list(node.get("ports")), node_type.script_prefix)),
        component=inner if type_name not in loading.types else None,
    )


def _signals(ports: Sequence[Any], prefix: str) -> Iterator[str]:
    for port in ports:
        if not isinstance(port, Mapping):
            continue
        kind = port.get("type")
        kind = kind.get("name") if isinstance(kind, Mapping) else kind
        name = str(port.get("name", ""))
        is_output = port.get("plug") in ("output", "outputs")
        if kind == "signal" and is_output and name.startswith(prefix):
            yield name.removeprefix(prefix)


def _list(found: Any) -> Sequence[Any]:
    return found if isinstance(found, list) else ()


def _mapping(found: Any) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}
