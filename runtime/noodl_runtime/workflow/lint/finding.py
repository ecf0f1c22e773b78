"""What a rule finds, and what it looks at."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, Literal

from noodl_runtime.dataclass import dataclass
from noodl_runtime.schema.model import Schema
from noodl_runtime.workflow.graph import Component, Graph

Severity = Literal["error", "warning", "note"]
Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something an author should look at.

    severity: "error": it cannot work; "warning": it probably does not do what is meant; "note"
    label:    what the editor shows on the node; its type where the file has no label
    fix:      what to do about it
    """

    severity: Severity
    rule: str
    file: str
    component: str = ""
    node: str = ""
    label: str = ""
    message: str
    fix: str

    def __str__(self) -> str:
        node = f"{self.label} ({self.node})" if self.node else ""
        place = " ".join(part for part in (self.file, self.component, node) if part)
        return f"{self.severity}: {place}: {self.message}; {self.fix} [{self.rule}]"


@dataclass(frozen=True)
class Subject:
    """One component under the eyes of the rules.

    document: as it stands in its file; component: as it was loaded
    nodes:    the nodes of the document by id, children included
    """

    document: Document
    component: Component
    nodes: Mapping[str, Document]
    graph: Graph
    schema: Schema

    @property
    def connections(self) -> list[Document]:
        """Return the connections whose four ends are texts."""
        ends = ("sourceId", "sourcePort", "targetId", "targetPort")
        found = self.document.get("connections") or []
        return [c for c in found if all(isinstance(c.get(end), str) for end in ends)]


@dataclass(frozen=True)
class Hit:
    """What a rule says: at which node ("" for the component), and what is wrong there."""

    node: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the table of rules."""

    name: str
    severity: Severity
    check: Callable[[Subject], Iterator[Hit]] = field(repr=False)
    fix: str


def parameters_of(node: Document) -> Document:
    """Return a node's parameters, {} where it has none."""
    found = node.get("parameters")
    return found if isinstance(found, Mapping) else {}
