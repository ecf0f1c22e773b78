"""Put the compiled workflows of a project into a backend folder; take out those that are gone.

Which files came from a project is kept in workflows/.compiled.json, so that a workflow file that
somebody put there by hand is never removed.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from noodl_portable.project import Project
from noodl_runtime.data_folder import json_text, write_private
from noodl_runtime.errors import PortableError, SetupError
from noodl_runtime.formats import parse_json
from noodl_runtime.workflow.compile import Compiled, compile_project

LIST = ".compiled.json"


@dataclass(frozen=True)
class Compilation:
    """What was done: file names below workflows/, and what the author should know."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    left_out: tuple[str, ...]
    helpers: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for --json."""
        return asdict(self)

    @property
    def changed(self) -> bool:
        """Tell whether any file is different now."""
        return bool(self.written or self.removed)


def compile_into(project: Project, folder: Path) -> Compilation:
    """Compile a project into the workflows of a backend folder. raises: SetupError."""
    compiled = compile_project(project.document)
    workflows = folder / "workflows"
    try:
        workflows.mkdir(parents=True, exist_ok=True)
        return _write(compiled, workflows)
    except OSError as error:
        raise SetupError(f"{workflows} cannot be written: {error.strerror or error}") from error


def _write(compiled: Compiled, workflows: Path) -> Compilation:
    texts = {name: json_text(document) for name, document in compiled.documents.items()}
    before = _listed(workflows / LIST)
    written = [name for name, text in texts.items() if not _holds(workflows / name, text)]
    gone = [name for name in before if name not in texts and (workflows / name).is_file()]
    _remember(workflows / LIST, sorted({*before, *texts}))  # first: a kill forgets no file
    for name in written:
        write_private(workflows / name, texts[name])
    for name in gone:
        (workflows / name).unlink(missing_ok=True)
    _remember(workflows / LIST, sorted(texts))
    return Compilation(
        written=tuple(written),
        unchanged=tuple(name for name in texts if name not in written),
        removed=tuple(gone),
        left_out=tuple(map(str, compiled.reached)),
        helpers=compiled.helpers,
    )


def _listed(file: Path) -> list[str]:
    try:
        document = parse_json(file.read_bytes(), file.name)
    except (OSError, PortableError):
        return []
    names = document.get("files") if isinstance(document, dict) else None
    plain = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    return [name for name in plain if name == Path(name).name]


def _remember(file: Path, names: list[str]) -> None:
    if _listed(file) != names:
        write_private(file, json_text({"files": names}))


def _holds(file: Path, text: str) -> bool:
    try:
        return file.read_bytes() == text.encode()
    except OSError:
        return False
