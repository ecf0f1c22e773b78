"""noodl-portable keygen: make a pair of keys to sign bundles with."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_builder.signing import make_keys
from noodl_portable.command import Command


def configure(parser: ArgumentParser) -> None:
    """Add the options of keygen."""
    parser.add_argument("key", metavar="FILE", type=Path, help="file for the private key")


def run(arguments: Namespace) -> int:
    """Write FILE and FILE.pub; neither is ever overwritten."""
    public = make_keys(arguments.key)
    print(f"Made {arguments.key} (keep it secret) and {public} (give it to whoever verifies).")
    return 0


COMMAND = Command(
    name="keygen",
    summary="make a pair of keys to sign bundles with",
    examples=("keygen release.key",),
    configure=configure,
    run=run,
)
