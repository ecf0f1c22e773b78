"""A folder inside a bundle, read through the importer with which Python opened the bundle.

The standard zipfile would take as long to import and to read the directory of the zip again as a
fifth of the rest of a start. What is there is what the manifest lists, and nothing is handed out
whose hash differs from the one there. What is read later than at the start belongs to `zipfile`:
it keeps the file open, so that a new bundle in its place does not matter.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping

from noodl_runtime.errors import DamagedBundle


class PackedFolder:
    """A place in a bundle, a folder or a file, as `definition.Place` describes it.

    read:  returns the bytes behind a name: "bundle/config.json"; raises DamagedBundle
    files: name -> SHA-256 of its content, as the manifest lists them
    """

    def __init__(
        self, read: Callable[[str], bytes], files: Mapping[str, str], path: str = "bundle"
    ) -> None:
        self._read = read
        self._files = files
        self._path = path

    def __str__(self) -> str:
        return self._path

    @property
    def name(self) -> str:
        """Return the last part of the path."""
        return self._path.rpartition("/")[2]

    def joinpath(self, child: str, /) -> "PackedFolder":
        """Return a place below this one; it need not exist."""
        return PackedFolder(self._read, self._files, f"{self._path}/{child}")

    def is_dir(self) -> bool:
        """Say if there is anything below."""
        return any(name.startswith(f"{self._path}/") for name in self._files)

    def iterdir(self) -> Iterator["PackedFolder"]:
        """Yield what lies directly in this folder."""
        start = len(self._path) + 1
        below = (name for name in self._files if name.startswith(f"{self._path}/"))
        for name in dict.fromkeys(name[start:].partition("/")[0] for name in below):
            yield self.joinpath(name)

    def read_bytes(self) -> bytes:
        """Return the content. raises: FileNotFoundError, DamagedBundle."""
        if self._path not in self._files:
            raise FileNotFoundError(self._path)
        content = self._read(self._path)
        if hashlib.sha256(content).hexdigest() != self._files[self._path]:
            raise DamagedBundle(self._path, "is not what the manifest lists")
        return content
