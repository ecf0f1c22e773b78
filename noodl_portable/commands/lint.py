"""noodl-portable lint: say what is probably wrong in the workflows of a backend or a project."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from noodl_builder.lints import count_of, lint_folder, lint_project
from noodl_portable.command import Command
from noodl_portable.project import NAMES, read_project
from noodl_runtime.workflow.lint import Finding

PROJECT = NAMES[0]


def configure(parser: ArgumentParser) -> None:
    """Add the options of lint."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="backend folder, or project")
    parser.add_argument("--strict", action="store_true", help="end with 1 for warnings as well")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Print a line for each finding; exit code 1 if there are errors."""
    found = _found(arguments.folder)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in found], indent=2, ensure_ascii=False))
    else:
        print("\n".join([*map(str, found), summary(found)]))
    wrong = count_of(found, "error") or (arguments.strict and count_of(found, "warning"))
    return 1 if wrong else 0


def _found(folder: Path) -> list[Finding]:
    """Look a backend over; a folder that only holds the drawing is looked over as it stands."""
    if (folder / PROJECT).is_file() and not (folder / "config.json").is_file():
        return lint_project(read_project(folder).document)
    return lint_folder(folder)


def summary(found: list[Finding]) -> str:
    """Return the last line: "1 error, 2 warnings, 0 notes"."""
    words = (("error", "errors"), ("warning", "warnings"), ("note", "notes"))
    counts = [(count_of(found, one), one, many) for one, many in words]
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts)


COMMAND = Command(
    name="lint",
    summary="say what is probably wrong in the workflows of a backend or a project",
    examples=("lint my-app", "lint my-project", "lint my-app --strict", "lint my-app --json"),
    configure=configure,
    run=run,
)
