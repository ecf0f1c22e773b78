"""The platforms and Pythons a bundle can be made for: "linux-x86_64-3.12" and its like.

The names are those that noodl_target finds out at a start. Which wheels a target can use, and what
environment markers mean there, follows from a row of PLATFORMS and the Python's number.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from noodl_builder.boot.noodl_target import CURRENT
from noodl_runtime.errors import BadSetting

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
GLIBC = 28  # the newest 2.x the libraries' wheels ask for
UNIVERSAL, OF_THIS_MACHINE = "universal", "current"


@dataclass(frozen=True)
class Platform:
    """One kind of machine. system, machine: what sys_platform and platform_machine are there."""

    system: str
    machine: str
    os_name: str = "posix"


PLATFORMS: dict[str, Platform] = {
    "linux-x86_64": Platform("linux", "x86_64"),
    "linux-aarch64": Platform("linux", "aarch64"),
    "musl-x86_64": Platform("linux", "x86_64"),
    "musl-aarch64": Platform("linux", "aarch64"),
    "mac-arm64": Platform("darwin", "arm64"),
    "mac-x86_64": Platform("darwin", "x86_64"),
    "win-amd64": Platform("win32", "AMD64", "nt"),
}
SYSTEM_NAMES = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}


@dataclass(frozen=True, order=True)
class Target:
    """A platform and a Python. platform: a key of PLATFORMS; python: "3.12"."""

    platform: str
    python: str

    @property
    def name(self) -> str:
        """Return what a bundle calls it: "linux-x86_64-3.12"."""
        return f"{self.platform}-{self.python}"

    @property
    def wheel_platforms(self) -> list[str]:
        """Return the platform tags of wheels that run there, the closest first."""
        return _wheel_platforms(self.platform)

    @property
    def markers(self) -> dict[str, str]:
        """Return what environment markers mean there."""
        row = PLATFORMS[self.platform]
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": row.os_name,
            "platform_machine": row.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": SYSTEM_NAMES[row.system],
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": row.system,
        }

    @property
    def tags(self) -> Mapping[Any, int]:
        """Return the tags of wheels that fit, with their rank; 0 is the closest."""
        return _tags(self)


def parse_targets(text: str | Iterable[str]) -> tuple[str, ...]:
    """Return the names of targets that were asked for, sorted; "current" is this machine's.

    "current", "linux-x86_64-3.12,mac-arm64-3.13", "universal"
    raises: BadSetting for a name that is no target
    """
    names = text.split(",") if isinstance(text, str) else list(text)
    found: set[str] = set()
    for name in filter(None, map(str.strip, names)):
        if name == UNIVERSAL:
            found |= {f"{platform}-{python}" for platform in PLATFORMS for python in PYTHONS}
        elif name == OF_THIS_MACHINE:
            found.add(CURRENT)
        else:
            found.add(name if name == CURRENT else target_named(name).name)
    return tuple(sorted(found or {CURRENT}))


def target_named(name: str) -> Target:
    """Return the target of this name. raises: BadSetting."""
    platform, _, python = name.rpartition("-")
    if platform not in PLATFORMS or not re.fullmatch(r"3\.(1[1-9]|[2-9]\d)", python):
        raise BadSetting(
            f"{name!r} is no target; it is a platform and a Python, such as linux-x86_64-3.12; "
            f"platforms: {', '.join(PLATFORMS)}; or current, or universal"
        )
    return Target(platform, python)


@cache
def _tags(target: Target) -> Mapping[Any, int]:
    from packaging.tags import compatible_tags, cpython_tags

    version = tuple(map(int, target.python.split(".")))
    platforms = target.wheel_platforms
    tags = [
        *cpython_tags(version, platforms=platforms),
        *compatible_tags(version, interpreter=f"cp{version[0]}{version[1]}", platforms=platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


@cache
def _wheel_platforms(platform: str) -> list[str]:
    from packaging.tags import mac_platforms

    system, _, machine = platform.partition("-")
    if system == "mac":
        return list(mac_platforms((13, 0), machine))
    if system == "win":
        return [f"win_{machine}"]
    if system == "musl":
        return [f"musllinux_1_{minor}_{machine}" for minor in (2, 1, 0)]
    names = []
    for minor in range(GLIBC, 4, -1):
        names.append(f"manylinux_2_{minor}_{machine}")
        if old := {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}.get(minor):
            names.append(f"{old}_{machine}")
    return [*names, f"linux_{machine}"]
