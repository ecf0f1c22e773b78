"""A bundle to be looked into: one file, or an expanded one, with the same few questions."""

from pathlib import Path
from zipfile import ZipFile


class Folder:
    """An expanded bundle, read like a zip. Compiled modules do not count: they are made there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def namelist(self) -> list[str]:
        """Return the names of all files."""
        files = (p for p in sorted(self._path.rglob("*")) if not p.is_dir() or p.is_symlink())
        names = (p.relative_to(self._path).as_posix() for p in files)
        return [name for name in names if "__pycache__" not in name.split("/")]

    def read(self, name: str) -> bytes:
        """Return the bytes of a file. raises: KeyError."""
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError as error:
            raise KeyError(name) from error

    def size(self, name: str) -> int:
        """Return the bytes of a file. raises: KeyError."""
        return len(self.read(name))


class Zip(ZipFile):
    """A bundle in one file."""

    def size(self, name: str) -> int:
        """Return the bytes of a file when unpacked. raises: KeyError."""
        return self.getinfo(name).file_size
