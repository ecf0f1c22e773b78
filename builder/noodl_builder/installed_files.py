"""The files of an installed distribution, read by its RECORD and checked against it.

RECORD is the installer's own list of what it put down, with a hash each. What is not on it does
not belong to the distribution; what differs from it is not what was published. So a bundle needs
no registry and carries nothing that merely lay around.
"""

import base64
import hashlib
import json
from importlib import metadata
from pathlib import Path

from noodl_builder.entry import Entry, make_entry
from noodl_builder.trimming import is_needed
from noodl_runtime.errors import BuildRefused

SITE_PACKAGES = "site-packages/"


def read_distribution(distribution: metadata.Distribution) -> list[Entry]:
    """Return what a bundle carries of a distribution. raises: BuildRefused naming it, the file."""
    if is_editable(distribution):
        raise BuildRefused(
            f"{distribution.name} is an editable install, so its files are not fixed; "
            f"run `pip install {distribution.name}` without -e"
        )
    if distribution.files is None:
        raise BuildRefused(
            f"{distribution.name} has no RECORD of its files (a system package?); "
            "build in a virtual environment made with `python -m venv`"
        )
    return [_checked(distribution, file) for file in distribution.files if is_needed(str(file))]


def read_own(distribution: metadata.Distribution, package: Path) -> list[Entry]:
    """Return one package of our own distribution, and its metadata and licence.

    The readme in the metadata stays behind: an editable install has that of the day it was made.
    package: the folder it is imported from; of an editable install that is the source tree, and
             RECORD knows only a path on this machine
    """
    prefix = f"{package.name}/"
    listed = [str(f) for f in distribution.files or () if is_needed(str(f))]
    editable = is_editable(distribution)
    names = [n for n in listed if ".dist-info/" in n or (not editable and n.startswith(prefix))]
    entries = [_checked(distribution, f) for f in distribution.files or () if str(f) in names]
    entries = [_without_readme(entry) for entry in entries]
    return entries + (_source_tree(package) if editable else [])


def is_editable(distribution: metadata.Distribution) -> bool:
    """Say if a distribution is linked to a source tree instead of copied."""
    text = distribution.read_text("direct_url.json")
    return bool(text and json.loads(text).get("dir_info", {}).get("editable"))


def _checked(distribution: metadata.Distribution, file: metadata.PackagePath) -> Entry:
    path = Path(str(distribution.locate_file(file)))
    if not path.is_file():
        raise _refusal(distribution, f"its file {file} is missing")
    entry = make_entry(SITE_PACKAGES + file.as_posix(), path)
    if file.hash is None:
        raise _refusal(distribution, f"its RECORD has no hash for {file}")
    if _record_hash(file.hash.mode, path) != file.hash.value:
        raise _refusal(distribution, f"its file {file} was changed after it was installed")
    return entry


def _without_readme(entry: Entry) -> Entry:
    if not entry.name.endswith(".dist-info/METADATA"):
        return entry
    return make_entry(entry.name, entry.read().partition(b"\n\n")[0].rstrip(b"\n") + b"\n")


def _record_hash(algorithm: str, path: Path) -> str:
    value = hashlib.new(algorithm, path.read_bytes()).digest()
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _refusal(distribution: metadata.Distribution, what: str) -> BuildRefused:
    name = f"{distribution.name}=={distribution.version}"
    return BuildRefused(
        f"{distribution.name}: {what}; run `pip install --force-reinstall --no-deps {name}`, "
        "best in a virtual environment of its own"
    )


def _source_tree(package: Path) -> list[Entry]:
    return [
        make_entry(SITE_PACKAGES + name, path)
        for path in sorted(package.rglob("*"))
        if path.is_file() and _is_source(name := path.relative_to(package.parent).as_posix())
    ]


# What .gitignore names, and what editors leave behind: not in a wheel, so not here either.
_JUNK = (".db", ".db-wal", ".db-shm", ".orig", ".rej", ".swp", "~")


def _is_source(name: str) -> bool:
    hidden = any(part.startswith(".") for part in name.split("/"))
    return is_needed(name) and not hidden and not name.endswith(_JUNK)
