"""noodl-portable build: pack a backend folder into one file that runs."""

import json
import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noodl_builder.options import BuildOptions
from noodl_builder.packed_libraries import build_cache
from noodl_builder.plan import Plan, plan
from noodl_builder.release import ReleaseOptions, write_expanded_bundle, write_release
from noodl_builder.write import BuildReport, Tell, silent, write
from noodl_portable.backend_argument import check_backend_folder
from noodl_portable.build_file import read_build_file
from noodl_portable.command import Command, typed
from noodl_portable.templates import shipped_folder
from noodl_runtime.errors import BuildRefused


def configure(parser: ArgumentParser) -> None:
    """Add the options of build; those not given come from noodl-portable.yaml."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="backend folder")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="file to write")
    parser.add_argument("--name", help="name in the manifest (default: the one in config.json)")
    parser.add_argument("--version", help="version in the manifest")
    parser.add_argument(
        "--include-data", action=BooleanOptionalAction, help="pack the records as seed data"
    )
    parser.add_argument("--app", metavar="DIR", type=Path, help="front end to serve at /")
    parser.add_argument(
        "--allow-secret", metavar="FILE", action="append", default=[],
        help="file that may hold what looks like a key, e.g. workflows/pay.workflow.json",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="print the plan, write nothing")
    parser.add_argument(
        "--target",
        metavar="NAME,...",
        help="what it runs on: current (default), universal, or names such as linux-x86_64-3.12",
    )
    parser.add_argument(
        "--wheelhouse", metavar="DIR", type=Path, help="folder of wheels for other targets"
    )
    parser.add_argument(
        "--allow-network", action="store_true", help="let pip fetch wheels that are missing"
    )
    parser.add_argument(
        "--layout",
        choices=("pyz", "expanded"),
        help="one file (default), or a folder with everything unpacked and compiled",
    )
    parser.add_argument(
        "--format",
        choices=("file", "dir"),
        help="the bundle alone (default), or a folder with start scripts and server recipes",
    )
    parser.add_argument(
        "--python-runtime",
        metavar="none|auto|PATH",
        help="put a Python beside the bundle: this one, or a relocatable one; implies --format dir",
    )
    parser.add_argument(
        "--sign", metavar="KEY", type=Path, help="sign with this private key, see keygen"
    )
    parser.add_argument(
        "--no-trial", action="store_true", help="do not start the finished bundle once"
    )
    parser.add_argument(
        "--no-lint", action="store_true", help="build in spite of errors in the workflows"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    parser.add_argument("--json", action="store_true", help="answer in JSON")


def run(arguments: Namespace) -> int:
    """Plan, then write; print what came of it."""
    folder: Path = arguments.folder
    check_backend_folder(folder)
    file = read_build_file(folder)
    tell = _teller(arguments)
    planned = plan(build_options(arguments, file), tell=tell)
    tell_warnings(planned, quiet=arguments.quiet)
    if arguments.dry_run:
        _print_plan(planned, as_json=arguments.json)
        return 0
    report = _write(planned, arguments, file, _output(arguments, file, folder))
    _print_report(report, as_json=arguments.json)
    return 0


def tell_warnings(planned: Plan, *, quiet: bool) -> None:
    """Print what is odd in the backend and does not stop the build."""
    for finding in () if quiet else planned.warnings:
        print(finding, file=sys.stderr)


def _write(
    planned: Plan, arguments: Namespace, file: Mapping[str, Any], output: Path
) -> BuildReport:
    tell = _teller(arguments)
    trial = not arguments.no_trial
    python = arguments.python_runtime or file.get("python-runtime", "none")
    expanded = (arguments.layout or file.get("layout", "pyz")) == "expanded"
    if (arguments.format or file.get("format", "file")) == "dir" or python != "none":
        options = ReleaseOptions(expanded, python, shipped_folder("dist-templates") / "server")
        return write_release(planned, output, options, cache=build_cache(), trial=trial, tell=tell)
    if expanded:
        return write_expanded_bundle(planned, output, trial=trial, tell=tell)
    return write(planned, output, cache=build_cache(), trial=trial, tell=tell)


def build_options(arguments: Namespace, file: Mapping[str, Any]) -> BuildOptions:
    """Return the options in force: the command line over noodl-portable.yaml."""
    folder: Path = arguments.folder
    _check_python(file)
    data = arguments.include_data
    return BuildOptions(
        folder=folder,
        name=arguments.name or file.get("name"),
        version=arguments.version or file.get("version"),
        include_data=file.get("include-data", False) if data is None else data,
        app=arguments.app or _beside(folder, file, "app"),
        allowed=frozenset(arguments.allow_secret),
        targets=_targets(arguments, file),
        wheelhouse=arguments.wheelhouse or _beside(folder, file, "wheelhouse"),
        allow_network=arguments.allow_network,
        lint=not arguments.no_lint,
        sign=arguments.sign,
    )


def _beside(folder: Path, file: Mapping[str, Any], key: str) -> Path | None:
    return folder / str(file[key]) if key in file else None


def _targets(arguments: Namespace, file: Mapping[str, Any]) -> tuple[str, ...]:
    if arguments.target:
        return tuple(arguments.target.split(","))
    return tuple(file.get("platforms", ("current",)))


def _check_python(file: Mapping[str, Any]) -> None:
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if file.get("python", running) != running:
        raise BuildRefused(
            f"noodl-portable.yaml asks for Python {file['python']}, this is {running}; "
            f"build with Python {file['python']} or change the file"
        )


def _output(arguments: Namespace, file: Mapping[str, Any], folder: Path) -> Path:
    if arguments.output:
        return Path(arguments.output)
    if "output" in file:
        return folder.absolute().parent / str(file["output"])
    raise BuildRefused("no output file given; use -o FILE, e.g. -o backend.pyz")


def _teller(arguments: Namespace) -> Tell:
    # progress is for a person at a terminal; a script reads one line for what went wrong
    return _tell if sys.stderr.isatty() and not arguments.quiet else silent


def _tell(step: str) -> None:
    print(f"{step} ...", file=sys.stderr, flush=True)


def _print_plan(planned: Plan, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(planned.manifest, indent=2))
        return
    print(planned)


def _print_report(report: BuildReport, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.as_dict(), indent=2))
        return
    print(f"Built {report.output}: {report.size / 1e6:.1f} MB, build {report.build_id}.")
    for left in report.left_out:
        print(f"left out: {left.name} ({left.reason})")
    start = report.output / "start"
    there = start.is_file()
    print(f"Run it: {typed(start) if there else f'python {typed(report.output)}'}")


COMMAND = Command(
    name="build",
    summary="pack a backend folder into one file that runs",
    examples=(
        "build my-app -o my-app.pyz",
        "build my-app -o my-app.pyz --include-data --version 1.2",
        "build my-app -o my-app.pyz --target linux-x86_64-3.12,mac-arm64-3.13 --allow-network",
        "build my-app -o release --format dir --python-runtime auto",
        "build my-app --dry-run --json",
    ),
    configure=configure,
    run=run,
)
