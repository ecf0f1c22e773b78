"""Which bundles have run over a database: what an upgrade, a downgrade and a way back go by.

  <data folder>/data/lineage.json
  {"bundles": [{"schemaDigest": ..., "version": "1.0", "buildId": ..., "at": ..., "backup": null},
               {"schemaDigest": ..., "version": "2.0", ..., "backup": "backups/...-before-2.0.db"}]}

A start by the bundle that came last changes nothing here. A bundle with another schema is newer,
unless its schema stands further up in the list or its version is lower: then it is older, and an
older bundle would write records the newer one cannot read. A newer one gets a backup made first.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from noodl_runtime.data_folder import json_text, write_private
from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadFile, NewerData, SetupError
from noodl_runtime.formats import parse_json
from noodl_runtime.store.sqlite.backup import BACKUPS, back_up, forget_old_backups, restore
from noodl_runtime.store.sqlite.lock import FolderLock

NAME = "lineage.json"


@dataclass(frozen=True)
class Step:
    """One bundle in the life of a database.

    backup: the copy made before its first start, relative to the database's folder; None: nothing
            was there, or it has been forgotten since
    """

    schema_digest: str
    version: str
    build_id: str
    at: str
    backup: str | None = None


class Lineage:
    """The bundles of one database, oldest first. raises: BadFile when the list is damaged."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file = database.with_name(NAME)
        document = self._document()
        self.steps = tuple(_step(row, self._file) for row in document.get("bundles", []))
        pending = document.get("pending")
        self._pending = _step(pending, self._file) if pending else None

    def prepare(
        self, manifest: Mapping[str, Any], moment: str, *, fresh: bool = False
    ) -> Step | None:
        """Make ready for a bundle: a backup where it brings another schema to records.

        fresh:   the records are those the bundle itself has just brought
        returns: the step to `record` once the schema is up to date, None when there is none
        raises:  NewerData when the bundle is older than the database; DataFolderInUse
        """
        if self.steps and self.steps[-1].schema_digest == manifest["schemaDigest"]:
            self._keep(self.steps, None)
            return None
        self._refuse_older(manifest)
        step = Step(manifest["schemaDigest"], manifest["version"], manifest["buildId"], moment)
        if fresh or not self._database.exists():
            return step
        if self._pending and self._pending.schema_digest == step.schema_digest:
            return self._pending  # an earlier start was refused after its backup
        step = Step(**{**asdict(step), "backup": self._backup(step)})
        self._keep(self.steps, step)
        return step

    def record(self, step: Step | None) -> None:
        """Note that a bundle has brought the schema up to date."""
        if step:
            self._keep((*self.steps, step), None)

    def roll_back(self, moment: str) -> tuple[Step, Path | None]:
        """Put back the backup made before the last bundle's first start.

        returns: the step that was undone, and where the records are that were there until now
        raises:  SetupError when there is nothing to go back to; DataFolderInUse, StoreDamaged
        """
        if len(self.steps) < 1 or not self.steps[-1].backup:
            raise SetupError(
                f"there is no upgrade to go back from in {self._database.parent}; "
                "`noodl-portable restore` puts a backup of yours in place"
            )
        undone = self.steps[-1]
        backup = self._database.parent / str(undone.backup)
        if not backup.is_file():
            raise SetupError(f"the backup {backup} is gone; only the newest are kept")
        aside = restore(self._database, backup, moment)
        self._keep(self.steps[:-1], None)
        return undone, aside

    def _refuse_older(self, manifest: Mapping[str, Any]) -> None:
        if not self.steps:
            return
        last = self.steps[-1]
        known = manifest["schemaDigest"] in {step.schema_digest for step in self.steps[:-1]}
        given, newest = _number(manifest["version"]), _number(last.version)
        if given < newest or (known and given == newest):
            raise NewerData(
                f"the records in {self._database.parent} were brought to a newer schema by version "
                f"{last.version} (build {last.build_id}) on {last.at[:10]}; this is "
                f"{manifest['version']} (build {manifest['buildId']}): start the newer one, or go "
                "back to the records of before with --rollback"
            )

    def _backup(self, step: Step) -> str:
        lock = FolderLock(self._database.parent)
        lock.take()
        try:
            (self._database.parent / BACKUPS).mkdir(mode=0o700, exist_ok=True)
            version = re.sub(r"[^0-9A-Za-z.+-]", "_", step.version)
            moment = step.at.replace(":", "").replace(".", "-")
            name = f"{BACKUPS}/{moment}-before-version-{version}.db"
            back_up(self._database, self._database.parent / name)
            forget_old_backups(self._database.parent / BACKUPS)
        finally:
            lock.release()
        return name

    def _document(self) -> dict[str, Any]:
        try:
            document = parse_json(self._file.read_bytes(), str(self._file))
        except FileNotFoundError:
            return {}
        if not isinstance(document, dict):
            raise BadFile(f"{self._file} is not a list of bundles; delete it to begin anew")
        return document

    def _keep(self, steps: tuple[Step, ...], pending: Step | None) -> None:
        if (steps, pending) != (self.steps, self._pending):
            document: dict[str, Any] = {"bundles": [_row(step) for step in steps]}
            if pending:
                document["pending"] = _row(pending)
            write_private(self._file, json_text(document))
            self.steps, self._pending = steps, pending


def _row(step: Step) -> dict[str, Any]:
    return {
        "schemaDigest": step.schema_digest,
        "version": step.version,
        "buildId": step.build_id,
        "at": step.at,
        "backup": step.backup,
    }


def _step(row: Any, file: Path) -> Step:
    try:
        return Step(
            row["schemaDigest"], row["version"], row["buildId"], row["at"], row.get("backup")
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BadFile(f"{file} has an entry it cannot have: {json.dumps(row)[:80]}") from error


def _number(version: str) -> tuple[int, ...]:
    """Return what versions are compared by: "1.10.0-beta" -> (1, 10)."""
    parts = [int(part) for part in re.findall(r"\d+", re.split(r"[-+a-zA-Z]", version)[0])]
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)
