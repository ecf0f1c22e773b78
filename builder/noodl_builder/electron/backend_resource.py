"""The folder `backend` of an Electron app: the bundle, a Python if wanted, and what they are.

backend/backend.pyz     the bundle, or as a folder:
backend/expanded/       unpacked and compiled, its libraries signable files: what macOS asks for
backend/python/         with --python-runtime
backend/backend.json    what start-backend.js goes by: bundle and its hash, targets, Python
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.bundle_file import read_entry, verify
from noodl_builder.expanded import arriving_folder, write_expanded
from noodl_builder.manifest import BundleInfo
from noodl_builder.plan import Plan
from noodl_builder.python_runtime import put_python
from noodl_builder.trial import try_out
from noodl_builder.write import Tell, silent, write

FOLDER, ABOUT, BUNDLE, EXPANDED = "backend", "backend.json", "backend.pyz", "expanded"
CONFIG = "bundle/config.json"

# Writes a bundle into a folder, for the Python that will run it if that is known, and says which.
MakeBundle = Callable[[Path, Path | None], tuple[Path, BundleInfo]]


@dataclass(frozen=True)
class Resource:
    """What was put there. changed: whether anything is different from before."""

    folder: Path
    info: BundleInfo
    python: str | None
    changed: bool


def place_of(app: Path) -> Path:
    """Return where the folder goes: into the app; beside it where that is `resources/app`."""
    beside = app.name == "app" and app.parent.name.lower() == "resources"
    return (app.parent if beside else app) / FOLDER


def copy_of(bundle: Path) -> MakeBundle:
    """Return what puts a finished bundle there. raises: BadFile when it is damaged."""

    def copy(folder: Path, _python: Path | None) -> tuple[Path, BundleInfo]:
        info = verify(bundle)
        target = folder / BUNDLE
        shutil.copyfile(bundle, target)
        target.chmod(0o755)
        return target, info

    return copy


def packed_as(planned: Plan, cache: Path | None) -> MakeBundle:
    """Return what packs a plan as one file."""

    def pack(folder: Path, _python: Path | None) -> tuple[Path, BundleInfo]:
        report = write(planned, folder / BUNDLE, cache=cache, trial=False)
        return report.output, report.info

    return pack


def expanded_as(planned: Plan) -> MakeBundle:
    """Return what writes a plan as a folder. raises: BuildRefused for a plan of several targets."""

    def expand(folder: Path, python: Path | None) -> tuple[Path, BundleInfo]:
        own = python or (Path(sys.executable) if planned.info.targets == (CURRENT,) else None)
        (folder / EXPANDED).mkdir()
        write_expanded(planned, folder / EXPANDED, own)
        return folder / EXPANDED, planned.info

    return expand


def put_resource(
    place: Path,
    make_bundle: MakeBundle,
    targets: tuple[str, ...],
    python_runtime: str = "none",
    *,
    tell: Tell = silent,
) -> Resource:
    """Write the folder; on any failure what was there stays as it was.

    targets:        of the bundle
    python_runtime: "none", "auto", or the path of a relocatable Python
    raises:         BuildRefused when a folder of this name is there that is not ours
    """
    with arriving_folder(place, ABOUT) as folder:
        python = None
        if python_runtime != "none":
            tell("copying a Python")
            python = put_python(python_runtime, folder / "python", targets)
        own = folder / "python" / python.executable if python else None
        tell("writing the bundle")
        bundle, info = make_bundle(folder, own)
        if own or CURRENT in targets:
            tell("starting it once")
            try_out(bundle, [own] if own else ())
        about = _about(bundle, info, python.executable if python else None)
        (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        changed = not _same(place, folder)
    return Resource(place, info, about["python"], changed)


def _about(bundle: Path, info: BundleInfo, python: str | None) -> dict[str, Any]:
    return {
        "name": info.name,
        "version": info.version,
        "build": info.build_id,
        "bundle": bundle.name,
        "sha256": hashlib.sha256(bundle.read_bytes()).hexdigest() if bundle.is_file() else None,
        "port": json.loads(read_entry(bundle, CONFIG)).get("port"),
        "targets": list(info.targets),
        "python": python,
    }


def _same(old: Path, new: Path) -> bool:
    names = [(ABOUT,), (BUNDLE,), ("python", "runtime.json")]
    pairs = [(old.joinpath(*name), new.joinpath(*name)) for name in names]
    return all(
        first.is_file() == second.is_file()
        and (not first.is_file() or first.read_bytes() == second.read_bytes())
        for first, second in pairs
    )
