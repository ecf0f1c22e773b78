"""The versions of one data folder, a file each.

  <data folder>/data/deployed/12-5f0c1a9e.workflow.json
  {"deployed": {"at": "...", "over": "<origin of workflows/>"}, "components": [...], ...}

A version is a number that grows and a piece of the digest of what was deployed: a front end that
was made for another backend never names one of ours. The document is a workflow file like any
other, and is written whole or not at all.
"""

import errno
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from noodl_runtime.data_folder import json_text, write_private
from noodl_runtime.definition import WORKFLOW_SUFFIX
from noodl_runtime.errors import BadFile, DeployRefused, StoreFull
from noodl_runtime.formats import parse_json
from noodl_runtime.store.sqlite.files import flush_folder, make_private_folder

_VERSION = re.compile(r"[1-9][0-9]{0,11}-[0-9a-f]{8}")


class Versions:
    """The kept versions, oldest first. folder: it is made when there is something to keep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = sorted(_named(folder), key=_number) if folder.is_dir() else []

    @property
    def names(self) -> Sequence[str]:
        """Return the names of what is kept: ["11-0a3b5c7d", "12-5f0c1a9e"]."""
        return tuple(self._names)

    def next(self, document: Mapping[str, Any]) -> str:
        """Return the name of a further version."""
        number = _number(self._names[-1]) + 1 if self._names else 1
        digest = hashlib.sha256(json.dumps(document).encode()).hexdigest()
        return f"{number}-{digest[:8]}"

    def read(self, name: str) -> Mapping[str, Any]:
        """Return the document of a version. raises: BadFile."""
        file = self._file(name)
        try:
            document = parse_json(file.read_bytes(), str(file))
        except OSError as error:
            raise BadFile(f"{file} cannot be read: {error.strerror or error}") from error
        if not isinstance(document, dict) or not isinstance(document.get("components"), list):
            raise BadFile(f"{file} has no list of components")
        return document

    def keep(self, name: str, document: Mapping[str, Any]) -> None:
        """Write a version down; it is on the disk then. raises: StoreFull, DeployRefused."""
        try:
            make_private_folder(self._folder)
            write_private(self._file(name), json_text(document))
            flush_folder(self._folder)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            kind = StoreFull if full else DeployRefused
            raise kind(f"the new version cannot be kept: {error.strerror}") from error
        self._names.append(name)

    def forget_all_but(self, most: int) -> None:
        """Delete the oldest versions until so many are left."""
        while len(self._names) > most:
            self._file(self._names.pop(0)).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete what a process that was ended left half written."""
        for unfinished in self._folder.glob(".*"):
            unfinished.unlink()

    def damaged(self) -> Iterator[str]:
        """Yield what is wrong with the files, a sentence each."""
        for name in self._names:
            try:
                self.read(name)
            except BadFile as error:
                yield f"{error}; deploy again, or delete it to do without this version"

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}{WORKFLOW_SUFFIX}"


def _named(folder: Path) -> Iterator[str]:
    for file in folder.iterdir():
        name = file.name.removesuffix(WORKFLOW_SUFFIX)
        if name != file.name and _VERSION.fullmatch(name):
            yield name


def _number(name: str) -> int:
    return int(name.partition("-")[0])
