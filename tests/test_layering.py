"""Imports point one way: face -> builder -> runtime, and inside the runtime from serve to errors."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
PACKAGES = {
    "noodl_portable": HERE / "noodl_portable",
    "noodl_builder": HERE / "builder" / "noodl_builder",
    "noodl_runtime": HERE / "runtime" / "noodl_runtime",
}

# room -> the rooms it may know of. A new room is a row; a new arrow is a decision.
GROUND = {"errors", "values", "settings", "dataclass"}
PURE = {"query", "schema"}
ARROWS: dict[str, set[str]] = {
    "errors": set(),
    "dataclass": set(),
    "values": {"dataclass"},
    "settings": {"errors", "dataclass"},
    "logs": set(),
    "threads": set(),
    "formats": {"errors"},
    "schema": GROUND,
    "query": GROUND | {"schema"},
    "access": GROUND | PURE | {"store", "threads"},
    "script": GROUND,
    "workflow": GROUND | PURE,
    "store": GROUND | PURE | {"threads"},
    "definition": GROUND | {"formats", "schema"},
    "files": GROUND | {"threads"},
    "config_parameters": GROUND | PURE | {"store"},
    "belongings": GROUND | PURE | {"config_parameters", "files", "store"},
    "packed_folder": {"errors"},
    "bundle": {"errors", "definition", "packed_folder"},
    "start_modules": set(),
    "warming": {"start_modules", "threads", "http"},
    "data_folder": GROUND | {"formats"},
    "functions": GROUND | PURE | {"workflow", "script", "store", "access", "definition", "threads"},
    "record_writes": GROUND | PURE | {"access", "store"},
    "backend": GROUND
    | PURE
    | {
        "belongings",
        "record_writes",
        "workflow",
        "script",
        "store",
        "access",
        "definition",
        "functions",
    },
    "http": GROUND
    | PURE
    | {"config_parameters", "files", "access", "store", "backend", "functions", "workflow"},
    "realtime": GROUND | PURE | {"access", "store", "backend", "http"},
    "triggers": GROUND | PURE | {"access", "store", "backend", "functions", "workflow"},
    "assemble": GROUND
    | PURE
    | {
        "belongings",
        "deployments",
        "runs",
        "config_parameters",
        "files",
        "store",
        "access",
        "workflow",
        "script",
        "functions",
        "backend",
        "definition",
        "data_folder",
        "realtime",
    },
    "lineage": {"errors", "values", "dataclass", "formats", "data_folder", "store"},
    "runs": GROUND | {"store", "threads"},
    "deployments": GROUND
    | {"data_folder", "definition", "formats", "functions", "store", "threads", "workflow"},
    "reload": GROUND | {"definition", "functions", "threads", "workflow"},
    "parent_watch": {"settings"},
    "options": {"__init__", "settings"},
    "service": {
        "bundle",
        "dataclass",
        "warming",
        "lineage",
        "values",
        "errors",
        "settings",
        "definition",
        "data_folder",
        "assemble",
        "http",
        "reload",
        "triggers",
    },
    "serve": {
        "bundle",
        "options",
        "service",
        "parent_watch",
        "lineage",
        "values",
        "errors",
        "logs",
        "data_folder",
    },
}
WORLD = {
    "gevent", "http.client", "os", "random", "secrets", "select", "socket", "sqlite3", "ssl",
    "subprocess", "threading", "time", "urllib.request",
}  # fmt: skip
PURE_ROOMS = ("query", "schema", "workflow")
PURE_FILES = {
    f"triggers.{name}"
    for name in (
        "clockwork",
        "firings",
        "hook",
        "line",
        "lint",
        "parked",
        "registered",
        "schedule",
        "signatures",
        "watch",
        "words",
        "zones",
    )
} | {
    f"realtime.{name}"
    for name in (
        "audience",
        "frames",
        "handshake",
        "hub",
        "listener",
        "messages",
        "outbox",
        "pace",
        "telling",
    )
}


def modules(package: str) -> list[tuple[str, Path]]:
    """Return [("store.contract", path), ...] for the modules of a package."""
    folder = PACKAGES[package]
    paths = sorted(folder.rglob("*.py"))
    return [(".".join(path.relative_to(folder).with_suffix("").parts), path) for path in paths]


def imports(path: Path) -> Iterator[str]:
    """Yield the full names a module imports, also inside functions; not those for types alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize(("module", "path"), modules("noodl_runtime"))
def test_a_room_knows_only_the_rooms_below_it(module: str, path: Path) -> None:
    room = module.split(".")[0]
    if room == "__init__":
        return
    assert room in ARROWS, f"{room} is not on the map; say in ARROWS what it may know of"
    for name in imports(path):
        if name.startswith("noodl_runtime."):
            assert name.split(".")[1] in ARROWS[room] | {room}, f"{module} imports {name}"


@pytest.mark.parametrize(("module", "path"), modules("noodl_runtime"))
def test_the_runtime_knows_neither_builder_nor_face(module: str, path: Path) -> None:
    for name in imports(path):
        assert not name.startswith(("noodl_builder", "noodl_portable")), f"{module} imports {name}"


@pytest.mark.parametrize(("module", "path"), modules("noodl_runtime"))
def test_dataclasses_of_the_runtime_are_made_when_they_are_used(module: str, path: Path) -> None:
    """Each standard one costs every start 0.3 ms: `from noodl_runtime.dataclass import dataclass`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    taken = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses"
        for alias in node.names
    }
    assert "dataclass" not in taken or module == "dataclass", (
        f"{module}: use noodl_runtime.dataclass"
    )


@pytest.mark.parametrize(("module", "path"), modules("noodl_builder"))
def test_the_builder_does_not_know_the_face(module: str, path: Path) -> None:
    for name in imports(path):
        assert not name.startswith("noodl_portable"), f"{module} imports {name}"


@pytest.mark.parametrize(("module", "path"), modules("noodl_runtime"))
def test_a_pure_room_does_not_reach_for_the_world(module: str, path: Path) -> None:
    if module.split(".")[0] in PURE_ROOMS or module in PURE_FILES:
        reached = {n for n in imports(path) for w in WORLD if n == w or n.startswith(w + ".")}
        assert not reached, f"{module} imports {reached}"


@pytest.mark.parametrize(
    ("module", "path"), [row for package in PACKAGES for row in modules(package)]
)
def test_only_the_sqlite_store_imports_sqlite3(module: str, path: Path) -> None:
    if not module.startswith("store.sqlite"):
        assert "sqlite3" not in set(imports(path)), module


def test_the_map_lists_no_room_that_is_gone() -> None:
    rooms = {module.split(".")[0] for module, _ in modules("noodl_runtime")}
    assert rooms >= set(ARROWS)
