"""What is looked at in a backend before it is packed: workflows, triggers and the front end.

One table of rules for workflows, one for files; `lint` and `build` tell the same findings. One that
stops a build is an "error"; a "warning" is told and travels in the build report.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from noodl_builder.backend_files import APP, BackendFiles
from noodl_runtime.definition import read_definition
from noodl_runtime.errors import BuildRefused
from noodl_runtime.http.routes import ROUTES
from noodl_runtime.schema.model import Collection, Field, Schema
from noodl_runtime.triggers.lint import RULES as TRIGGER_RULES
from noodl_runtime.workflow.compile import compile_project
from noodl_runtime.workflow.graph import Problem
from noodl_runtime.workflow.lint import RULES, Finding, lint
from noodl_runtime.workflow.translate import nodes_of

ALL_RULES = (*RULES, *TRIGGER_RULES)


def lint_folder(folder: Path) -> list[Finding]:
    """Return what is wrong in the workflows of a backend folder, errors first. raises: BadFile."""
    definition = read_definition(folder)
    documents = [(f"workflows/{file.name}", file.document) for file in definition.workflows]
    broken = [Problem(p.file, "", "", p.message) for p in definition.problems]
    return lint(documents, definition.schema, broken, ALL_RULES)


def lint_project(project: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong in the workflows of a project, nodes named as their author named them.

    project: the content of project.json; its own list of collections stands in for a schema
    """
    documents = list(compile_project(project).documents.items())
    schema = _schema_of(project.get("metadata") or {})
    rules = [rule for rule in ALL_RULES if schema.collections or rule.name not in _OF_SCHEMA]
    labels = {
        (component["name"], node.get("id")): str(node.get("label") or "")
        for component in project["components"]
        for node in nodes_of(component)
    }
    return [
        replace(finding, label=labels.get((finding.component, finding.node)) or finding.label)
        for finding in lint(documents, schema, (), rules)
    ]


_OF_SCHEMA = ("unknown-collection", "unknown-field")


def _schema_of(metadata: Mapping[str, Any]) -> Schema:
    collections: dict[str, Collection] = {}
    for entry in metadata.get("dbCollections") or ():
        fields = {
            name: Field(name=name, type=str(kind.get("type")), target=kind.get("targetClass"))
            for name, kind in ((entry.get("schema") or {}).get("properties") or {}).items()
        }
        collections[entry["name"]] = Collection(name=entry["name"], fields=fields)
    return Schema(collections=collections)


def hidden_pages(backend: BackendFiles) -> Iterator[Finding]:
    """Find files of the front end that stand where a route of the backend answers."""
    fixed = {route.pattern.lstrip("/") for route in ROUTES if ":" not in route.pattern}
    for entry in backend.entries:
        name = entry.name.removeprefix(APP)
        if entry.name.startswith(APP) and name in fixed:
            yield Finding(
                severity="warning",
                rule="hidden-page",
                file=f"app/{name}",
                message="hidden by a route of the backend",
                fix="rename it",
            )


FILE_RULES: tuple[Callable[[BackendFiles], Iterable[Finding]], ...] = (hidden_pages,)


def warnings_of(found: Iterable[Finding], *, refuse: bool) -> tuple[Finding, ...]:
    """Return the warnings among findings.

    refuse: whether errors stop the build; otherwise they are warnings like the others
    raises: BuildRefused with the errors
    """
    errors = [finding for finding in found if finding.severity == "error"]
    if errors and refuse:
        refused = "\n  ".join(["this cannot work as it is:", *map(str, errors)])
        raise BuildRefused(f"{refused}\n  mend it, or use --no-lint to build all the same")
    return tuple(finding for finding in found if finding.severity != "note")


def count_of(findings: Iterable[Finding], severity: str) -> int:
    """Return how many findings are of a severity."""
    return sum(one.severity == severity for one in findings)
