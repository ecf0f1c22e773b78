"""Writes a planned bundle: shiv packs it, a second pass makes its bytes depend on nothing else.

shiv takes over file modes and the order of folders, so its zip differs between machines. The
second pass writes the same entries sorted by name, with one time, one compression and modes of
its own, and puts our files beside them. The result is started once, and then appears under its
name whole or not at all.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from noodl_builder.boot.noodl_target import CURRENT
from noodl_builder.folder_files import LeftOut
from noodl_builder.manifest import BundleInfo
from noodl_builder.packed_libraries import packed_libraries
from noodl_builder.plan import Plan
from noodl_builder.trial import try_out
from noodl_builder.zip_writer import PREFIX, deflate, write_zip
from noodl_runtime.errors import BuildRefused
from noodl_runtime.workflow.lint import Finding

Tell = Callable[[str], None]


def silent(_step: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class BuildReport:
    """What was written. size in bytes; seconds it took.

    sha256: of the file, 64 hex digits; of a folder that of its manifest
    """

    output: Path
    size: int
    sha256: str
    info: BundleInfo
    left_out: tuple[LeftOut, ...]
    seconds: float
    warnings: tuple[Finding, ...] = ()

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
            "warnings": [asdict(finding) for finding in self.warnings],
            "manifest": manifest,
        }


def write(
    plan: Plan, output: Path, *, cache: Path | None = None, trial: bool = True, tell: Tell = silent
) -> BuildReport:
    """Write the bundle and report on it; on any failure what was at `output` stays as it was.

    cache:  folder where libraries are kept compressed from one build to the next
    trial:  run `--version` of the result first, if it is for this Python and platform
    tell:   is called with each step that may take a while
    raises: BuildRefused when `output` lies in an input folder, or cannot be written
    """
    begun = time.monotonic()
    target = output.absolute()
    refuse_place(target, plan.inputs)
    tell(f"packing {len(plan.entries)} files")
    with arriving(target) as stream:
        write_bundle(plan, stream, cache)
        stream.seek(0)
        sha256 = hashlib.sha256(stream.read()).hexdigest()
        if trial and CURRENT in plan.info.targets:
            tell("starting it once")
            stream.flush()
            try_out(Path(stream.name))
    return BuildReport(
        output=target,
        size=target.stat().st_size,
        sha256=sha256,
        info=plan.info,
        left_out=plan.left_out,
        seconds=time.monotonic() - begun,
        warnings=plan.warnings,
    )


def write_bundle(plan: Plan, stream: IO[bytes], cache: Path | None) -> None:
    """Write the bytes of a bundle."""
    packed = packed_libraries(plan.entries, plan.environment, cache)
    stream.write(PREFIX)
    files = ((e, packed.get(e.name) or deflate(e.read())) for e in plan.entries)
    write_zip(stream, files, plan.epoch)


def _is_built(file: Path) -> bool:
    """Say whether a file was written by a build, be it cut off or empty."""
    with file.open("rb") as stream:
        return stream.read(len(PREFIX)) in (PREFIX, b"")


def refuse_place(target: Path, inputs: tuple[Path, ...], *, may_be_folder: bool = False) -> None:
    """Raise BuildRefused when `target` is no place for a bundle.

    It is a folder, or a file of somebody's that no build made, or lies inside what goes in.
    may_be_folder: a folder is what is asked for
    """
    if target.is_file() and not _is_built(target):
        raise BuildRefused(
            f"{target} is there already and is no bundle; name another file, or delete that one"
        )
    if target.is_dir() and not may_be_folder:
        raise BuildRefused(f"{target} is a folder; name a file, such as {target / 'backend.pyz'}")
    for folder in inputs:
        if target.resolve().is_relative_to(folder.resolve()):
            raise BuildRefused(
                f"{target} lies inside {folder}, which the bundle is made from; "
                "write it somewhere else with -o"
            )


@contextmanager
def arriving(target: Path) -> Iterator[IO[bytes]]:
    """Give a file beside the target that takes its place, complete and executable, at the end."""
    name = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(handle)
        with Path(name).open("w+b") as stream:
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
