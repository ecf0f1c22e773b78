"""The files of a folder an author gave us: what goes in, what stays out and why.

A bundle holds plain files. A symbolic link is refused, because it may lead out of the folder and
what it leads to would differ from machine to machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from noodl_runtime.errors import BuildRefused

# name pattern -> why such a file or folder never goes into a bundle
NEVER: dict[str, str] = {
    ".env*": "holds secrets",
    "secrets.json": "holds secrets",
    ".htpasswd": "holds secrets",
    ".npmrc": "holds secrets",
    "*.pem": "may be a private key",
    "*.key": "may be a private key",
    "*.p12": "may be a private key",
    "*.pfx": "may be a private key",
    "id_rsa*": "may be a private key",
    "id_ed25519*": "may be a private key",
    "*.log": "a log",
    "*.db": "a database",
    "*.db-wal": "part of a database",
    "*.db-shm": "part of a database",
    "*.sqlite*": "a database",
    "*.pyz": "a bundle",
    ".git": "version control",
    ".hg": "version control",
    ".svn": "version control",
    "node_modules": "packages of a build step",
    "__pycache__": "compiled again where it runs",
    ".ds_store": "made by the system",
    "thumbs.db": "made by the system",
    "desktop.ini": "made by the system",
}


@dataclass(frozen=True, order=True)
class LeftOut:
    """A file or folder that did not go into the bundle: "app/.env", "holds secrets"."""

    name: str
    reason: str


def list_files(folder: Path, shown_as: str) -> tuple[list[str], list[LeftOut]]:
    """Return the files below a folder by relative name, sorted, and what was left out.

    shown_as: how messages call the folder: "app"
    raises:   BuildRefused for a symbolic link or an unreadable folder
    """
    left_out: list[LeftOut] = []
    files = sorted(_walk(folder, "", shown_as, left_out))
    return files, sorted(left_out)


def reason_against(name: str) -> str | None:
    """Say why a file of this name stays out, None if it may go in."""
    last = PurePosixPath(name).name.lower()
    return next((why for pattern, why in NEVER.items() if fnmatchcase(last, pattern)), None)


def refuse_link(path: Path, shown_as: str) -> None:
    """Raise BuildRefused if `path` is a symbolic link."""
    if path.is_symlink():
        raise BuildRefused(
            f"{shown_as} is a symbolic link; a bundle holds plain files: put a copy in its place"
        )


def _walk(folder: Path, prefix: str, shown_as: str, left_out: list[LeftOut]) -> Iterator[str]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise BuildRefused(f"{shown_as} cannot be read: {error.strerror}") from error
    for path in paths:
        name, shown = path.name, f"{shown_as}/{path.name}"
        if reason := reason_against(name):
            left_out.append(LeftOut(shown, reason))
            continue
        refuse_link(path, shown)
        if path.is_dir():
            yield from _walk(path, f"{prefix}{name}/", shown, left_out)
        elif path.is_file():
            yield prefix + name
        else:
            left_out.append(LeftOut(shown, "neither file nor folder"))
