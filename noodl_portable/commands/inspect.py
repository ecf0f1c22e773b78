"""noodl-portable inspect: say what is in a bundle, without running any of it."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from noodl_builder.bundle_file import inspect, read_entry
from noodl_builder.expanded import size_of
from noodl_builder.licences import LICENCES
from noodl_builder.manifest import BundleInfo
from noodl_builder.sbom import SBOM
from noodl_portable.command import Command

SHOWN = {"sbom": SBOM, "licenses": LICENCES}


def configure(parser: ArgumentParser) -> None:
    """Add the options of inspect."""
    parser.add_argument("bundle", metavar="FILE", type=Path, help="bundle to look into")
    parser.add_argument(
        "--show",
        choices=SHOWN,
        help="print one document of the bundle: bill of materials (CycloneDX) or licence texts",
    )
    parser.add_argument("--json", action="store_true", help="answer in JSON: the whole manifest")


def run(arguments: Namespace) -> int:
    """Print name, version, schema, functions, size, platforms and build id."""
    bundle: Path = arguments.bundle
    info = inspect(bundle)
    if arguments.show:
        print(read_entry(bundle, SHOWN[arguments.show]).decode(), end="")
    elif arguments.json:
        print(json.dumps({**info.document(), "size": size(bundle)}, indent=2))
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
        ("size", f"{size(bundle) / 1e6:.2f} MB, {len(info.entries)} files"),
        ("schema", f"{', '.join(info.collections) or 'none'} ({info.schema_digest[:16]})"),
        ("functions", ", ".join(info.functions) or "none"),
        ("schedules", ", ".join(f"{name} ({cron})" for name, cron in info.schedules) or "none"),
        ("permissions", _permissions(info)),
        ("also packed", ", ".join(packed) or "nothing"),
        ("libraries", ", ".join(f"{d.name} {d.version}" for d in info.dependencies)),
    ]


def size(bundle: Path) -> int:
    """Return the bytes of a bundle, in one file or expanded into a folder."""
    return size_of(bundle) if bundle.is_dir() else bundle.stat().st_size


def _permissions(info: BundleInfo) -> str:
    rows = [
        f"{collection}.{operation}: {', '.join(who) or 'master key'}"
        for collection, rights in info.permissions.items()
        for operation, who in rights.items()
    ]
    return "; ".join(rows) or "open to all, but for what each record's ACL says"


COMMAND = Command(
    name="inspect",
    summary="say what is in a bundle, without running any of it",
    examples=("inspect my-app.pyz", "inspect my-app.pyz --json", "inspect my-app.pyz --show sbom"),
    configure=configure,
    run=run,
)
