"""noodl-portable verify: compare every file of a bundle with its manifest."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_builder.bundle_file import verify
from noodl_portable.command import Command


def configure(parser: ArgumentParser) -> None:
    """Add the options of verify."""
    parser.add_argument("bundle", metavar="FILE", type=Path, help="bundle to check")
    parser.add_argument(
        "--key", metavar="PUB", type=Path, help="public key that must have signed it"
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Say that the bundle is whole; what differs is an error that names it."""
    info = verify(arguments.bundle, arguments.key)
    if arguments.json:
        told = {"ok": True, "buildId": info.build_id, "files": len(info.entries)}
        print(json.dumps({**told, "signed": arguments.key is not None}))
    else:
        signed = f", signed with {arguments.key}" if arguments.key else ""
        files = len(info.entries)
        print(f"{arguments.bundle} is whole: {files} files, build {info.build_id}{signed}.")
    return 0


COMMAND = Command(
    name="verify",
    summary="compare every file of a bundle with its manifest",
    examples=("verify my-app.pyz", "verify my-app.pyz --key release.key.pub"),
    configure=configure,
    run=run,
)
