"""Unpacks the libraries of a bundle, repairs what was unpacked, and removes what nobody uses.

Stands beside noodl_boot.py in the bundle; its only import of ours is from there.
"""

import json
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
    MODULES,
    USED,
    WHOLE,
    WILL_NOT_HELP,
    CannotStart,
    fingerprint,
    is_whole,
)

KEEP_BUILDS = 2
KEEP_S = 7 * 86400


def unpack(archive: Path, folder: Path, facts: Mapping[str, Any], target: str) -> None:
    """Unpack the libraries of a target into `folder`, or repair those there; one at a time.

    raises: OSError when the place is at fault, CannotStart when the bundle is
    """
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    old_mask = os.umask(0o077)
    try:
        with FileLock(str(_lock(folder))), zipfile.ZipFile(archive) as bundle:
            if is_whole(folder, facts) and not os.environ.get("NOODL_CHECK_CACHE"):
                return
            if not folder.exists():
                extract_site_packages(bundle, folder)
            repair(bundle, folder, target)
            count, size, print_ = fingerprint(folder)
            if (count, size) != (facts["files"], facts["size"]):
                raise zipfile.BadZipFile("files are missing")
            _replace(folder / WHOLE, print_.encode(), 0o600)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise CannotStart(f"the file is damaged ({error}); get it again", WILL_NOT_HELP) from error
    except OSError:
        shutil.rmtree(folder.with_name(folder.name + ".tmp"), ignore_errors=True)
        raise
    finally:
        os.umask(old_mask)
    remove_old_builds(folder, time.time())


def repair(bundle: zipfile.ZipFile, folder: Path, target: str) -> None:
    """Write each file again that is gone or differs from the bundle, and remove foreign ones."""
    packed = libraries(bundle, target)
    (folder / MODULES).unlink(missing_ok=True)
    for path in list((folder / "site-packages").rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.name == "__pycache__" and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)  # compiled from files that may have differed
        elif "__pycache__" not in name and name not in packed and not path.is_dir():
            path.unlink()
    for name, info in packed.items():
        path = folder / name
        if not _is_as_packed(path, info):
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, bundle.read(info), info.external_attr >> 16 & 0o777)


def libraries(bundle: zipfile.ZipFile, target: str) -> dict[str, zipfile.ZipInfo]:
    """Return what belongs below the folder of a target: name there -> where it is in the bundle.

    What all targets share is stored under its name; the rest under native/, each content once,
    and native/<target>.json says what goes where.
    """
    entries = bundle.infolist()
    packed = {i.filename: i for i in entries if i.filename.startswith("site-packages/")}
    index = f"native/{target}.json"
    if any(i.filename == index for i in entries):
        for name, stored in json.loads(bundle.read(index)).items():
            packed[name] = bundle.getinfo(stored)
    return packed


def _is_as_packed(path: Path, info: zipfile.ZipInfo) -> bool:
    try:
        data = b"" if path.is_symlink() else path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return False
    return len(data) == info.file_size and zlib.crc32(data) == info.CRC


def _replace(path: Path, data: bytes, mode: int) -> None:
    arriving = path.with_name(f"{path.name}.{os.getpid()}")
    arriving.write_bytes(data)
    arriving.chmod(mode)
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
