"""A project folder of the editor: what is drawn in it, and which backend belongs to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noodl_runtime.errors import BadFile, SetupError
from noodl_runtime.formats import check, parse_json

NAMES = ("project.json", "noodl.project.json")


@dataclass(frozen=True)
class Project:
    """A project, read.

    document: the content of project.json
    backend:  {"type": "local", "id": "...", "settings": {"autoStart": true, "port": 8577}} or {}
    parse:    the cloud service it was connected to, {"endpoint": ..., "appId": ...}, or {}
    """

    file: Path
    document: Mapping[str, Any]
    backend: Mapping[str, Any]
    parse: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return the project's name, else that of its folder."""
        return str(self.document.get("name") or self.file.absolute().parent.name)


def project_file(path: Path) -> Path:
    """Return the file that holds the drawing: `path` itself or project.json in it."""
    file = path / NAMES[0] if path.is_dir() else path
    if not file.is_file():
        raise SetupError(f"{path} has no project.json; name the folder that the editor shows")
    return file


def read_project(path: Path) -> Project:
    """Read a project folder, or its project.json. raises: SetupError, BadFile."""
    file = project_file(path)
    document = _read(file)
    beside = file.with_name(NAMES[1])
    link = _read(beside) if beside != file and beside.is_file() else {}
    metadata = document.get("metadata") or {}
    return Project(
        file=file,
        document=document,
        backend=_first("backend", document, metadata, link),
        parse=_first("cloudServices", document, metadata, link)
        or _first("cloudservices", document, metadata, link),
    )


def _read(file: Path) -> dict[str, Any]:
    """Return project.json, or the smaller noodl.project.json beside it, in the right form."""
    try:
        document = parse_json(file.read_bytes(), file.name)
    except OSError as error:
        raise SetupError(f"{file} cannot be read: {error.strerror or error}") from error
    if isinstance(document, dict) and file.name == NAMES[1]:
        document = {"components": [], **document}
    elif isinstance(document, dict) and "components" not in document:
        raise BadFile(
            f"{file} holds no components: the project keeps them in files of their own, a newer "
            "form that cannot be read here; save it with all of them in project.json"
        )
    found: dict[str, Any] = check(document, file.name, "project")
    return found


def _first(key: str, *documents: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((d[key] for d in documents if isinstance(d.get(key), Mapping)), {})
