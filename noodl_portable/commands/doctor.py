"""noodl-portable doctor: look a backend's data over and say what was found."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from noodl_portable.command import Command
from noodl_portable.data_argument import add_data_folder, database_of
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.deployments.versions import Versions
from noodl_runtime.errors import PortableError
from noodl_runtime.store.sqlite.files import findings_of


def configure(parser: ArgumentParser) -> None:
    """Add the options of doctor."""
    add_data_folder(parser)
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Print what is wrong, a line each; exit code 1 if anything is."""
    found = list(findings(arguments.folder, database_of(arguments)))
    if arguments.json:
        print(json.dumps({"ok": not found, "findings": found}))
    elif found:
        print("\n".join(found))
    else:
        print(f"{arguments.folder} is well: the database is whole, its files can be read.")
    return 1 if found else 0


def findings(folder: Path, database: Path) -> Iterator[str]:
    """Yield what is wrong with a data folder; nothing of it is changed."""
    for finding in findings_of(database, "integrity_check"):
        yield f"{database}: {finding}; restore the newest backup with `noodl-portable restore`"
    secrets = folder / "secrets.json"
    data = DataFolder(folder)
    for file, read in ((folder / "config.json", data.config), (secrets, data.secrets)):
        if not file.exists():
            yield f"{file} is missing; the next start makes it anew"
            continue
        try:
            read({})
        except (PortableError, OSError) as error:
            yield str(error)
    if secrets.exists() and secrets.stat().st_mode & 0o077:
        yield f"{secrets} can be read by others; run: chmod 600 {secrets}"
    yield from Versions(data.deployed).damaged()


COMMAND = Command(
    name="doctor",
    summary="look a backend's data over and say what was found",
    examples=("doctor my-app-data", "doctor my-app-data --json"),
    configure=configure,
    run=run,
)
