import json
import sys
from pathlib import Path

import pytest

from noodl_builder import zip_writer
from noodl_builder.lints import warnings_of
from noodl_builder.options import BuildOptions
from noodl_builder.plan import plan
from noodl_builder.write import write
from noodl_portable.cli import main
from noodl_runtime.errors import BuildRefused
from noodl_runtime.workflow.lint import Finding, Severity
from tests.builder.world import make_backend, make_runtime


def test_a_page_where_a_route_answers_is_a_warning_in_plan_and_report(
    backend: Path, tmp_path: Path
) -> None:
    app = make_backend(tmp_path / "deployed", {"index.html": "", "health": "mine"})
    made = plan(BuildOptions(folder=backend, app=app), make_runtime())
    assert "warning: app/health: hidden by a route of the backend" in str(made)
    report = write(made, tmp_path / "x.pyz", trial=False).as_dict()
    hidden = [row for row in report["warnings"] if row["rule"] == "hidden-page"]
    assert [(row["file"], row["fix"]) for row in hidden] == [("app/health", "rename it")]


def finding(severity: Severity, file: str) -> Finding:
    return Finding(severity=severity, rule="odd", file=file, message="is odd", fix="mend it")


def test_an_error_stops_the_build_and_names_each_file() -> None:
    found = [finding("error", "a"), finding("warning", "b"), finding("note", "c")]
    with pytest.raises(BuildRefused, match=r"error: a: is odd; mend it \[odd\]\n  mend it, or use"):
        warnings_of(found, refuse=True)
    assert [one.file for one in warnings_of(found, refuse=False)] == ["a", "b"]
    assert [one.file for one in warnings_of(found[1:], refuse=True)] == ["b"]


def test_a_plan_holds_what_is_odd_in_the_workflows(backend: Path) -> None:
    lonely = {"id": "n", "type": "String"}
    extra = {"components": [{"name": "/#__local__/X", "nodes": [lonely]}]}
    (backend / "workflows/x.workflow.json").write_text(json.dumps(extra))
    odd = [
        (f.rule, f.component, f.node)
        for f in plan(BuildOptions(folder=backend), make_runtime()).warnings
    ]
    assert ("unreachable-node", "/#__local__/X", "n") in odd


def test_more_than_a_zip_can_hold_is_refused_and_leaves_nothing(
    backend: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = plan(BuildOptions(folder=backend), make_runtime())
    monkeypatch.setattr(zip_writer, "MAX_SIZE", 100)
    with pytest.raises(BuildRefused, match="a bundle holds at most 4 GB"):
        write(made, tmp_path / "x.pyz")
    assert [p.name for p in tmp_path.iterdir()] == ["shop"]


@pytest.mark.slow
def test_the_command_tells_steps_on_a_terminal_and_answers_on_stdout(
    backend: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (backend / ".env").write_text("KEY=1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["build", str(backend), "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "left out: .env (holds secrets)" in told.out
    assert "reading the backend ..." in told.err.splitlines()
    assert main(["build", str(backend), "--dry-run", "--json", "--quiet"]) == 0
    assert "..." not in capsys.readouterr().err
    assert main(["build", str(backend), "-o", str(backend / "x.pyz"), "--no-trial"]) == 1
    assert "lies inside" in capsys.readouterr().err
