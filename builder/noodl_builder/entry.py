"""One file of a bundle: its name inside, its hash, and where its bytes come from."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from noodl_runtime.errors import BuildRefused


class Readable(Protocol):
    """What holds the bytes of a file: a path, or a member of a wheel."""

    def read_bytes(self) -> bytes:
        """Return them."""
        ...


NATIVE_SUFFIXES = (".so", ".dylib", ".pyd", ".dll")


@dataclass(frozen=True, order=True)
class Entry:
    """One file of a bundle. Equal when name and content are; the source does not count.

    name:   "bundle/schema.json"
    sha256: 64 hex digits
    source: the bytes themselves, or what they are read from
    """

    name: str
    size: int
    sha256: str
    source: bytes | Readable = field(compare=False, repr=False)

    @property
    def mode(self) -> int:
        """Return the permissions it is unpacked with; only native code needs the x bit."""
        return 0o755 if self.name.endswith(NATIVE_SUFFIXES) else 0o644

    def read(self) -> bytes:
        """Return the bytes. raises: BuildRefused when the file is not what was planned."""
        data = _bytes(self.source)
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise BuildRefused(f"{self.source!s} changed during the build; build again")
        return data


def make_entry(name: str, source: bytes | Readable) -> Entry:
    """Read the source once and return its entry. raises: BuildRefused naming the file."""
    data = _bytes(source)
    return Entry(name, len(data), hashlib.sha256(data).hexdigest(), source)


def digest(entries: Iterable[Entry]) -> str:
    """Return one SHA-256 over many entries: of the text `sha256sum` prints for them, by name."""
    lines = "".join(f"{entry.sha256}  {entry.name}\n" for entry in sorted(entries))
    return hashlib.sha256(lines.encode()).hexdigest()


def _bytes(source: bytes | Readable) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return source.read_bytes()
    except OSError as error:
        raise BuildRefused(f"{source} cannot be read: {error.strerror or error}") from error
