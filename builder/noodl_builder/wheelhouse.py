"""A folder of wheels: which one a target needs, and what is in it.

A wheel is a zip with a RECORD of its files and their hashes, as an installed distribution is a
folder with one; every file that goes into a bundle is compared with it.
"""

import base64
import csv
import hashlib
import io
from dataclasses import dataclass, field
from email.parser import HeaderParser
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from noodl_builder.distributions import normal_name
from noodl_builder.entry import NATIVE_SUFFIXES, Entry
from noodl_builder.installed_files import SITE_PACKAGES
from noodl_builder.targets import Target
from noodl_builder.trimming import is_needed
from noodl_runtime.errors import BuildRefused

# These run without their compiled part, slower; where there is no wheel for a target, the Python
# part of another wheel serves.
PURE_FALLBACK = frozenset({"zope-interface", "pyyaml"})


@dataclass(frozen=True)
class Member:
    """One file in a wheel, read when it is needed."""

    archive: ZipFile
    name: str

    def read_bytes(self) -> bytes:
        """Return its content."""
        return self.archive.read(self.name)


@dataclass(frozen=True)
class Wheel:
    """One wheel file, named by the rules: gevent-26.9.0-cp312-cp312-manylinux_2_28_x86_64.whl."""

    path: Path
    name: str
    version: Any
    tags: frozenset[Any]
    build: tuple[Any, ...] = ()
    without_native: bool = field(default=False)

    @cached_property
    def archive(self) -> ZipFile:
        """Return the file, read into memory: no open file stays behind."""
        try:
            return ZipFile(io.BytesIO(self.path.read_bytes()))
        except (OSError, BadZipFile) as error:
            raise BuildRefused(f"{self.path} is not a wheel, or damaged: {error}") from error

    @cached_property
    def metadata(self) -> str:
        """Return its METADATA."""
        return self._in_dist_info("METADATA").decode()

    @cached_property
    def requires(self) -> list[Any]:
        """Return what it requires, on any target and with any extra."""
        from packaging.requirements import Requirement

        found = HeaderParser().parsestr(self.metadata).get_all("Requires-Dist", [])
        return [Requirement(text) for text in found]

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the file."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def entries(self) -> list[Entry]:
        """Return what a bundle carries of it. raises: BuildRefused when it is not what it lists."""
        rows = csv.reader(self._in_dist_info("RECORD").decode().splitlines())
        files = [self._entry(*row[:2]) for row in rows if is_needed(_installed_name(row[0]))]
        return [
            entry
            for entry in files
            if not (self.without_native and entry.name.endswith(NATIVE_SUFFIXES))
        ]

    def _entry(self, member: str, listed: str) -> Entry:
        try:
            data = self.archive.read(member)
        except (KeyError, BadZipFile) as error:
            raise BuildRefused(f"{self.path} is damaged: {error}") from error
        algorithm, _, value = listed.partition("=")
        if algorithm not in ("sha256", "sha384", "sha512") or value != _value(algorithm, data):
            raise BuildRefused(f"{self.path}: {member} is not what its RECORD lists")
        return Entry(
            SITE_PACKAGES + _installed_name(member),
            len(data),
            hashlib.sha256(data).hexdigest(),
            Member(self.archive, member),
        )

    def _in_dist_info(self, name: str) -> bytes:
        found = [
            n
            for n in self.archive.namelist()
            if n.endswith(f".dist-info/{name}") and n.count("/") == 1
        ]
        if len(found) != 1:
            raise BuildRefused(f"{self.path} is not a wheel: it has no {name}")
        return self.archive.read(found[0])


class Wheelhouse:
    """The wheels of some folders."""

    def __init__(self, folders: list[Path]) -> None:
        for folder in folders:
            if not folder.is_dir():
                raise BuildRefused(f"the wheelhouse {folder} is not a folder")
        self.folders = folders
        self._by_name: dict[str, list[Wheel]] = {}
        self.read()

    def read(self) -> None:
        """Look into the folders again, after more wheels have come."""
        self._by_name.clear()
        for folder in self.folders:
            for path in sorted(folder.glob("*.whl")):
                wheel = _wheel(path)
                self._by_name.setdefault(wheel.name, []).append(wheel)

    def fitting(self, requirement: Any, target: Target) -> Wheel | None:
        """Return the newest wheel that satisfies a requirement on a target, None without one."""
        ranks = target.tags
        fitting = [wheel for wheel in self._allowed(requirement) if wheel.tags & ranks.keys()]
        return max(
            fitting,
            key=lambda w: (w.version, -min(ranks[t] for t in w.tags & ranks.keys()), w.build),
            default=None,
        )

    def best(self, requirement: Any, target: Target) -> Wheel | None:
        """Return the fitting wheel, else the Python part of another one where that is enough."""
        if fitting := self.fitting(requirement, target):
            return fitting
        allowed = self._allowed(requirement)
        if allowed and normal_name(requirement.name) in PURE_FALLBACK:
            newest = max(allowed, key=lambda w: (w.version, w.path.name))
            return Wheel(newest.path, newest.name, newest.version, newest.tags, without_native=True)
        return None

    def _allowed(self, requirement: Any) -> list[Wheel]:
        return [
            wheel
            for wheel in self._by_name.get(normal_name(requirement.name), [])
            if requirement.specifier.contains(wheel.version, prereleases=True)
        ]


def _wheel(path: Path) -> Wheel:
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        name, version, build, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as error:
        raise BuildRefused(f"{path}: {error}") from error
    return Wheel(path, str(name), version, frozenset(tags), tuple(build))


def _installed_name(member: str) -> str:
    """Return where an installer puts a file: "x-1.data/platlib/x/y.py" -> "x/y.py"."""
    first, _, rest = member.partition("/")
    if not first.endswith(".data"):
        return member
    kind, _, inner = rest.partition("/")
    return inner if kind in ("purelib", "platlib") else f"../{rest}"


def _value(algorithm: str, data: bytes) -> str:
    digest = hashlib.new(algorithm, data).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
