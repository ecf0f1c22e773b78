"""noodl-portable electron: put a backend into an Electron app, or take it out again."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noodl_builder.bundle_file import inspect
from noodl_builder.electron.app_folder import eject, put_files, read_app, would_change
from noodl_builder.electron.backend_resource import (
    MakeBundle,
    Resource,
    copy_of,
    expanded_as,
    packed_as,
    place_of,
    put_resource,
)
from noodl_builder.electron.wiring import Wiring, plan_wiring
from noodl_builder.manifest import BundleInfo
from noodl_builder.packed_libraries import build_cache
from noodl_builder.plan import Plan, plan
from noodl_builder.write import Tell, silent
from noodl_portable.build_file import read_build_file
from noodl_portable.command import Command
from noodl_portable.commands.build import build_options, tell_warnings
from noodl_portable.templates import shipped_folder
from noodl_runtime.errors import SetupError

SHIM = "start-backend"


def configure(parser: ArgumentParser) -> None:
    """Add the options of electron."""
    parser.add_argument(
        "--app", metavar="DIR", type=Path, required=True, help="folder of the Electron app"
    )
    parser.add_argument(
        "--backend", metavar="DIR|FILE", type=Path, help="backend folder, or a finished bundle"
    )
    parser.add_argument("--include-data", action="store_true", help="pack the records as seed data")
    parser.add_argument(
        "--front-end", metavar="DIR", type=Path, help="front end for the backend to serve at /"
    )
    parser.add_argument(
        "--python-runtime",
        metavar="none|auto|PATH",
        help="put a Python beside the bundle: this one, or a relocatable one (default: none, the "
        "app looks for one on the machine)",
    )
    parser.add_argument(
        "--layout",
        choices=("pyz", "expanded"),
        help="one file (default), or a folder with everything unpacked, to be signed for macOS",
    )
    parser.add_argument(
        "--no-lint", action="store_true", help="build in spite of errors in the workflows"
    )
    parser.add_argument("--eject", action="store_true", help="take the backend out of the app")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and end")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Plan, build, write; print what changed and what is left to the author."""
    app: Path = arguments.app.absolute()
    if arguments.eject:
        _say(arguments, {"takenOut": eject(app, dry_run=arguments.dry_run)})
        return 0
    if arguments.backend is None:
        raise SetupError("name the backend to put in: --backend FOLDER, or a bundle FILE.pyz")
    wiring = plan_wiring(read_app(app))
    files = {**shim_files(module=wiring.module), **wiring.files}
    planned = _planned(arguments)
    if arguments.dry_run:
        _say(arguments, _told(wiring, would_change(app, files), _info(planned), arguments))
        return 0
    made = _put(app, planned, arguments)
    changed, edited = put_files(app, files, folder_made=made.folder)
    wiring = Wiring(files, (*wiring.advice, *map(_left, edited)), wiring.main, wiring.module)
    told = _told(wiring, changed, made.info, arguments)
    _say(arguments, {**told, "backend": str(made.folder), "backendChanged": made.changed})
    return 0


def shim_files(*, module: bool) -> dict[str, bytes]:
    """Return what is copied into an app: path in the app -> content.

    module: whether the app's own code is in ES modules; the parts of the shim never are
    """
    source = shipped_folder("dist-templates") / "electron"
    front = source / (f"{SHIM}.mjs" if module else f"{SHIM}.js")
    parts = sorted((source / SHIM).iterdir())
    return {
        f"{SHIM}.js": front.read_bytes(),
        f"{SHIM}.d.ts": (source / f"{SHIM}.d.ts").read_bytes(),
        **{f"{SHIM}/{part.name}": part.read_bytes() for part in parts},
    }


def _planned(arguments: Namespace) -> Plan | Path:
    """Return the plan of a bundle, or the finished one that was named."""
    backend: Path = arguments.backend
    if backend.is_file():
        return backend
    if not backend.is_dir():
        raise SetupError(f"{backend} is neither a backend folder nor a bundle")
    file = read_build_file(backend)
    whole: dict[str, Any] = {
        "name": None,
        "version": None,
        "allow_secret": [],
        "target": None,
        "sign": None,
    }
    asked = Namespace(
        **whole,
        folder=backend,
        include_data=arguments.include_data or None,
        app=arguments.front_end,
        wheelhouse=None,
        allow_network=False,
        no_lint=arguments.no_lint,
    )
    planned = plan(build_options(asked, file), tell=_teller(arguments))
    tell_warnings(planned, quiet=arguments.quiet)
    return planned


def _put(app: Path, planned: Plan | Path, arguments: Namespace) -> Resource:
    python = arguments.python_runtime or _from_file(arguments.backend, "python-runtime") or "none"
    targets = _info(planned).targets
    maker = _maker(planned, arguments)
    return put_resource(place_of(app), maker, targets, python, tell=_teller(arguments))


def _maker(planned: Plan | Path, arguments: Namespace) -> MakeBundle:
    if isinstance(planned, Path):
        return copy_of(planned)
    layout = arguments.layout or _from_file(arguments.backend, "layout")
    return expanded_as(planned) if layout == "expanded" else packed_as(planned, build_cache())


def _from_file(backend: Path, key: str) -> Any:
    """Return what noodl-portable.yaml of a backend folder says."""
    return read_build_file(backend).get(key) if backend.is_dir() else None


def _info(planned: Plan | Path) -> BundleInfo:
    return inspect(planned) if isinstance(planned, Path) else planned.info


def _told(
    wiring: Wiring, changed: list[str], info: BundleInfo, arguments: Namespace
) -> dict[str, Any]:
    return {
        "app": str(arguments.app),
        "changed": changed,
        "main": wiring.main,
        "advice": list(wiring.advice),
        "build": info.build_id,
        "targets": list(info.targets),
    }


def _left(name: str) -> str:
    return f"{name} was edited since it was put there and is left alone; delete it for a fresh one"


def _say(arguments: Namespace, told: Mapping[str, Any]) -> None:
    if arguments.json:
        print(json.dumps({**told, "dryRun": arguments.dry_run}, indent=2))
        return
    if "takenOut" in told:
        word = "Would take out or put back:" if arguments.dry_run else "Taken out or put back:"
        print(word, *told["takenOut"], sep="\n  ")
        return
    word = "Would change" if arguments.dry_run else "Changed"
    print(f"{word} in {told['app']}:", *(told["changed"] or ["nothing"]), sep="\n  ")
    if "backend" in told:
        again = "" if told["backendChanged"] else ", as before"
        print(f"The backend is {told['backend']} (build {told['build']}{again}).")
    for sentence in told["advice"]:
        print(f"Note: {sentence}")


def _teller(arguments: Namespace) -> Tell:
    if not sys.stderr.isatty() or arguments.quiet:
        return silent
    return lambda step: print(f"{step} ...", file=sys.stderr, flush=True)


COMMAND = Command(
    name="electron",
    summary="put a backend into an Electron app, or take it out again",
    examples=(
        "electron --app my-desktop-app --backend my-app",
        "electron --app my-desktop-app --backend my-app --python-runtime auto --include-data",
        "electron --app my-desktop-app --backend my-app.pyz --dry-run",
        "electron --app my-desktop-app --eject",
    ),
    configure=configure,
    run=run,
)
