"""noodl-portable lint: what it prints and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from noodl_portable.cli import main
from tests.runtime.workflow.graphs import component, document, node


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    main(["init", str(tmp_path / "app")])
    capsys.readouterr()
    return tmp_path / "app"


def test_a_fresh_backend_has_neither_errors_nor_warnings(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", str(folder), "--strict"]) == 0
    assert capsys.readouterr().out.endswith("0 errors, 0 warnings, 3 notes\n")


@pytest.mark.parametrize(
    ("nodes", "usual", "strict"),
    [
        ([node("r", "Response")], 0, 0),
        ([node("r", "Response"), node("s", "String")], 0, 1),
        ([node("r", "Response"), node("g", "Group")], 1, 1),
    ],
)
def test_the_exit_code_goes_by_severity(
    folder: Path, nodes: list[Any], usual: int, strict: int
) -> None:

    (folder / "workflows/extra.workflow.json").write_text(
        json.dumps(
            document(component("Extra", [node("q", "Request"), *nodes], "q.receive -> r.send"))
        )
    )
    assert main(["lint", str(folder)]) == usual
    assert main(["lint", str(folder), "--strict"]) == strict


def test_a_broken_file_is_found_and_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "workflows/odd.workflow.json").write_text("{")
    assert main(["lint", str(folder), "--json"]) == 1
    (first, *_) = json.loads(capsys.readouterr().out)
    assert (first["severity"], first["file"]) == ("error", "workflows/odd.workflow.json")


ODD = [node("q", "Request"), node("r", "Response"), node("n", "Group")]


def test_a_build_is_refused_for_an_error_and_not_with_no_lint(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(document(component("Extra", ODD, "q.receive -> r.send")))
    (folder / "workflows/extra.workflow.json").write_text(text)
    assert main(["build", str(folder), "--dry-run"]) != 0
    assert "Extra Group (n): Can't find component model for Group" in capsys.readouterr().err
    assert main(["build", str(folder), "--dry-run", "--no-lint"]) == 0


def test_a_build_prints_warnings_and_goes_on(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = [*ODD[:2], node("n", "String")]
    text = json.dumps(document(component("Extra", nodes, "q.receive -> r.send")))
    (folder / "workflows/extra.workflow.json").write_text(text)
    assert main(["build", str(folder), "--dry-run"]) == 0
    assert "warning: workflows/extra.workflow.json" in capsys.readouterr().err


def project(folder: Path, **metadata: Any) -> str:
    """Write a project whose function queries a collection, with labels as the editor keeps them."""
    query = {**node("n7", "DbCollection2", collectionName="Todos"), "label": "All open todos"}
    roots = [node("q", "Request"), query, node("r", "Response")]
    wire = {"fromId": "q", "fromProperty": "receive", "toId": "r", "toProperty": "send"}
    drawn = {"name": "/#__cloud__/Open", "graph": {"roots": roots, "connections": [wire]}}
    folder.mkdir()
    (folder / "project.json").write_text(json.dumps({"components": [drawn], "metadata": metadata}))
    return str(folder)


def test_a_project_is_looked_over_as_it_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = [{"name": "Todo", "schema": {"properties": {"title": {"type": "String"}}}}]
    drawn = project(tmp_path / "drawn", dbCollections=known)
    assert main(["lint", drawn, "--json"]) == 1
    (first, *_) = json.loads(capsys.readouterr().out)
    assert (first["rule"], first["component"], first["node"], first["label"]) == (
        "unknown-collection", "/#__cloud__/Open", "n7", "All open todos",
    )  # fmt: skip


def test_a_project_that_lists_no_collections_is_not_held_to_any(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lint", project(tmp_path / "drawn")]) == 0
    assert "All open todos" not in capsys.readouterr().out


def test_a_project_in_many_files_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project.json").write_text('{"name": "x"}')
    assert main(["lint", str(tmp_path)]) == 78
    assert "save it with all of them in project.json" in capsys.readouterr().err
