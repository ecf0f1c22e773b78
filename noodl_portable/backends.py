"""The backends of this machine: a folder for each below ~/.noodl/backends, named by its id."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from noodl_portable.project import Project
from noodl_runtime.data_folder import json_text, write_private
from noodl_runtime.errors import SetupError
from noodl_runtime.schema.layout import SYSTEM_FIELDS
from noodl_runtime.settings import SETTINGS
from noodl_runtime.values import now_iso, random_id

PORT: int = SETTINGS["port"].default
_FILES = {".gitignore": "# kept out of version control: records, keys\ndata/\nsecrets.json\n"}


def home(environment: Mapping[str, str]) -> Path:
    """Return the folder that holds everything of this machine: NOODL_HOME, else ~/.noodl."""
    given = environment.get("NOODL_HOME")
    return Path(given).expanduser().absolute() if given else Path.home() / ".noodl"


def backend_id(project: Project) -> str:
    """Return the id of a project's backend; one that has none yet gets it by name and place."""
    if project.backend.get("id"):
        return str(project.backend["id"])
    slug = re.sub(r"[^a-z0-9]+", "-", project.name.lower())[:40].strip("-") or "project"
    place = hashlib.sha256(str(project.file.absolute()).encode()).hexdigest()
    return f"{slug}-{place[:8]}"


def folder_of(project: Project, environment: Mapping[str, str]) -> Path:
    """Return the folder of a project's backend, there or not."""
    return home(environment) / "backends" / backend_id(project)


def port_of(project: Project) -> int:
    """Return the port a project wants its backend at."""
    settings = project.backend.get("settings") or {}
    return int(settings.get("port", PORT))


def is_backend_id(text: str) -> bool:
    """Say whether a text can be the id of a backend, and so the name of its folder."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", text) is not None


def make_empty(folder: Path, name: str, port: int) -> dict[str, Any]:
    """Make a backend without collections and functions and return its config.json."""
    made = folder / f"backend-{random_id(13).lower()}"
    config = _config(made.name, name, port)
    _write(made, config, {"tables": []})
    return config


def make_folder(folder: Path, project: Project) -> bool:
    """Make a backend folder for a project unless it is there; tell whether it was made."""
    if (folder / "config.json").is_file():
        return False
    config = _config(backend_id(project), project.name[:200], port_of(project))
    _write(folder, config, {"tables": list(_tables(project.document.get("metadata") or {}))})
    return True


def _config(identity: str, name: str, port: int) -> dict[str, Any]:
    return {
        "id": identity,
        "name": name,
        "appId": random_id(20),
        "version": "1.0",
        "createdAt": now_iso(),
        "port": port,
        "projectIds": [],
        "settings": {},
    }


def _write(folder: Path, config: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    files = {**_FILES, "schema.json": json_text(schema), "config.json": json_text(config)}
    try:
        (folder / "workflows").mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in files.items():  # config.json last: with it the folder counts as made
            if not (folder / name).exists():
                write_private(folder / name, text)
    except OSError as error:
        raise SetupError(f"{folder} cannot be written: {error.strerror or error}") from error


def _tables(metadata: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the collections that the project knew when it was saved."""
    known = metadata.get("dbCollections")
    for collection in known if isinstance(known, list) else ():
        if isinstance(collection, Mapping) and not str(collection.get("name", "_")).startswith("_"):
            properties = (collection.get("schema") or {}).get("properties") or {}
            columns = [
                {key: value for key, value in {"name": name, **about}.items() if key in _COLUMN}
                for name, about in properties.items()
                if name not in SYSTEM_FIELDS
            ]
            yield {"name": collection["name"], "columns": columns}


_COLUMN = ("name", "type", "targetClass", "required")
