"""noodl-portable restore: put a backup in the place of a backend's records."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_portable.command import Command
from noodl_portable.data_argument import add_data_folder, database_of
from noodl_runtime.store.sqlite.backup import restore
from noodl_runtime.values import now_iso


def configure(parser: ArgumentParser) -> None:
    """Add the options of restore."""
    add_data_folder(parser)
    parser.add_argument("backup", metavar="FILE", type=Path, help="what `backup` wrote")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Check the backup, keep a copy of what is there, then put the backup in its place."""
    aside = restore(database_of(arguments, must_exist=False), arguments.backup, now_iso())
    if arguments.json:
        print(json.dumps({"restored": str(arguments.backup), "before": aside and str(aside)}))
    else:
        kept = f" What was there before is now {aside}." if aside else ""
        print(f"Restored {arguments.backup} into {arguments.folder}.{kept}")
    return 0


COMMAND = Command(
    name="restore",
    summary="put a backup in the place of a backend's records",
    examples=("restore my-app-data monday.db",),
    configure=configure,
    run=run,
)
