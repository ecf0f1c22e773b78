"""A folder that is complete: bundle, Python if wanted, start scripts, recipes, build report.

backend.pyz or backend/    the bundle, as a file or expanded
python/                    with --python-runtime
start, start.cmd           run it with the Python beside it, else the one on the machine
Containerfile, NAME.service, build-report.json, licenses.txt, sbom.cdx.json
"""

import json
import re
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.expanded import arriving_folder, size_of, write_expanded
from noodl_builder.licences import LICENCES
from noodl_builder.manifest import MANIFEST
from noodl_builder.plan import Plan
from noodl_builder.python_runtime import PythonRuntime, put_python
from noodl_builder.sbom import SBOM
from noodl_builder.trial import try_out
from noodl_builder.write import BuildReport, Tell, refuse_place, silent, write_bundle
from noodl_runtime.errors import BuildRefused

REPORT = "build-report.json"
START = """#!/bin/sh
# Starts the backend with the Python beside it, else with one of this machine.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
for python in "$here/@PYTHON@" python@VERSION@ python3; do
  if command -v "$python" >/dev/null 2>&1; then
    exec "$python" -I -X utf8 "$here/@BUNDLE@" "$@"
  fi
done
echo "start: no Python @VERSION@ found" >&2
exit 78
"""
START_CMD = """@echo off\r
rem Starts the backend with the Python beside it, else with one of this machine.\r
if exist "%~dp0python\\python.exe" (\r
  "%~dp0python\\python.exe" -I -X utf8 "%~dp0@BUNDLE@" %*\r
) else (\r
  py -@VERSION@ -I -X utf8 "%~dp0@BUNDLE@" %*\r
)\r
"""


@dataclass(frozen=True)
class ReleaseOptions:
    """What a release folder is made of.

    expanded:       the bundle as a folder, precompiled, instead of one file
    python_runtime: "none", "auto", or the path of a relocatable Python
    templates:      folder with the recipes, None: without them
    """

    expanded: bool = False
    python_runtime: str = "none"
    templates: Path | None = None


def write_expanded_bundle(
    plan: Plan, output: Path, *, trial: bool = True, tell: Tell = silent
) -> BuildReport:
    """Write the bundle as a folder that runs; on any failure what was there stays."""
    begun = time.monotonic()
    target = output.absolute()
    _refuse_place(target, plan)
    tell(f"writing {len(plan.entries)} files")
    with arriving_folder(target) as folder:
        write_expanded(plan, folder, _own_python(plan))
        if trial and CURRENT in plan.info.targets:
            tell("starting it once")
            try_out(folder)
    return _report(plan, target, begun)


def write_release(
    plan: Plan,
    output: Path,
    options: ReleaseOptions,
    *,
    cache: Path | None = None,
    trial: bool = True,
    tell: Tell = silent,
) -> BuildReport:
    """Write a release folder; on any failure what was at `output` stays as it was."""
    begun = time.monotonic()
    target = output.absolute()
    _refuse_place(target, plan)
    with arriving_folder(target, REPORT) as folder:
        python = None
        if options.python_runtime != "none":
            tell("copying a Python")
            python = put_python(options.python_runtime, folder / "python", plan.info.targets)
        tell(f"writing {len(plan.entries)} files")
        bundle = folder / ("backend" if options.expanded else "backend.pyz")
        _write_backend(plan, bundle, folder, python, cache)
        _write_texts(plan, folder, bundle.name, python)
        _write_recipes(plan, folder, bundle.name, options.templates)
        if trial and (python or CURRENT in plan.info.targets):
            tell("starting it once")
            try_out(bundle, [folder / "python" / python.executable] if python else ())
        told = {"bundle": bundle.name, "python": asdict(python) if python else None}
        report = {**_report(plan, folder, begun).as_dict(), **told}
        report["output"] = target.name
        (folder / REPORT).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return _report(plan, target, begun)


def _write_backend(
    plan: Plan, bundle: Path, folder: Path, python: PythonRuntime | None, cache: Path | None
) -> None:
    if bundle.suffix == ".pyz":
        with bundle.open("w+b") as stream:
            write_bundle(plan, stream, cache)
        bundle.chmod(0o755)
        return
    bundle.mkdir()
    own = folder / "python" / python.executable if python else _own_python(plan)
    write_expanded(plan, bundle, own)


def _write_texts(plan: Plan, folder: Path, bundle: str, python: PythonRuntime | None) -> None:
    version = plan.info.targets[0].rpartition("-")[2]
    values = {
        "BUNDLE": bundle,
        "VERSION": version,
        "PYTHON": f"python/{python.executable}" if python else "python/bin/python3",
    }
    for name, text in (("start", START), ("start.cmd", START_CMD)):
        (folder / name).write_bytes(filled(text, values).encode())
        (folder / name).chmod(0o755)
    for entry in plan.entries:
        if entry.name in (LICENCES, SBOM):
            (folder / Path(entry.name).name).write_bytes(entry.read())


def _write_recipes(plan: Plan, folder: Path, bundle: str, templates: Path | None) -> None:
    values = recipe_values(plan, bundle)
    for template in sorted(templates.iterdir()) if templates else ():
        name = template.name.replace("NAME", values["NAME"])
        (folder / name).write_text(
            filled(template.read_text(encoding="utf-8"), values), encoding="utf-8"
        )


def recipe_values(plan: Plan, bundle: str) -> dict[str, str]:
    """Return what the recipes are filled with: {"NAME": "todo", "TITLE": "Todo", ...}."""
    name = re.sub(r"[^a-z0-9]+", "-", plan.info.name.lower()).strip("-") or "backend"
    return {
        "NAME": name,
        "TITLE": plan.info.name.replace("\n", " "),
        "BUNDLE": bundle,
        "BUILD": plan.info.build_id,
        "VERSION": plan.info.targets[0].rpartition("-")[2],
    }


def filled(text: str, values: dict[str, str]) -> str:
    """Return a template with every @WORD@ in its place. raises: KeyError for an unknown one."""
    return re.sub(r"@([A-Z]+)@", lambda match: values[match[1]], text)


def _own_python(plan: Plan) -> Path | None:
    return Path(sys.executable) if plan.info.targets == (CURRENT,) else None


def _refuse_place(target: Path, plan: Plan) -> None:
    if target.is_file():
        raise BuildRefused(f"{target} is a file; name a folder")
    refuse_place(target, plan.inputs, may_be_folder=True)


def _report(plan: Plan, folder: Path, begun: float) -> BuildReport:
    manifest = next(entry for entry in plan.entries if entry.name == MANIFEST)
    return BuildReport(
        output=folder,
        size=size_of(folder),
        sha256=manifest.sha256,
        info=plan.info,
        left_out=plan.left_out,
        seconds=time.monotonic() - begun,
        warnings=plan.warnings,
    )
