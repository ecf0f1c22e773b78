"""The libraries of a bundle, compressed; kept from one build to the next while they are the same.

Libraries change rarely and are nearly all of a bundle. What is kept is checked against the plan
before it is used: it saves time and is never trusted.
"""

import hashlib
import os
import sys
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from noodl_builder.boot.noodl_boot import cache_folders
from noodl_builder.entry import Entry, digest
from noodl_builder.fat_layout import NATIVE
from noodl_builder.shiv_archive import is_shivs, pack
from noodl_builder.zip_writer import LEVEL, Deflated, deflate, write_zip

KEPT = 4  # sets of libraries


def build_cache() -> Path:
    """Return the folder where builds keep what the next one can use again."""
    return next(cache_folders(os.environ, sys.platform)) / "builds"


def packed_libraries(
    entries: tuple[Entry, ...], environment: Any, cache: Path | None
) -> Mapping[str, Deflated]:
    """Return all libraries of a plan by name, packed by shiv unless they are found in `cache`."""
    libraries = [e for e in entries if is_shivs(e.name) or e.name.startswith(NATIVE)]
    kept = cache / f"{_key(libraries)}.zip" if cache else None
    packed = _read(kept, libraries) if kept else None
    if packed is None:
        packed = _pack(libraries, environment)
        if kept:
            _keep(kept, libraries, packed)
    return packed


def _pack(libraries: list[Entry], environment: Any) -> dict[str, Deflated]:
    with tempfile.TemporaryDirectory(prefix="noodl-build-") as work:
        contents = pack(libraries, environment, Path(work))
        return {
            entry.name: deflate(contents[entry.name] if entry.name in contents else entry.read())
            for entry in libraries
        }


def _key(libraries: list[Entry]) -> str:
    made_by = f"{digest(libraries)} {LEVEL} {zlib.ZLIB_RUNTIME_VERSION}"
    return hashlib.sha256(made_by.encode()).hexdigest()[:32]


def _read(kept: Path, libraries: list[Entry]) -> dict[str, Deflated] | None:
    """Return what was kept, None unless it is exactly the libraries of the plan."""
    try:
        data = kept.read_bytes()
        with ZipFile(kept) as archive:
            packed = {i.filename: _raw(data, i) for i in archive.infolist()}
        if packed.keys() != {entry.name for entry in libraries}:
            return None
        for entry in libraries:
            content = zlib.decompress(packed[entry.name].data, -zlib.MAX_WBITS, entry.size or 1)
            if hashlib.sha256(content).hexdigest() != entry.sha256:
                return None
    except (OSError, BadZipFile, zlib.error):
        return None
    with suppress(OSError):
        os.utime(kept)
    return packed


def _raw(data: bytes, info: ZipInfo) -> Deflated:
    start = info.header_offset + 30 + len(info.filename.encode())  # our zips have no extra fields
    return Deflated(info.CRC, info.file_size, data[start : start + info.compress_size])


def _keep(kept: Path, libraries: list[Entry], packed: Mapping[str, Deflated]) -> None:
    with suppress(OSError):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=kept.parent, prefix=".arriving-")
        with os.fdopen(handle, "wb") as stream:
            write_zip(stream, ((entry, packed[entry.name]) for entry in libraries), 315_532_800)
        Path(name).replace(kept)
        by_use = sorted(kept.parent.glob("*.zip"), key=lambda path: path.stat().st_mtime)
        for old in by_use[:-KEPT]:
            old.unlink(missing_ok=True)
