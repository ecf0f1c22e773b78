"""noodl-portable dev: the backend of a project, beside the editor: compiled, served, kept fresh."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noodl_portable.backends import backend_id, folder_of, make_folder, port_of
from noodl_portable.command import Command
from noodl_portable.commands.compile import sentences
from noodl_portable.compiling import Compilation, compile_into
from noodl_portable.project import Project, project_file, read_project
from noodl_portable.project_watch import ProjectWatch, stamp_of
from noodl_runtime.errors import SetupError
from noodl_runtime.options import add_setting_options
from noodl_runtime.serve import run as serve
from noodl_runtime.service import Source

RELOAD_DELAY = "0.25"  # the project has been left alone already when its workflows are written


def configure(parser: ArgumentParser) -> None:
    """Add the project and every setting."""
    parser.add_argument(
        "project",
        metavar="PROJECT",
        type=Path,
        help="folder with project.json; its backend is kept below ~/.noodl, or below NOODL_HOME",
    )
    parser.add_argument(
        "--local",
        action="store_true",
        help="use a local backend although the project is connected to a Parse server",
    )
    add_setting_options(parser)


def run(arguments: Namespace) -> int:
    """Compile, serve until Ctrl-C, and compile again whenever the project is saved."""
    file = project_file(arguments.project)
    stamp = stamp_of(file)  # before it is read: what is saved meanwhile is compiled again
    project = read_project(file)
    check_local(project, local=arguments.local)
    folder = folder_of(project, os.environ)
    if make_folder(folder, project):
        tell(f"made the backend {folder}")
    tell(compile_into(project, folder))
    with ProjectWatch(file, stamp, folder, tell):
        return serve(Source(folder), options_of(project, vars(arguments), os.environ))


def check_local(project: Project, *, local: bool = False) -> None:
    """Raise SetupError, with the ways on, for a project whose backend is somewhere else."""
    kind = project.backend.get("type")
    if kind == "local" or local:
        return
    if kind == "external":
        raise SetupError("the project's backend is external; its own server answers, not this one")
    if kind == "parse" or project.parse:
        raise SetupError(_two_ways(project))


def _two_ways(project: Project) -> str:
    service = project.parse
    url = service.get("endpoint") or service.get("url") or "its Parse server"
    app_id = service.get("appId") or "..."
    entry = f'"backend": {{"type": "local", "id": "{backend_id(project)}"}}'
    return (
        f"this project is connected to {url}. There are two ways on:\n"
        f"  stay with Parse: change nothing, the app goes on talking to {url}; a backend of yours "
        f'reaches the same records through the store {{"type": "parse", "endpoint": "{url}", '
        f'"appId": "{app_id}"}}\n'
        f"  migrate: put {entry} into project.json, or try it with --local; the workflows come "
        "along, records are brought over on their own"
    )


def options_of(
    project: Project, given: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    """Return the settings to serve with: what was given, else what the project says."""
    options = dict(given)
    wanted = {"port": str(port_of(project)), "reload_delay": RELOAD_DELAY}
    for name, value in wanted.items():
        if options.get(name) is None and not environment.get(f"NOODL_{name.upper()}"):
            options[name] = value
    return options


def tell(done: Compilation | str) -> None:
    """Say on stderr what was done; stdout belongs to the ready line."""
    for line in [done] if isinstance(done, str) else sentences(done):
        print(f"dev: {line}", file=sys.stderr, flush=True)


COMMAND = Command(
    name="dev",
    summary="run the backend of a project beside the editor, and follow what is saved",
    examples=("dev my-project", "dev my-project --port 0", "dev my-old-project --local"),
    configure=configure,
    run=run,
)
