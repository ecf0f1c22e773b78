"""Writes small graphs as the editor exports them, in one line a node and one a connection."""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

SHORT = {"Request": "noodl.cloud.request", "Response": "noodl.cloud.response"}


def node(id: str, type: str, /, **parameters: Any) -> Document:  # noqa: A002
    """Write a node; "Request" and "Response" stand for their long ids."""
    defaults = {"allowNoAuth": True} if type == "Request" else {}
    return {
        "id": id,
        "type": SHORT.get(type, type),
        "parameters": {**defaults, **parameters},
    }


def script(id: str, text: str, *signals: str, **parameters: Any) -> Document:  # noqa: A002
    """Write a Function node with its script and signal outputs."""
    ports = [{"name": f"out-{name}", "plug": "output", "type": "signal"} for name in signals]
    parameters = {"functionScript": text, **parameters}
    return {"id": id, "type": "JavaScriptFunction", "parameters": parameters, "ports": ports}


def wires(text: str) -> list[Document]:
    """Write connections: "q.receive -> r.send, q.pm-a -> r.pm-a"; names may hold blanks."""
    made = []
    for wire in text.split(","):
        source, target = (end.strip().split(".", 1) for end in wire.split("->"))
        made.append(
            {
                "sourceId": source[0],
                "sourcePort": source[1],
                "targetId": target[0],
                "targetPort": target[1],
            }
        )
    return made


def component(
    name: str, nodes: list[Document], connections: str = "", ports: Mapping[str, str] | None = None
) -> Document:
    """Write a component of the local sheet. ports: {"Do": "input", "Done": "output"}."""
    return {
        "name": f"/#__local__/{name}",
        "nodes": nodes,
        "connections": wires(connections) if connections else [],
        "ports": [{"name": port, "plug": plug} for port, plug in (ports or {}).items()],
    }


def document(*components: Document, **more: Any) -> Document:
    """Write a workflow file."""
    return {"components": list(components), **more}
