"""noodl-portable compile: write the workflow files of a project that the editor saved."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_portable.backends import make_folder
from noodl_portable.command import Command
from noodl_portable.compiling import Compilation, compile_into
from noodl_portable.project import read_project


def configure(parser: ArgumentParser) -> None:
    """Add the options of compile."""
    parser.add_argument("project", metavar="PROJECT", type=Path, help="folder with project.json")
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, required=True, help="backend folder"
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Write a file for each function and trigger, into a backend made for them if there is none."""
    project = read_project(arguments.project)
    made = make_folder(arguments.output, project)
    done = compile_into(project, arguments.output)
    if arguments.json:
        print(json.dumps({**done.as_dict(), "made": made}, indent=2))
    else:
        begin = [f"made the backend {arguments.output}"] if made else []
        print("\n".join([*begin, *sentences(done)]))
    return 0


def sentences(done: Compilation) -> list[str]:
    """Return a line for each file that changed and for all that was left out."""
    lines = [
        *(f"wrote workflows/{name}" for name in done.written),
        *(f"removed workflows/{name}: its component is gone" for name in done.removed),
        *(f"note: {reached}" for reached in done.left_out),
        *(f"note: {name} is used by no function and no trigger" for name in done.helpers),
    ]
    if done.unchanged:
        many = "workflow is" if len(done.unchanged) == 1 else "workflows are"
        lines.append(f"{len(done.unchanged)} {many} as before")
    return lines or ["The project has no cloud function and no trigger."]


COMMAND = Command(
    name="compile",
    summary="write the workflow files of a project that the editor saved",
    examples=("compile my-project -o my-app", "compile my-project/project.json -o my-app --json"),
    configure=configure,
    run=run,
)
