"""noodl-portable serve: run a backend folder as it is, without building it."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_portable.backend_argument import check_backend_folder
from noodl_portable.command import Command
from noodl_runtime.errors import SetupError
from noodl_runtime.options import add_setting_options
from noodl_runtime.serve import run as serve
from noodl_runtime.service import Source


def configure(parser: ArgumentParser) -> None:
    """Add the folder and every setting."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="backend folder")
    parser.add_argument("--app", metavar="DIR", type=Path, help="front end to serve at /")
    add_setting_options(parser)


def run(arguments: Namespace) -> int:
    """Serve until Ctrl-C; records and keys go into the folder itself, or where --data says."""
    folder: Path = arguments.folder
    check_backend_folder(folder)
    app: Path | None = arguments.app
    if app and not (app / "index.html").is_file():
        raise SetupError(f"the front end {app} has no index.html; deploy it there first")
    return serve(Source(folder.absolute(), app=app and app.absolute()), vars(arguments))


COMMAND = Command(
    name="serve",
    summary="run a backend folder as it is, without building it",
    examples=("serve my-app", "serve my-app --port 0 --app my-app-site"),
    configure=configure,
    run=run,
)
