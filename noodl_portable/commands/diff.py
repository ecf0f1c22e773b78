"""noodl-portable diff: say what is different between two bundles."""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from noodl_builder.compare import compare_bundles
from noodl_portable.command import Command


def configure(parser: ArgumentParser) -> None:
    """Add the options of diff."""
    parser.add_argument("old", metavar="OLD", type=Path, help="bundle as it was")
    parser.add_argument("new", metavar="NEW", type=Path, help="bundle as it would be")
    parser.add_argument(
        "--exit-code", action="store_true", help="end with 1 when there are differences"
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Print one line for each difference in functions, schema, permissions, libraries, ..."""
    found = compare_bundles(arguments.old, arguments.new)
    if arguments.json:
        print(json.dumps([asdict(difference) for difference in found], indent=2))
    else:
        print("\n".join(map(str, found)) if found else "No differences.")
    return 1 if found and arguments.exit_code else 0


COMMAND = Command(
    name="diff",
    summary="say what is different between two bundles",
    examples=("diff old.pyz new.pyz", "diff old.pyz new.pyz --json --exit-code"),
    configure=configure,
    run=run,
)
