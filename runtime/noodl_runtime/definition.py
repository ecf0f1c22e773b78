"""What an author made: config, schema and workflows of one backend, read from a folder or a bundle.

A wrong config or schema stops everything. A broken workflow file is a Problem: a build refuses
it, a start names it in the log and in /health and serves the rest.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from noodl_runtime.dataclass import dataclass
from noodl_runtime.errors import BadFile
from noodl_runtime.formats import check, parse_json, read_json
from noodl_runtime.schema.model import Schema
from noodl_runtime.schema.schema_file import read_schema

WORKFLOW_SUFFIX = ".workflow.json"


class Place(Protocol):
    """A folder or a file that can be read: `pathlib.Path`, or a place in a bundle."""

    @property
    def name(self) -> str:
        """Return the last part of its path."""
        ...

    def joinpath(self, child: str, /) -> "Place":
        """Return a place below."""
        ...

    def iterdir(self) -> Iterator["Place"]:
        """Yield what is in a folder."""
        ...

    def is_dir(self) -> bool:
        """Say if it is a folder."""
        ...

    def read_bytes(self) -> bytes:
        """Return what is in a file."""
        ...


@dataclass(frozen=True)
class WorkflowFile:
    """One export of the editor: its name below workflows/, the document in it, its text's hash."""

    name: str
    document: Mapping[str, Any]
    sha256: str = ""


@dataclass(frozen=True)
class Problem:
    """Something wrong with one file that does not stop the rest: {"file": ..., "message": ...}."""

    file: str
    message: str


@dataclass(frozen=True)
class Definition:
    """A backend without its data. problems: workflow files that could not be read."""

    config: Mapping[str, Any]
    schema: Schema
    workflows: tuple[WorkflowFile, ...]
    problems: tuple[Problem, ...] = ()


def read_definition(root: Place, checked: frozenset[str] = frozenset()) -> Definition:
    """Read config.json, schema.json and workflows/**/*.workflow.json below `root`.

    root:    a folder or the place of one inside a bundle
    checked: SHA-256 of files that are known to have the right form, see formats.read_json
    raises:  BadFile for a missing or wrong config or schema
    """
    workflows, problems = read_workflows(root, checked)
    config = read_json(_required(root, "config.json"), "config.json", "config", checked=checked)
    schema = read_json(_required(root, "schema.json"), "schema.json", "schema", checked=checked)
    return Definition(
        config=config,
        schema=read_schema(schema),
        workflows=tuple(workflows),
        problems=tuple(problems),
    )


def read_workflows(
    root: Place, checked: frozenset[str] = frozenset()
) -> tuple[list[WorkflowFile], list[Problem]]:
    """Read every workflow file below `root`/workflows, in sorted order of relative path."""
    workflows: list[WorkflowFile] = []
    problems: list[Problem] = []
    folder = root.joinpath("workflows")
    for name, file in sorted(_files_below(folder, "")) if folder.is_dir() else ():
        try:
            workflows.append(_read_workflow(name, file.read_bytes(), checked))
        except (BadFile, OSError) as error:
            problems.append(Problem(f"workflows/{name}", str(error)))
    return workflows, problems


def _read_workflow(name: str, text: bytes, checked: frozenset[str]) -> WorkflowFile:
    document = parse_json(text, f"workflows/{name}")
    sha256 = hashlib.sha256(text).hexdigest()
    if sha256 not in checked:
        check_workflow(document, f"workflows/{name}")
    return WorkflowFile(name, document, sha256)


def fingerprint(files: Iterable[WorkflowFile]) -> str:
    """Return what tells a set of workflow files from any other."""
    names = "".join(f"{file.name}\0{file.sha256}\n" for file in files)
    return hashlib.sha256(names.encode()).hexdigest()


def check_workflow(document: Any, name: str) -> None:
    """Accept a document with the form of a workflow file.

    raises: BadFile that names the component and the node
    """
    try:
        check(document, name, "workflow")
    except BadFile as error:
        raise BadFile(f"{error}{_whose(str(error), document)}") from error


def _whose(message: str, document: Any) -> str:
    """Name the component and node behind "components[0].nodes[1] lacks 'type'"."""
    path = re.search(r"\bcomponents(\[\d+\][\w.]*)+", message)
    if path is None:
        return ""
    found, names = document, []
    for key, place in re.findall(r"(components|nodes|children)\[(\d+)\]", path[0]):
        found = found[key][int(place)]
        word, name = ("component", "name") if key == "components" else ("node", "id")
        if isinstance(found, dict) and isinstance(found.get(name), str):
            names.append(f"{word} {found[name]}")
    return f" ({', '.join(names)})" if names else ""


def _required(root: Place, name: str) -> bytes:
    try:
        return root.joinpath(name).read_bytes()
    except (FileNotFoundError, KeyError, NotADirectoryError) as error:
        raise BadFile(
            f"{root} has no {name}; `noodl-portable init` writes a folder that has one"
        ) from error
    except OSError as error:
        raise BadFile(f"{root}/{name} cannot be read: {error.strerror or error}") from error


def _files_below(folder: Place, prefix: str) -> Iterator[tuple[str, Place]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files_below(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(WORKFLOW_SUFFIX):
            yield prefix + entry.name, entry
