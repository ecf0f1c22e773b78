"""What is probably wrong in the workflows of a backend: a table of rules, run before they run.

A new rule is a row here, a function beside, and a row in its test.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from noodl_runtime.schema.model import Schema
from noodl_runtime.workflow.graph import Component, Graph, Problem
from noodl_runtime.workflow.lint import flow_rules, record_rules, text_rules
from noodl_runtime.workflow.lint.finding import Finding, Rule, Severity, Subject
from noodl_runtime.workflow.load import load
from noodl_runtime.workflow.nodes import NODE_TYPES

__all__ = ["RULES", "Finding", "Severity", "lint"]

RULES = (
    Rule(
        name="missing-response",
        severity="error",
        check=flow_rules.missing_response,
        fix="add a Response node and send it on every way through the function",
    ),
    Rule(
        name="missing-template",
        severity="error",
        check=flow_rules.missing_template,
        fix="choose an existing component in the Run Tasks node",
    ),
    Rule(
        name="unreachable-node",
        severity="warning",
        check=flow_rules.unreachable,
        fix="connect it or remove it",
    ),
    Rule(
        name="cron",
        severity="error",
        check=flow_rules.wrong_cron,
        fix='write five fields such as "30 2 * * 1-5", half past two on weekdays',
    ),
    Rule(
        name="unknown-collection",
        severity="error",
        check=record_rules.unknown_collection,
        fix="add it to schema.json or correct the name",
    ),
    Rule(
        name="unknown-field",
        severity="warning",
        check=record_rules.unknown_field,
        fix="add it to schema.json or correct the name",
    ),
    Rule(
        name="unknown-operator",
        severity="error",
        check=record_rules.unknown_operator,
        fix="choose an operator of the list in the node's filter",
    ),
    Rule(
        name="local-address",
        severity="warning",
        check=text_rules.local_address,
        fix="keep addresses in the configuration, this one leads nowhere on another machine",
    ),
    Rule(
        name="secret",
        severity="warning",
        check=text_rules.secret_text,
        fix="keep it in secrets.json or an environment variable NOODL_SECRET_<NAME>",
    ),
    Rule(
        name="open-function",
        severity="note",
        check=flow_rules.open_to_anyone,
        fix="switch off Allow Unauthenticated in its Request node unless that is meant",
    ),
)

# part of what loading reports -> rule, severity and fix; the first that fits counts
_LOADING: tuple[tuple[str, str, Severity, str], ...] = (
    ("only available in the browser", "browser-only-node", "error",
     "remove it; a backend has no screen"),
    ("Can't find component model", "unknown-node", "error",
     "remove it, or update noodl-portable if the node is newer"),
    ("contains itself", "endless-nesting", "error", "take one of the components out"),
    ("deep; it is not loaded", "endless-nesting", "error", "nest fewer components"),
    ("leads to a node that was skipped", "dangling-connection", "note", "mend the node first"),
    ("connection", "dangling-connection", "warning", "connect it anew or remove it"),
    ("differs from its definition", "two-definitions", "warning",
     "export both from the same state of the project"),
    ("has no list of components", "broken-file", "error", "export it again"),
    ("", "odd-file", "warning", "export it again"),
)  # fmt: skip
_ORDER = {"error": 0, "warning": 1, "note": 2}


def lint(
    documents: Sequence[tuple[str, Any]],
    schema: Schema,
    broken: Sequence[Problem] = (),
    rules: Sequence[Rule] = RULES,
) -> list[Finding]:
    """Return what is wrong with workflow documents, errors first.

    documents: [("workflows/Orders.workflow.json", parsed document), ...]
    broken:    files that could not be read at all
    rules:     what to look for, beside what loading reports
    """
    graph = load(documents, NODE_TYPES)
    sources = _sources(documents)
    found = [*(_unreadable(problem) for problem in broken)]
    found += [_of_loading(problem, sources) for problem in graph.problems]
    for component in graph.components.values():
        found += _of_rules(_subject(component, sources, graph, schema), rules)
    return sorted(found, key=lambda one: (_ORDER[one.severity], one.file, one.component))


def _sources(documents: Sequence[tuple[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (file, str(component.get("name"))): component
        for file, document in documents
        if isinstance(document, Mapping) and isinstance(document.get("components"), list)
        for component in document["components"]
        if isinstance(component, Mapping)
    }


def _unreadable(problem: Problem) -> Finding:
    return Finding(
        severity="error",
        rule="broken-file",
        file=problem.file,
        message=problem.message.removeprefix(f"{problem.file}: "),
        fix="export it again",
    )


def _of_loading(problem: Problem, sources: Mapping[tuple[str, str], Mapping[str, Any]]) -> Finding:
    _, rule, severity, fix = next(row for row in _LOADING if row[0] in problem.message)
    nodes = _nodes(sources.get((problem.file, problem.component), {}))
    return Finding(
        severity=severity,
        rule=rule,
        file=problem.file,
        component=problem.component,
        node=problem.node,
        label=_label(nodes.get(problem.node, {})),
        message=problem.message.removesuffix("; the node is skipped"),
        fix=fix,
    )


def _of_rules(subject: Subject, rules: Sequence[Rule]) -> Iterator[Finding]:
    for rule in rules:
        for hit in rule.check(subject):
            yield Finding(
                severity=rule.severity,
                rule=rule.name,
                file=subject.component.file,
                component=subject.component.name,
                node=hit.node,
                label=_label(subject.nodes.get(hit.node, {})),
                message=hit.message,
                fix=rule.fix,
            )


def _subject(
    component: Component,
    sources: Mapping[tuple[str, str], Mapping[str, Any]],
    graph: Graph,
    schema: Schema,
) -> Subject:
    document = sources[component.file, component.name]
    return Subject(document, component, _nodes(document), graph, schema)


def _nodes(component: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    pending = list(reversed(component.get("nodes") or []))
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping) and isinstance(node.get("id"), str):
            found[node["id"]] = node
            pending.extend(reversed(node.get("children") or []))
    return found


def _label(node: Mapping[str, Any]) -> str:
    return str(node.get("label") or node.get("type") or "")
