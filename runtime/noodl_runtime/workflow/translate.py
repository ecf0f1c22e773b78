"""One component of a project, as the editor's export writes it into a workflow file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noodl_runtime.workflow.script_ports import Port, script_ports

Document = Mapping[str, Any]

# what of a node means something outside the editor, in the order it is written
_KEPT = (
    "id",
    "type",
    "version",
    "variant",
    "parameters",
    "stateParameters",
    "stateTransitions",
    "defaultStateTransitions",
)
_FUNCTION = "JavaScriptFunction"
# node types whose ports are exported, and those of them that every node of the type has
_STATIC_PORTS: dict[str, frozenset[str]] = {
    _FUNCTION: frozenset({"functionScript", "scriptInputs", "scriptOutputs", "run"}),
    "Javascript2": frozenset({"code"}),
    "Event Sender": frozenset({"channelName", "propagation", "sendEvent"}),
}
_ENDS = (
    ("sourceId", "fromId"),
    ("sourcePort", "fromProperty"),
    ("targetId", "toId"),
    ("targetPort", "toProperty"),
)


def translate(component: Document) -> dict[str, Any]:
    """Turn a component of a project into one of a workflow file.

    component: {"name": "/#__cloud__/Echo", "graph": {"roots": [...], "connections": [...]}}
    returns:   {"name": "/#__cloud__/Echo", "nodes": [...], "connections": [...], ...}
    """
    nodes = list(nodes_of(component))
    ids = {node.get("id") for node in nodes}
    metadata = {"metadata": component["metadata"]} if component.get("metadata") else {}
    return {
        "name": component["name"],
        "nodes": [_node(node) for node in _list(_graph(component).get("roots"))],
        "connections": [
            {end: connection.get(name) for end, name in _ENDS}
            for connection in _list(_graph(component).get("connections"))
            if connection.get("fromId") in ids and connection.get("toId") in ids
        ],
        "ports": [
            *_component_ports(nodes, "Component Inputs", "output", "input"),
            *_component_ports(nodes, "Component Outputs", "input", "output"),
        ],
        "roots": [],
        **metadata,
    }


def nodes_of(component: Document) -> Iterator[Document]:
    """Yield the nodes of a project's component: each root, then its children, depth first."""
    pending = list(reversed(_list(_graph(component).get("roots"))))
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(_list(node.get("children"))))


def _node(node: Document) -> dict[str, Any]:
    kept = {key: node[key] for key in _KEPT if key in node}
    kept["parameters"] = node.get("parameters") or {}
    return {
        **kept,
        "ports": _exported_ports(node),
        "children": [_node(child) for child in _list(node.get("children"))],
    }


def _exported_ports(node: Document) -> list[Port]:
    static = _STATIC_PORTS.get(str(node.get("type")))
    if static is None:
        return []
    parameters = node.get("parameters") or {}
    found = [*_list(node.get("ports"))]
    if node.get("type") != _FUNCTION or not parameters.get("functionScript"):
        found += _list(node.get("dynamicports"))
    ports = [_port(port) for port in found if port.get("name") not in static]
    names = {(port["plug"], port["name"]) for port in ports}
    if node.get("type") == _FUNCTION:
        ports += [p for p in script_ports(parameters) if (p["plug"], p["name"]) not in names]
    return ports


def _port(port: Document) -> Port:
    plug = "output" if port.get("plug") == "outputs" else port.get("plug", "input")
    return {"name": port.get("name", ""), "plug": plug, "type": _kind(port)}


def _kind(port: Document) -> str:
    kind = port.get("type")
    name = kind.get("name") if isinstance(kind, Mapping) else kind
    return "*" if name in (None, "=") else str(name)


def _component_ports(
    nodes: Sequence[Document], node_type: str, plug: str, outside: str
) -> list[Port]:
    """Return the ports that the nodes of one type give their component, by index, each once."""
    found: dict[str, tuple[float, Port]] = {}
    for node in nodes:
        for port in _list(node.get("ports")) if node.get("type") == node_type else ():
            own = _port(port)
            if plug in own["plug"].split("/"):
                own["plug"] = outside
                found.setdefault(own["name"], (_index(port), own))
    return [port for _, port in sorted(found.values(), key=lambda entry: entry[0])]


def _index(port: Document) -> float:
    index = port.get("index")
    return float(index) if isinstance(index, int | float) else float("inf")


def _graph(component: Document) -> Document:
    graph = component.get("graph")
    return graph if isinstance(graph, Mapping) else {}


def _list(found: Any) -> list[Document]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
