"""Looks into a finished bundle without running anything of it."""

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from noodl_builder.bundle_archive import Folder, Zip
from noodl_builder.manifest import MANIFEST, BundleInfo, content_digest, read_info
from noodl_builder.signing import SIGNATURE, check_signature
from noodl_builder.zip_writer import PREFIX
from noodl_runtime.errors import BadFile
from noodl_runtime.formats import parse_json, read_json

CONFIG, SCHEMA, WORKFLOWS = "bundle/config.json", "bundle/schema.json", "bundle/workflows/"
MAX_MANIFEST = 64_000_000  # bytes


def inspect(path: Path) -> BundleInfo:
    """Return what the manifest of a bundle says. raises: BadFile when it is none or is damaged."""
    with _opened(path) as archive:
        return _read_manifest(archive, path)


def verify(path: Path, key: Path | None = None) -> BundleInfo:
    """Check every file of a bundle against its manifest, and return what that says.

    Finds damage and careless change. Who changes a file and the manifest is found by a signature
    only, or by comparing the SHA-256 of the bundle with the one the build reported.
    key:    public key that must have signed it, None: no signature is asked for
    raises: BadFile naming the first three files that differ, are missing, or are too many
    """
    with _opened(path) as archive:
        info = _read_manifest(archive, path)
        if key:
            signature = archive.read(SIGNATURE) if SIGNATURE in archive.namelist() else None
            check_signature(archive.read(MANIFEST), signature, key, str(path))
        names = [name for name in archive.namelist() if name not in (MANIFEST, SIGNATURE)]
        found = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in names}
    _check_start(path)
    expected = {name: sha256 for name, _, sha256 in info.entries}
    differing = sorted(n for n in found.keys() | expected.keys() if found.get(n) != expected.get(n))
    if differing or len(names) != len(found):
        raise BadFile(f"{path}: not what its manifest lists: {', '.join(differing[:3])}")
    if content_digest(info.entries) != info.content_digest:
        raise BadFile(f"{path}: its manifest does not add up to the build id in it")
    return info


@dataclass(frozen=True)
class BundleContents:
    """What a bundle holds of its backend, read: manifest, config, schema, workflows, front end."""

    info: BundleInfo
    config: Mapping[str, Any]
    schema: Mapping[str, Any]
    workflows: tuple[Mapping[str, Any], ...]


def read_contents(path: Path) -> BundleContents:
    """Return the backend in a bundle. raises: BadFile when it is none or is damaged."""
    with _opened(path) as archive:
        info = _read_manifest(archive, path)
        found = {
            name: parse_json(archive.read(name), f"{path}: {name}")
            for name, _, _ in info.entries
            if name in (CONFIG, SCHEMA) or name.startswith(WORKFLOWS)
        }
    return BundleContents(
        info=info,
        config=found.get(CONFIG, {}),
        schema=found.get(SCHEMA, {"tables": []}),
        workflows=tuple(d for name, d in sorted(found.items()) if name.startswith(WORKFLOWS)),
    )


def read_all(path: Path) -> tuple[BundleInfo, dict[str, bytes]]:
    """Return manifest and all files of a whole bundle. raises: BadFile."""
    info = verify(path)
    with _opened(path) as archive:
        return info, {name: archive.read(name) for name in archive.namelist()}


def read_entry(path: Path, name: str) -> bytes:
    """Return the bytes of one file in a bundle. raises: BadFile, also when it has no such file."""
    with _opened(path) as archive:
        try:
            return archive.read(name)
        except KeyError as error:
            raise BadFile(f"{path} has no {name}") from error


def _check_start(path: Path) -> None:
    """Accept a file that begins with our own two lines, and nothing else before the zip."""
    if path.is_file():
        with path.open("rb") as stream:
            start = stream.read(len(PREFIX) + 4)
        if start != PREFIX + b"PK\3\4":
            raise BadFile(f"{path}: something that is not of the bundle stands at its beginning")


def _read_manifest(archive: Zip | Folder, path: Path) -> BundleInfo:
    try:
        size = archive.size(MANIFEST)
    except KeyError as error:
        raise BadFile(f"{path} is a zip, but not a bundle: it has no {MANIFEST}") from error
    if size > MAX_MANIFEST:
        raise BadFile(f"{path}: {MANIFEST} has {size} bytes, over the limit of {MAX_MANIFEST}")
    return read_info(read_json(archive.read(MANIFEST), f"{path}: {MANIFEST}", "manifest"))


@contextmanager
def _opened(path: Path) -> Iterator[Zip | Folder]:
    if path.is_dir() and (path / MANIFEST).is_file():
        yield Folder(path)
        return
    try:
        with Zip(path) as archive:
            yield archive
    except BadZipFile as error:
        raise BadFile(f"{path} is not a bundle, or damaged: {error}") from error
    except (zlib.error, EOFError, NotImplementedError) as error:
        raise BadFile(f"{path} is damaged: {error}") from error
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror or error}") from error
