"""From an editor's project to workflow documents: one for each function and each trigger.

A document holds its main component and all that this one can make instances of, so that each file
runs by itself. Browser components stay out and are reported.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from noodl_runtime.dataclass import dataclass
from noodl_runtime.workflow.graph import PREFIXES
from noodl_runtime.workflow.translate import nodes_of, translate

Document = Mapping[str, Any]

SUFFIX = ".workflow.json"
TRIGGER = "noodl.trigger."  # how the types of trigger nodes begin
REQUESTS = ("noodl.cloud.request", "noodl.local.request")
# node type -> the parameter that names a component to make instances of
_TEMPLATES = {"RunTasks": "taskTemplate", "For Each": "template", "NavigationShowPopup": "target"}
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-. ")
_NOT_EXPORTED = ("variants", "styles")  # of the metadata: what only looks matter for


@dataclass(frozen=True)
class Reached:
    """A component that a backend component uses but a backend cannot have.

    why: "it runs in browsers only" or "there is no such component"
    """

    component: str
    used_by: str
    why: str

    def __str__(self) -> str:
        return f"{self.used_by} uses {self.component}: {self.why}; it is left out"


@dataclass(frozen=True)
class Compiled:
    """What came of a project.

    documents: file name -> workflow document: {"Orders%2FCreate.workflow.json": {...}}
    reached:   components that had to be left out
    helpers:   backend components that no function and no trigger uses
    """

    documents: Mapping[str, dict[str, Any]]
    reached: tuple[Reached, ...] = ()
    helpers: tuple[str, ...] = ()


@dataclass
class _Walk:
    """What is found on the way from one main component, in the order of discovery."""

    components: Mapping[str, Document]
    found: dict[str, Document] = field(default_factory=dict)
    reached: dict[tuple[str, str], Reached] = field(default_factory=dict)

    def visit(self, name: str) -> None:
        """Take a component and, depth first, all that it uses."""
        pending = [(name, "")]
        while pending:
            name, user = pending.pop()
            if name in self.found:
                continue
            if name not in self.components or not name.startswith(PREFIXES):
                known = name in self.components
                why = "it runs in browsers only" if known else "there is no such component"
                self.reached[name, user] = Reached(name, user, why)
                continue
            self.found[name] = self.components[name]
            used = dict.fromkeys(used_components(self.components[name]))
            pending.extend((inner, name) for inner in reversed(used))


def compile_project(project: Document) -> Compiled:
    """Turn a project into the workflow documents of its backend.

    project: the content of project.json
    """
    components = {c["name"]: c for c in project.get("components") or ()}
    own = [name for name in sorted(components) if name.startswith(PREFIXES)]
    mains = [name for name in own if is_started(components[name])]
    walks = [_Walk(components) for _ in mains]
    for name, walk in zip(mains, walks, strict=True):
        walk.visit(name)
    used = {name for walk in walks for name in walk.found}
    reached = {key: one for walk in walks for key, one in walk.reached.items()}
    files = file_names(mains)
    return Compiled(
        documents={
            files[name]: _document(project, walk) for name, walk in zip(mains, walks, strict=True)
        },
        reached=tuple(reached.values()),
        helpers=tuple(name for name in own if name not in used),
    )


def used_components(component: Document) -> Iterator[str]:
    """Yield the names of components that a project's component names, in node order."""
    for node in nodes_of(component):
        kind = str(node.get("type"))
        if kind.startswith("/"):
            yield kind
        template = (node.get("parameters") or {}).get(_TEMPLATES.get(kind, ""))
        if isinstance(template, str) and template:
            yield template


def is_started(component: Document) -> bool:
    """Tell whether something starts this component: a Request node or a trigger of its own."""
    kinds = (str(node.get("type")) for node in nodes_of(component))
    return any(kind in REQUESTS or kind.startswith(TRIGGER) for kind in kinds)


def file_names(components: list[str]) -> dict[str, str]:
    """Return a file name for each component; no two differ by upper and lower case alone.

    ["/#__cloud__/Orders/Create"] -> {...: "Orders%2FCreate.workflow.json"}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for component in components:
        plain = encoded(function_name(component))
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}~{number}"  # encoded names have no ~ of their own
        taken.add(name.casefold())
        names[component] = name + SUFFIX
    return names


def function_name(component: str) -> str:
    """Return a component's name without its prefix: "Orders/Create"."""
    return next((component.removeprefix(p) for p in PREFIXES if component.startswith(p)), component)


def encoded(name: str) -> str:
    """Turn a function's name into one that every file system takes: "a/b" -> "a%2Fb"."""
    text = "".join(chr(b) if b in _PLAIN else f"%{b:02X}" for b in name.encode())
    return "%2E" + text[1:] if text.startswith(".") else text


def _document(project: Document, walk: _Walk) -> dict[str, Any]:
    metadata = project.get("metadata") or {}
    return {
        "settings": project.get("settings") or {},
        "components": [translate(component) for component in walk.found.values()],
        "metadata": {key: metadata[key] for key in metadata if key not in _NOT_EXPORTED},
    }
