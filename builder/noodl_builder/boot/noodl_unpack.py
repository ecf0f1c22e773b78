"""Unpacks the libraries of a bundle, repairs what was unpacked, and removes what nobody uses.

Stands beside noodl_boot.py in the bundle; its only import of ours is from there.
"""

import os
import shutil
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from _bootstrap import extract_site_packages  # type: ignore[import-not-found]  # shiv's
from _bootstrap.filelock import FileLock  # type: ignore[import-not-found]
from noodl_boot import (  # type: ignore[import-not-found]
    USED,
    WILL_NOT_HELP,
    CannotStart,
    is_whole,
)

KEEP_BUILDS = 2
KEEP_S = 7 * 86400


def unpack(archive: Path, folder: Path, facts: Mapping[str, Any]) -> None:
    """Unpack site-packages into `folder`, or repair what is there; one process at a time.

    raises: OSError when the place is at fault, CannotStart when the bundle is
    """
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    old_mask = os.umask(0o077)
    try:
        with FileLock(str(_lock(folder))), zipfile.ZipFile(archive) as bundle:
            if is_whole(folder, facts):
                return
            if folder.exists():
                repair(bundle, folder)
            else:
                extract_site_packages(bundle, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise CannotStart(f"the file is damaged ({error}); get it again", WILL_NOT_HELP) from error
    except OSError:
        shutil.rmtree(folder.with_name(folder.name + ".tmp"), ignore_errors=True)
        raise
    finally:
        os.umask(old_mask)
    if not is_whole(folder, facts):
        raise CannotStart("the file is damaged (files are missing); get it again", WILL_NOT_HELP)
    remove_old_builds(folder, time.time())


def repair(bundle: zipfile.ZipFile, folder: Path) -> None:
    """Write again each unpacked file that is gone or of a wrong size, and remove foreign ones."""
    packed = {i.filename: i for i in bundle.infolist() if i.filename.startswith("site-packages/")}
    for path in list((folder / "site-packages").rglob("*")):
        name = path.relative_to(folder).as_posix()
        if "__pycache__" not in name and name not in packed and not path.is_dir():
            path.unlink()
    for name, info in packed.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != info.file_size:
            path.parent.mkdir(parents=True, exist_ok=True)
            arriving = path.with_name(f"{path.name}.{os.getpid()}")
            arriving.write_bytes(bundle.read(info))
            arriving.chmod(info.external_attr >> 16 & 0o777)
            arriving.replace(path)


def remove_old_builds(current: Path, now: float) -> None:
    """Remove builds beside `current` that nobody used for KEEP_S seconds and nobody runs.

    The KEEP_BUILDS used last stay in any case, and so does `current`.
    """
    builds = [folder for folder in current.parent.iterdir() if folder.is_dir()]
    for folder in sorted(builds, key=_last_use, reverse=True)[KEEP_BUILDS:]:
        if folder != current and now - _last_use(folder) > KEEP_S:
            with suppress(OSError):
                _remove_unless_held(folder)


def _last_use(folder: Path) -> float:
    for mark in (folder / USED, folder):
        with suppress(OSError):
            return mark.stat().st_mtime
    return 0


def _remove_unless_held(folder: Path) -> None:
    gone = folder.with_name(f".old-{os.getpid()}-{folder.name}")
    with _nobody_running(folder):
        folder.rename(gone)  # in one step, so that whoever starts now sees all of it or nothing
    shutil.rmtree(gone, ignore_errors=True)
    for lock in (_lock(folder), folder.with_name(f".{folder.name}_lock")):  # ours and shiv's
        lock.unlink(missing_ok=True)


@contextmanager
def _nobody_running(folder: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows: a folder with an open file in it cannot be renamed anyway
        yield
        return
    with (folder / USED).open("ab") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _lock(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.lock")
