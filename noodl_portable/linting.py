"""The workflows of a backend folder, looked over by the table of rules."""

from collections.abc import Iterable
from pathlib import Path

from noodl_runtime.definition import read_definition
from noodl_runtime.triggers.lint import RULES as TRIGGER_RULES
from noodl_runtime.workflow.graph import Problem
from noodl_runtime.workflow.lint import RULES, Finding, lint

ALL_RULES = (*RULES, *TRIGGER_RULES)


def lint_folder(folder: Path) -> list[Finding]:
    """Return what is wrong in the workflows of a backend folder. raises: BadFile."""
    definition = read_definition(folder)
    documents = [(f"workflows/{file.name}", file.document) for file in definition.workflows]
    broken = [Problem(p.file, "", "", p.message) for p in definition.problems]
    return lint(documents, definition.schema, broken, ALL_RULES)


def count_of(findings: Iterable[Finding], severity: str) -> int:
    """Return how many findings are of a severity."""
    return sum(one.severity == severity for one in findings)
