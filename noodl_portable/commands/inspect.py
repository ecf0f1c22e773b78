"""noodl-portable inspect: say what is in a bundle, without running any of it."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_builder.bundle_file import inspect
from noodl_builder.manifest import BundleInfo
from noodl_portable.command import Command


def configure(parser: ArgumentParser) -> None:
    """Add the options of inspect."""
    parser.add_argument("bundle", metavar="FILE", type=Path, help="bundle to look into")
    parser.add_argument("--json", action="store_true", help="answer in JSON: the whole manifest")


def run(arguments: Namespace) -> int:
    """Print name, version, schema, functions, size, platforms and build id."""
    bundle: Path = arguments.bundle
    info = inspect(bundle)
    if arguments.json:
        print(json.dumps({**info.document(), "size": bundle.stat().st_size}, indent=2))
    else:
        print("\n".join(f"{name:<12} {text}" for name, text in summary(info, bundle)))
    return 0


def summary(info: BundleInfo, bundle: Path) -> list[tuple[str, str]]:
    """Return what a person wants to know of a bundle, a row each."""
    packed = [name for name, there in (("data", info.seed_data), ("front end", info.app)) if there]
    return [
        ("name", info.name),
        ("version", info.version),
        ("build id", info.build_id),
        ("runtime", f"noodl-portable {info.runtime_version}"),
        ("platforms", ", ".join(info.targets)),
        ("size", f"{bundle.stat().st_size / 1e6:.2f} MB, {len(info.entries)} files"),
        ("schema", f"{', '.join(info.collections) or 'none'} ({info.schema_digest[:16]})"),
        ("functions", ", ".join(info.functions) or "none"),
        ("also packed", ", ".join(packed) or "nothing"),
        ("libraries", ", ".join(f"{d.name} {d.version}" for d in info.dependencies)),
    ]


COMMAND = Command(
    name="inspect",
    summary="say what is in a bundle, without running any of it",
    examples=("inspect my-app.pyz", "inspect my-app.pyz --json"),
    configure=configure,
    run=run,
)
