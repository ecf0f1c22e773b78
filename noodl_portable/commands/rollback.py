"""noodl-portable rollback: go back to the records of before the last upgrade."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from noodl_portable.command import Command
from noodl_portable.data_argument import add_data_folder, database_of
from noodl_runtime.lineage import Lineage
from noodl_runtime.values import now_iso


def configure(parser: ArgumentParser) -> None:
    """Add the options of rollback."""
    add_data_folder(parser)
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Put back the copy that was made before the last bundle with another schema started."""
    undone, aside = Lineage(database_of(arguments, must_exist=False)).roll_back(now_iso())
    if arguments.json:
        print(json.dumps({"undone": asdict(undone), "before": aside and str(aside)}))
    else:
        print(f"Back to the records of before version {undone.version} ({undone.backup}).")
        print(f"Those of until now are {aside}. Start the earlier bundle over them.")
    return 0


COMMAND = Command(
    name="rollback",
    summary="go back to the records of before the last upgrade",
    examples=("rollback my-app-data",),
    configure=configure,
    run=run,
)
