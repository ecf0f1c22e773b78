"""noodl-portable backup: copy the records of a backend, also of one that is running."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_portable.command import Command
from noodl_portable.data_argument import add_data_folder, database_of
from noodl_runtime.store.sqlite.backup import back_up


def configure(parser: ArgumentParser) -> None:
    """Add the options of backup."""
    add_data_folder(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True, help="new file to write"
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Copy the database as it is at one moment; it never overwrites a file."""
    target: Path = arguments.output
    back_up(database_of(arguments), target)
    size = target.stat().st_size
    if arguments.json:
        print(json.dumps({"output": str(target), "size": size}))
    else:
        print(f"Backed up to {target}: {size / 1e6:.1f} MB. Uploaded files are not in it.")
    return 0


COMMAND = Command(
    name="backup",
    summary="copy the records of a backend, also of one that is running",
    examples=("backup my-app-data -o monday.db",),
    configure=configure,
    run=run,
)
