"""What ships of this environment: our runtime, its dependencies, the platform they are for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import noodl_runtime
from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.distributions import OWN, closure, installed_distribution
from noodl_builder.entry import Entry
from noodl_builder.installed_files import read_distribution, read_own

ENTRY_POINT = "noodl_runtime.serve:main"


@dataclass(frozen=True, order=True)
class Dependency:
    """A distribution inside a bundle: "gevent", "26.9.0"."""

    name: str
    version: str


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
    entries = [*read_own(own, package), *_all_files(read_distribution(d) for d in needed)]
    return RuntimeParts(
        version=noodl_runtime.__version__,
        sets={CURRENT: tuple(sorted(entries))},
        dependencies=tuple(sorted(Dependency(d.name, d.version) for d in needed)),
    )


def _all_files(families: Iterable[list[Entry]]) -> list[Entry]:
    return [entry for family in families for entry in family]
