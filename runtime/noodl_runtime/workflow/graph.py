"""The prepared graph: what a run walks over. Made once at load, never changed, shared by all runs.

Nodes of a component are numbered; connections hold numbers, so that a run needs no look-ups by id.
"""

import json
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.js.values import Value
from noodl_runtime.workflow.node_type import Getter, Input, NodeType

LOCAL, CLOUD = "/#__local__/", "/#__cloud__/"
PREFIXES = (LOCAL, CLOUD)


@dataclass(frozen=True)
class Problem:
    """Something in a workflow file that a person should know; what can run still runs.

    fatal: a file or a component could not be loaded at all
    """

    file: str
    component: str
    node: str
    message: str
    fatal: bool = False

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file, self.component, self.node) if part)
        return self.message if self.message.startswith(place) else f"{place}: {self.message}"


@dataclass(eq=False, kw_only=True, slots=True)
class NodeSpec:
    """One node of a component.

    parameters: all that the file holds, integer-like names first
    queued:     (input, value) for the parameters that are inputs, in the order of queueing
    inputs:     every input that can ever be set
    targets:    output -> ((number of the target node, its input), ...), in order of connection
    downstream: numbers of the nodes to mark dirty after this one
    upstream:   numbers of the nodes to update before this one
    sources:    input -> ((number of the source node, its output), ...)
    signals:    outputs that the file declares as signals, by the names scripts have for them
    component:  what this node is an instance of, None for built-in types
    """

    number: int = -1
    id: str
    type: NodeType
    parameters: Mapping[str, Any] = field(default_factory=dict)
    queued: tuple[tuple[str, Value], ...] = ()
    inputs: dict[str, Input] = field(default_factory=dict)
    targets: dict[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    downstream: tuple[int, ...] = ()
    upstream: tuple[int, ...] = ()
    sources: dict[str, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    signals: tuple[str, ...] = ()
    component: "Component | None" = None
    index_names: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """One connection, ready to be made: source node and its getter, target node and its input."""

    source: int
    getter: Getter
    target: int
    input: str


@dataclass(eq=False, kw_only=True, slots=True)
class Component:
    """A component: its nodes in order of creation and its connections in file order.

    inputs, outputs: the ports it declares, seen from outside
    spec:            what an instance without connections is made from: a function, a task
    needs_script:    whether it, or anything it may make, runs JavaScript; needs_config likewise
    scripts:         texts of the Function nodes in it and in what it may make
    """

    name: str
    file: str = ""
    nodes: tuple[NodeSpec, ...] = ()
    links: tuple[Link, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    spec: NodeSpec
    needs_script: bool = False
    needs_config: bool = False
    scripts: tuple[str, ...] = ()

    def first(self, type_name: str) -> NodeSpec | None:
        """Return the first node of a type among the component's own nodes."""
        return next((node for node in self.nodes if node.type.name == type_name), None)


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Everything that is loaded: components by name, settings and metadata of the project.

    origin: what tells the files it was made from from any others, "" where nobody asks
    """

    components: Mapping[str, Component] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    origin: str = ""

    @cached_property
    def project(self) -> str:
        """Return settings and metadata as JSON text, for scripts that ask for them."""
        return json.dumps({"settings": self.settings, "metadata": self.metadata})

    def function(self, name: str) -> Component | None:
        """Return the component behind a function name: "Orders/Create"."""
        return self.components.get(LOCAL + name) or self.components.get(CLOUD + name)

    def functions(self) -> list[str]:
        """Return the names that can be called, sorted."""
        return sorted(
            {
                name[len(LOCAL) :]
                for name, component in self.components.items()
                if component.first("noodl.cloud.request")
            }
        )
