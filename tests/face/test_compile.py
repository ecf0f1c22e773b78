"""noodl-portable compile: which files it writes, keeps and removes."""

import json
import shutil
from pathlib import Path

import pytest

from noodl_portable.cli import main
from noodl_portable.templates import shipped_folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_folder("examples") / "projects/doubling", tmp_path / "p"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backend"


def names(folder: Path) -> list[str]:
    return sorted(
        file.name for file in (folder / "workflows").glob("*.json") if file.name[0] != "."
    )


def rename(project: Path, old: str, new: str) -> None:
    file = project / "project.json"
    file.write_text(file.read_text().replace(old, new))


def test_what_was_written_is_said_and_a_second_time_nothing_is(
    project: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compile", str(project), "-o", str(folder)]) == 0
    made, wrote = capsys.readouterr().out.splitlines()
    assert (made, wrote) == (f"made the backend {folder}", "wrote workflows/Double.workflow.json")
    before = (folder / "workflows/Double.workflow.json").stat().st_mtime_ns
    main(["compile", str(project / "project.json"), "-o", str(folder)])
    assert capsys.readouterr().out == "1 workflow is as before\n"
    assert (folder / "workflows/Double.workflow.json").stat().st_mtime_ns == before


def test_a_folder_that_was_not_there_is_a_backend_afterwards_and_one_that_was_is_left_alone(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my äpp"  # an id could not be made of that
    main(["compile", str(project), "-o", str(folder), "--json"])
    assert json.loads(capsys.readouterr().out)["made"] is True
    assert main(["build", str(folder), "--dry-run", "--quiet"]) == 0
    assert "left out" not in capsys.readouterr().out
    config = (folder / "config.json").read_bytes()
    main(["compile", str(project), "-o", str(folder), "--json"])
    assert (folder / "config.json").read_bytes() == config


def test_the_file_of_a_component_that_is_gone_is_removed_and_no_other(
    project: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["compile", str(project), "-o", str(folder)])
    (folder / "workflows/mine.workflow.json").write_text('{"components": []}')
    rename(project, "/#__local__/Double", "/#__local__/Twice")
    capsys.readouterr()
    main(["compile", str(project), "-o", str(folder), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert said["written"] == ["Twice.workflow.json"]
    assert said["removed"] == ["Double.workflow.json"]
    assert names(folder) == ["Twice.workflow.json", "mine.workflow.json"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "project.json: not JSON"),
        (
            '{"name": "x"}',
            "project.json holds no components: the project keeps them in files of their own",
        ),
        ('{"components": [{"graph": {}}]}', "project.json: components[0] lacks 'name'"),
        ("[]", "project.json: the file is []; expected object"),
    ],
)
def test_a_file_that_is_no_project_is_refused_in_a_sentence(
    tmp_path: Path, text: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "project.json").write_text(text)
    assert main(["compile", str(tmp_path), "-o", str(tmp_path / "b")]) != 0
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


def test_a_folder_without_a_project_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compile", str(tmp_path), "-o", str(tmp_path / "b")]) == 1
    assert "has no project.json" in capsys.readouterr().err
