"""noodl-portable freeze: make a new bundle of an old one and its present records."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_builder.freeze import freeze
from noodl_portable.command import Command


def configure(parser: ArgumentParser) -> None:
    """Add the options of freeze."""
    parser.add_argument("bundle", metavar="FILE", type=Path, help="bundle the backend runs from")
    parser.add_argument("data", metavar="DATA", type=Path, help="its data folder")
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True, help="file to write"
    )
    parser.add_argument("--version", help="version of the new bundle (default: as before)")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Write a bundle that brings the schema, records and files of now; accounts stay out."""
    report = freeze(arguments.bundle, arguments.data, arguments.output, arguments.version)
    if arguments.json:
        print(json.dumps(report.as_dict(), indent=2))
    else:
        print(f"Froze {report.output}: {report.size / 1e6:.1f} MB, build {report.build_id}.")
    return 0


COMMAND = Command(
    name="freeze",
    summary="make a new bundle of an old one and its present records",
    examples=("freeze my-app.pyz my-app-data -o my-app-demo.pyz",),
    configure=configure,
    run=run,
)
