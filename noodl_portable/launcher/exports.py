"""What an editor can take out of a backend, by format. A new format is a row."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from noodl_portable.launcher.machine import Machine
from noodl_runtime.errors import BadRequest

Maker = TypeVar("Maker")


def export_schema(machine: Machine, backend_id: str, format_name: str) -> str:
    """Return the schema of a backend as text. raises: BadRequest for an unknown format."""
    read = _known(SCHEMA_FORMATS, format_name, "the schema")
    return read(machine.folder(backend_id))


def export_data(machine: Machine, backend_id: str, format_name: str) -> str:
    """Return the records of a running backend as text. raises: BadRequest, BackendNotRunning."""
    write = _known(DATA_FORMATS, format_name, "the records")
    running = machine.running(backend_id)
    return write(running.call("GET", "/api/_export")[1]["records"])


def _schema_json(folder: Path) -> str:
    return (folder / "schema.json").read_text(encoding="utf-8")


def _schema_sql(folder: Path) -> str:
    file = folder / "schema.sql"
    if not file.is_file():
        raise BadRequest(f"{folder.name} has no tables yet; they are made when it starts first")
    return file.read_text(encoding="utf-8")


def _records_json(records: Any) -> str:
    return json.dumps(records, indent=2, ensure_ascii=False)


# Both files are kept up to date by the backend; SQL is that of SQLite.
SCHEMA_FORMATS: dict[str, Callable[[Path], str]] = {"json": _schema_json, "sql": _schema_sql}
DATA_FORMATS: dict[str, Callable[[Any], str]] = {"json": _records_json}


def _known(formats: Mapping[str, Maker], name: str, what: str) -> Maker:
    if name not in formats:
        raise BadRequest(
            f"there is no format {name[:50]!r} for {what}; there are {', '.join(formats)}"
        )
    return formats[name]
