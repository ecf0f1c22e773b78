"""What ships of this environment: our runtime, its dependencies, the platform they are for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import noodl_runtime
from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.dependency import Dependency, make_dependency, merged
from noodl_builder.distributions import (
    OWN,
    closure,
    installed_distribution,
    normal_name,
    requirements,
)
from noodl_builder.entry import Entry
from noodl_builder.installed_files import read_distribution, read_own

ENTRY_POINT = "noodl_runtime.serve:main"


@dataclass(frozen=True)
class RuntimeParts:
    """The part of a bundle that does not depend on the backend.

    sets: everything below site-packages/, by target: {"linux-x86_64-3.11": (...)}
    """

    version: str
    sets: Mapping[str, tuple[Entry, ...]]
    dependencies: tuple[Dependency, ...]
    entry_point: str = ENTRY_POINT


def installed_runtime(package: Path | None = None) -> RuntimeParts:
    """Read the runtime and its dependencies from the environment this process runs in.

    package: folder of noodl_runtime, None: the one this process imported
    raises:  BuildRefused naming the distribution that cannot be packed, and the way out
    """
    own = installed_distribution(OWN)
    needed = closure(own)
    package = package or Path(noodl_runtime.__file__).parent
    files = {distribution.name: read_distribution(distribution) for distribution in needed}
    entries = [*read_own(own, package), *(e for family in files.values() for e in family)]
    return RuntimeParts(
        version=noodl_runtime.__version__,
        sets={CURRENT: tuple(sorted(entries))},
        dependencies=merged(_described(d, files[d.name], files) for d in needed),
    )


def _described(
    distribution: metadata.Distribution, files: list[Entry], inside: Iterable[str]
) -> Dependency:
    names = {normal_name(name): name for name in inside}
    needed = {normal_name(r.name) for r in requirements(distribution, "")}
    text = distribution.read_text("METADATA") or ""
    return make_dependency(text, files, requires=[names[n] for n in needed if n in names])
