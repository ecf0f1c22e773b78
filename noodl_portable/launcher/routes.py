"""What an editor can ask of the launcher: a table, a row for each thing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from noodl_portable.launcher.exports import export_data, export_schema
from noodl_portable.launcher.imports import import_parse_schema, import_records
from noodl_portable.launcher.machine import Machine
from noodl_runtime.errors import BadRequest, MethodNotAllowed, NoSuchRoute
from noodl_runtime.http.router import Pattern

Given = Mapping[str, Any]  # the id in the path, the query, the members of the body


@dataclass(frozen=True)
class Row:
    """One thing that can be asked. takes: members that have to be there, with their types."""

    method: str
    pattern: str
    do: Callable[[Machine, Given], Any]
    summary: str
    takes: Mapping[str, type] | None = None

    @property
    def path(self) -> Pattern:
        """Return the pattern as something that matches paths."""
        return Pattern(tuple(self.pattern.split("/")[1:]), None)


ROUTES = (
    Row("GET", "/backends", lambda m, _: m.backends(), "List the backends of this machine."),
    Row("POST", "/backends", lambda m, g: m.create(g["name"]), "Make one.", {"name": str}),
    Row("GET", "/backends/:id", lambda m, g: m.status(g["id"]), "Say whether one runs, and where."),
    Row("DELETE", "/backends/:id", lambda m, g: m.delete(g["id"]), "Stop one and put it aside."),
    Row("POST", "/backends/:id/start", lambda m, g: m.start(g["id"]), "Start one."),
    Row("POST", "/backends/:id/stop", lambda m, g: m.stop(g["id"]), "Stop one."),
    Row("GET", "/backends/:id/schema", lambda m, g: export_schema(m, g["id"], g["format"]),
        "Read its schema as text.", {"format": str}),
    Row("GET", "/backends/:id/data", lambda m, g: export_data(m, g["id"], g["format"]),
        "Read its records as text.", {"format": str}),
    Row("PUT", "/backends/:id/workflow",
        lambda m, g: m.update_workflow(g["id"], g["name"], g["workflow"]),
        "Write one workflow.", {"name": str, "workflow": dict}),
    Row("POST", "/backends/:id/reload", lambda m, g: m.reload_workflows(g["id"]),
        "Wait until its workflows are served."),
    Row("POST", "/backends/:id/parse-schema",
        lambda m, g: import_parse_schema(m, g["id"], g["schema"]),
        "Add the classes of a Parse server.", {"schema": list}),
    Row("POST", "/backends/:id/records",
        lambda m, g: import_records(m, g["id"], g["collection"], g["records"]),
        "Add records of a Parse server.", {"collection": str, "records": list}),
)  # fmt: skip


def find(method: str, parts: tuple[str, ...]) -> tuple[Row, dict[str, str]]:
    """Return the row for a request and what its path names. raises: NoSuchRoute, ..."""
    fitting = [(row, params) for row in ROUTES if (params := row.path.match(parts)) is not None]
    if not fitting:
        raise NoSuchRoute("no such path")
    for row, params in fitting:
        if row.method == method:
            return row, params
    allowed = ", ".join(row.method for row, _ in fitting)
    raise MethodNotAllowed(f"possible here: {allowed}", headers={"Allow": allowed})


def check(row: Row, given: Given) -> None:
    """Accept what a row takes. raises: BadRequest naming the member."""
    for name, kind in (row.takes or {}).items():
        if not isinstance(given.get(name), kind):
            raise BadRequest(f"{name} is missing, or is not {_WORDS[kind]}")
    for name in ("schema", "records"):
        members = given.get(name)
        if isinstance(members, list) and not all(isinstance(member, dict) for member in members):
            raise BadRequest(f"{name} must be a list of objects")


_WORDS: dict[type, str] = {str: "a text", dict: "an object", list: "a list"}
