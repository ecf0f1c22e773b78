"""Decides what goes into a bundle. The plan is data: printed by a dry run, compared by tests."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from noodl_builder.backend_files import APP, SEED, BackendFiles, read_backend
from noodl_builder.boot_files import boot_entries
from noodl_builder.entry import Entry, make_entry
from noodl_builder.fat_layout import lay_out
from noodl_builder.folder_files import LeftOut
from noodl_builder.licences import licences_entry
from noodl_builder.lints import FILE_RULES, lint_folder, warnings_of
from noodl_builder.manifest import (
    MANIFEST,
    BundleInfo,
    collection_names,
    content_digest,
    function_names,
    listed,
    permissions_summary,
    schedules_of,
    schema_digest,
)
from noodl_builder.options import BuildOptions
from noodl_builder.runtime_parts import RuntimeParts
from noodl_builder.sbom import sbom_entry
from noodl_builder.shiv_archive import foreseen_entries, make_environment
from noodl_builder.signing import SIGNATURE, sign
from noodl_builder.target_sets import runtime_for
from noodl_runtime.errors import BuildRefused
from noodl_runtime.store.sqlite.formats import UPGRADES
from noodl_runtime.workflow.lint import Finding


@dataclass(frozen=True)
class Plan:
    """Everything a bundle will hold, sorted by name, each with its hash. Equal plans, equal bytes.

    info:        what the manifest will say
    left_out:    files of the backend that stay behind, and why
    warnings:    what is odd in the backend, and does not stop the build
    epoch:       time every entry carries, seconds since 1970
    inputs:      folders it was made from; the bundle is never written into one of them
    environment: shiv's description of the zip
    """

    info: BundleInfo
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    warnings: tuple[Finding, ...]
    epoch: int
    inputs: tuple[Path, ...] = field(compare=False, repr=False)
    environment: Any = field(compare=False, repr=False)

    @property
    def manifest(self) -> dict[str, Any]:
        """Return the content of manifest.json."""
        return self.info.document()

    def __str__(self) -> str:
        lines = [f"{e.sha256[:16]}  {e.size:>9}  {e.name}" for e in self.entries]
        lines += [f"left out: {left.name} ({left.reason})" for left in self.left_out]
        lines += map(str, self.warnings)
        return "\n".join(lines)


def plan(
    options: BuildOptions,
    runtime: RuntimeParts | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Plan:
    """Read everything a bundle is made of and return its plan; nothing is written.

    runtime: what ships beside the backend; None: read for the targets of the options
    tell:    is called with each step that may take a while
    raises:  BuildRefused, BadFile, BadSetting
    """
    tell("reading the backend")
    backend = read_backend(options)
    found = [*lint_folder(options.folder), *(f for rule in FILE_RULES for f in rule(backend))]
    warnings = warnings_of(found, refuse=options.lint)
    missing: list[LeftOut] = []
    if runtime is None:
        runtime, missing = runtime_for(options, tell=tell)
    layout = lay_out(runtime.sets)
    environment = make_environment(layout.cache_id, runtime.entry_point, options.epoch)
    entries = [
        *backend.entries,
        *layout.entries,
        *foreseen_entries(environment),
        *boot_entries(runtime.entry_point, layout.facts),
        licences_entry(runtime.dependencies, _library_files(runtime)),
        sbom_entry(
            _name(options, backend),
            _version(options, backend),
            runtime.version,
            runtime.dependencies,
            options.epoch,
        ),
    ]
    _refuse_equal_names(entry.name for entry in entries)
    info = _info(options, backend, runtime, entries)
    manifest = make_entry(MANIFEST, info.text())
    entries += [manifest, *_signature(options, info)]
    return Plan(
        info=info,
        entries=tuple(sorted(entries)),
        left_out=tuple(sorted([*backend.left_out, *missing])),
        warnings=warnings,
        epoch=options.epoch,
        inputs=tuple(path for path in (options.folder, options.app) if path),
        environment=environment,
    )


def _info(
    options: BuildOptions, backend: BackendFiles, runtime: RuntimeParts, entries: list[Entry]
) -> BundleInfo:
    names = {entry.name for entry in entries}
    contents = listed(entries)
    return BundleInfo(
        name=_name(options, backend),
        version=_version(options, backend),
        runtime_version=runtime.version,
        content_digest=content_digest(contents),
        targets=tuple(sorted(runtime.sets)),
        functions=function_names(backend.workflows),
        schedules=schedules_of(backend.workflows),
        collections=collection_names(backend.schema),
        permissions=permissions_summary(backend.schema),
        schema_version=max(UPGRADES),
        schema_digest=schema_digest(backend.schema),
        seed_data=SEED in names,
        app=any(name.startswith(APP) for name in names),
        dependencies=runtime.dependencies,
        entries=contents,
    )


def _signature(options: BuildOptions, info: BundleInfo) -> list[Entry]:
    if options.sign is None:
        return []
    return [make_entry(SIGNATURE, sign(info.text(), options.sign))]


def _name(options: BuildOptions, backend: BackendFiles) -> str:
    return str(options.name or backend.config["name"])


def _version(options: BuildOptions, backend: BackendFiles) -> str:
    return str(options.version or backend.config.get("version", "0.0.0"))


def _library_files(runtime: RuntimeParts) -> set[Entry]:
    return {entry for entries in runtime.sets.values() for entry in entries}


def _refuse_equal_names(names: Iterable[str]) -> None:
    names = list(names)
    often = {name for name, times in Counter(n.casefold() for n in names).items() if times > 1}
    if same := sorted(name for name in names if name.casefold() in often):
        raise BuildRefused(
            f"names that differ only by case are one file on some systems: {', '.join(same)}; "
            "rename one"
        )
