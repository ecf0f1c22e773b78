"""Which workflows answer: those of the workflows/ folder, and those deployed into the backend.

Each set is a graph of its own, so that a helper of one never stands in for one of the other. A
name is looked up in the set that came last, and where that has none, in the other:

  - a deployed set comes first while workflows/ is what it was deployed over; once that has changed
    (a file was saved, a newer bundle started), workflows/ came last;
  - a call that names a kept version is answered by that one, and then by workflows/.
"""

from collections.abc import Callable, Iterator

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import Component, Graph, Problem

VERSION_HEADER = "x-noodl-cloud-version"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """One deployed set. over: origin of the workflows that it was deployed over."""

    version: str
    graph: Graph
    over: str


class Serving:
    """The sets that are served now.

    find_version: returns the graph of a kept version, None for one that is not kept
    """

    def __init__(self) -> None:
        self.workflows = Graph()
        self.deployed: Deployed | None = None
        self.find_version: Callable[[str], Graph | None] = _no_version
        self.sets: tuple[Graph, ...] = (self.workflows,)  # in the order they are looked up in

    def serve(self, workflows: Graph, deployed: Deployed | None) -> None:
        """Serve these from now on; runs under way end on what they began with."""
        self.workflows, self.deployed = workflows, deployed
        if deployed is None:
            self.sets = (workflows,)
        elif deployed.over == workflows.origin:
            self.sets = (deployed.graph, workflows)
        else:
            self.sets = (workflows, deployed.graph)

    def function(self, name: str, version: str = "") -> tuple[Graph, Component] | None:
        """Return the component that a call runs, and its graph. version: "" for the newest."""
        sets = self.sets
        if version and self.deployed and (chosen := self.find_version(version)):
            sets = (chosen, self.workflows)
        for graph in sets:
            component = graph.function(name)
            if component is not None:
                return graph, component
        return None

    def graph_of(self, component: str) -> Graph | None:
        """Return the first graph that has a component, by its full name."""
        return next((graph for graph in self.sets if component in graph.components), None)

    def names(self) -> list[str]:
        """Return the functions that can be called, sorted."""
        return sorted({name for graph in self.sets for name in graph.functions()})

    def problems(self) -> Iterator[Problem]:
        """Yield what a person should know about the sets."""
        for graph in self.sets:
            yield from graph.problems


def _no_version(_version: str) -> None:
    """Know of no version."""
