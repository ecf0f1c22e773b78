"""Writes a planned bundle: shiv packs it, a second pass makes its bytes depend on nothing else.

shiv takes over file modes and the order of folders, so its zip differs between machines. The
second pass writes the same entries sorted by name, with one time, one compression and modes of
its own, and puts our files beside them. The result appears under its name whole or not at all.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_IFREG
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from noodl_builder.entry import Entry
from noodl_builder.folder_files import LeftOut
from noodl_builder.manifest import BundleInfo
from noodl_builder.plan import Plan
from noodl_builder.shiv_archive import INTERPRETER, pack
from noodl_runtime.errors import BuildRefused

COMPRESSION_LEVEL = 6
UNIX = 3  # in the zip; on Windows, too, so that the bytes are equal


@dataclass(frozen=True)
class BuildReport:
    """What was written. size in bytes; sha256 of the file, 64 hex digits; seconds it took."""

    output: Path
    size: int
    sha256: str
    info: BundleInfo
    left_out: tuple[LeftOut, ...]
    seconds: float

    @property
    def build_id(self) -> str:
        """Return the build id, 16 hex digits."""
        return self.info.build_id

    def as_dict(self) -> dict[str, Any]:
        """Return the report as a JSON document; its "manifest" leaves out the list of entries."""
        manifest = self.info.document()
        del manifest["entries"]
        return {
            "output": str(self.output),
            "size": self.size,
            "sha256": self.sha256,
            "seconds": round(self.seconds, 2),
            "leftOut": [{"name": left.name, "reason": left.reason} for left in self.left_out],
            "manifest": manifest,
        }


def write(plan: Plan, output: Path) -> BuildReport:
    """Write the bundle and report on it; on any failure what was at `output` stays as it was.

    raises: BuildRefused when `output` lies in an input folder, or cannot be written
    """
    begun = time.monotonic()
    target = output.absolute()
    _refuse_place(target, plan.inputs)
    with tempfile.TemporaryDirectory(prefix="noodl-build-") as work:
        packed = pack(plan.entries, plan.environment, Path(work))
    with _arriving(target) as stream:
        _write_zip(plan, packed, stream)
        stream.seek(0)
        sha256 = hashlib.sha256(stream.read()).hexdigest()
    return BuildReport(
        output=target,
        size=target.stat().st_size,
        sha256=sha256,
        info=plan.info,
        left_out=plan.left_out,
        seconds=time.monotonic() - begun,
    )


def _refuse_place(target: Path, inputs: tuple[Path, ...]) -> None:
    if target.is_dir():
        raise BuildRefused(f"{target} is a folder; name a file, such as {target / 'backend.pyz'}")
    for folder in inputs:
        if target.resolve().is_relative_to(folder.resolve()):
            raise BuildRefused(
                f"{target} lies inside {folder}, which the bundle is made from; "
                "write it somewhere else with -o"
            )


@contextmanager
def _arriving(target: Path) -> Iterator[IO[bytes]]:
    """Give a file beside the target that takes its place, complete and executable, at the end."""
    name = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o755)
        Path(name).replace(target)
    except OSError as error:
        raise BuildRefused(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        if name:
            Path(name).unlink(missing_ok=True)


def _write_zip(plan: Plan, packed: Mapping[str, bytes], stream: IO[bytes]) -> None:
    stream.write(f"#!{INTERPRETER}\n".encode())
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL) as archive:
        for entry in plan.entries:
            data = packed[entry.name] if entry.name in packed else entry.read()
            archive.writestr(_zip_info(entry, plan.epoch), data)


def _zip_info(entry: Entry, epoch: int) -> ZipInfo:
    info = ZipInfo(entry.name, time.gmtime(epoch)[:6])
    info.create_system = UNIX
    info.external_attr = (S_IFREG | entry.mode) << 16
    info.compress_type = ZIP_DEFLATED
    return info
