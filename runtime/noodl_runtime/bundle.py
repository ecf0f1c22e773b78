"""The bundle that this process was started from: one file, or a folder that holds the same."""

import json
import os
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noodl_runtime.definition import Place
from noodl_runtime.errors import DamagedBundle
from noodl_runtime.packed_folder import PackedFolder

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

MANIFEST = "bundle/manifest.json"


class Bundle:
    """What was started. raises: DamagedBundle.

    path:     the file, or the expanded folder
    manifest: what it says of itself, see manifest.schema.json
    root:     the backend in it, for reading while the process starts
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = _document((path / MANIFEST).read_bytes() if path.is_dir() else _read())
        rows = self.manifest["entries"]
        self.checked = frozenset(row["sha256"] for row in rows)
        self.root: Place = path / "bundle"
        if not path.is_dir():
            self.root = PackedFolder(_read, {row["path"]: row["sha256"] for row in rows})

    def opened(self) -> "Traversable":
        """Return the backend in it for reading at any time: the file stays open."""
        if self.path.is_dir():
            return self.path / "bundle"
        from zipfile import Path as PathInZip

        return PathInZip(self.path, "bundle/")


def started_bundle() -> Bundle | None:
    """Return the bundle that was started; None outside of one. raises: DamagedBundle."""
    main_module = sys.modules["__main__"]
    archive = getattr(getattr(main_module, "__loader__", None), "archive", None)
    if archive:
        return Bundle(Path(archive).absolute())
    folder = Path(getattr(main_module, "__file__", None) or "").absolute().parent
    return Bundle(folder) if (folder / MANIFEST).is_file() else None


def _read(name: str = MANIFEST) -> bytes:
    """Return a file of the bundle by way of what imported `__main__` from it."""
    loader: Any = sys.modules["__main__"].__loader__
    try:
        data: bytes = loader.get_data(os.path.join(loader.archive, *name.split("/")))  # noqa: PTH118
    except (OSError, ImportError, EOFError, zlib.error) as error:
        raise DamagedBundle(name, error) from error
    return data


def _document(text: bytes) -> Mapping[str, Any]:
    try:
        document: Mapping[str, Any] = json.loads(text)
        _ = [(row["path"], row["sha256"]) for row in document["entries"]]
    except (ValueError, LookupError, TypeError) as error:
        raise DamagedBundle(MANIFEST, error) from error
    return document
