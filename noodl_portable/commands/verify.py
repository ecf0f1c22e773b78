"""noodl-portable verify: compare every file of a bundle with its manifest."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_builder.bundle_file import verify
from noodl_portable.command import Command


def configure(parser: ArgumentParser) -> None:
    """Add the options of verify."""
    parser.add_argument("bundle", metavar="FILE", type=Path, help="bundle to check")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Say that the bundle is whole; what differs is an error that names it."""
    info = verify(arguments.bundle)
    if arguments.json:
        print(json.dumps({"ok": True, "buildId": info.build_id, "files": len(info.entries)}))
    else:
        print(f"{arguments.bundle} is whole: {len(info.entries)} files, build {info.build_id}.")
    return 0


COMMAND = Command(
    name="verify",
    summary="compare every file of a bundle with its manifest",
    examples=("verify my-app.pyz", "verify my-app.pyz --json"),
    configure=configure,
    run=run,
)
