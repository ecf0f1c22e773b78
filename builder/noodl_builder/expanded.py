"""The expanded layout: the entries of a plan as a folder that runs as it stands, precompiled.

For read-only installs, and for macOS, where compiled libraries are signed as files.
`python -I FOLDER` starts it; nothing is unpacked and nothing is written into it.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from noodl_builder.manifest import MANIFEST
from noodl_builder.plan import Plan
from noodl_runtime.errors import BuildRefused


def write_expanded(plan: Plan, folder: Path, python: Path | None) -> None:
    """Write the entries of a plan into an empty folder.

    python: what compiles its modules; None: they are compiled where it runs
    raises: BuildRefused for a plan of several targets
    """
    if len(plan.info.targets) > 1:
        raise BuildRefused(
            "an expanded bundle is for one target; name it with --target, or use the layout pyz"
        )
    for entry in plan.entries:
        path = folder / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.read())
        path.chmod(entry.mode)
    if python:
        precompile(folder, ".", python)  # all of it: a start must not write into a signed folder


def precompile(folder: Path, part: str, python: Path) -> None:
    """Compile the modules below folder/part, so that no start has to and no path gets in."""
    command = [
        str(python), "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash",
        "-s", str(folder), str(folder / part),
    ]  # fmt: skip
    done = subprocess.run(  # noqa: S603  the Python the bundle is for
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise BuildRefused(f"{part} cannot be compiled: {(done.stdout + done.stderr)[-300:]}")


@contextmanager
def arriving_folder(target: Path, marker: str = MANIFEST) -> Iterator[Path]:
    """Give a folder beside the target that takes its place, complete, at the end.

    marker: a file that must be in a folder that is replaced, so that only our own ever is
    """
    if target.exists() and not (target / marker).is_file():
        raise BuildRefused(f"{target} is there already and is not an earlier build; name another")
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        made = work / target.name
        made.mkdir(mode=0o755)
        yield made
        if target.exists():
            target.rename(work / "replaced")
        try:
            made.rename(target)
        except OSError:
            if (work / "replaced").exists():
                (work / "replaced").rename(target)
            raise
    except OSError as error:
        raise BuildRefused(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(
        os.lstat(Path(place) / name).st_size
        for place, _, names in os.walk(folder)
        for name in names
    )
