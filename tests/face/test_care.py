"""backup, restore, doctor: the records of a backend, also while it runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from noodl_portable.cli import main
from noodl_runtime.access.caller import MASTER
from noodl_runtime.assemble import assemble
from noodl_runtime.backend import Backend
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import read_definition
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create, Query

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, capsys: Captured) -> Path:
    main(["init", str(tmp_path / "app")])
    capsys.readouterr()
    return tmp_path / "app"


def opened(folder: Path) -> Backend:
    return assemble(Settings(), read_definition(folder), DataFolder(folder), {})


@pytest.fixture
def running(folder: Path) -> Iterator[Backend]:
    backend = opened(folder)
    backend.write(MASTER, Create(collection="Todo", values={"title": "Buy milk"}))
    yield backend
    backend.close()


def titles(backend: Backend) -> list[str]:
    return [record["title"] for record in backend.query(MASTER, Query(collection="Todo")).records]


def test_a_running_backend_is_backed_up_and_the_backup_put_back_elsewhere(
    running: Backend, folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    backup = tmp_path / "monday.db"
    assert main(["backup", str(folder), "-o", str(backup)]) == 0
    assert "Backed up to" in capsys.readouterr().out
    running.write(MASTER, Create(collection="Todo", values={"title": "After the backup"}))

    elsewhere = tmp_path / "elsewhere"
    main(["init", str(elsewhere)])
    assert main(["restore", str(elsewhere), str(backup)]) == 0
    other = opened(elsewhere)
    assert titles(other) == ["Buy milk"]
    other.close()


def test_what_was_there_before_a_restore_is_kept(
    running: Backend, folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    main(["backup", str(folder), "-o", str(tmp_path / "one.db")])
    running.write(MASTER, Create(collection="Todo", values={"title": "Two"}))
    running.close()
    capsys.readouterr()
    assert main(["restore", str(folder), str(tmp_path / "one.db"), "--json"]) == 0
    before = json.loads(capsys.readouterr().out)["before"]
    assert Path(before).is_file()
    assert main(["restore", str(folder), before]) == 0
    again = opened(folder)
    assert titles(again) == ["Buy milk", "Two"]
    again.close()


def test_a_backend_in_use_is_not_restored_over(
    running: Backend, folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    main(["backup", str(folder), "-o", str(tmp_path / "one.db")])
    capsys.readouterr()
    assert main(["restore", str(folder), str(tmp_path / "one.db")]) == 75
    assert "in use" in capsys.readouterr().err


def test_a_backup_never_overwrites(
    running: Backend, folder: Path, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["backup", str(folder), "-o", str(tmp_path / "mine.txt")]) == 1
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_the_doctor_finds_a_healthy_folder_well(
    running: Backend, folder: Path, capsys: Captured
) -> None:
    assert main(["doctor", str(folder)]) == 0
    assert "is well" in capsys.readouterr().out


def test_the_doctor_names_what_is_wrong_and_changes_nothing(
    running: Backend, folder: Path, capsys: Captured
) -> None:
    running.close()
    database = folder / "data" / "local.db"
    damaged = b"x" * 100 + database.read_bytes()[100:]
    database.write_bytes(damaged)
    (folder / "secrets.json").write_text("{")
    (folder / "data/deployed").mkdir()
    (folder / "data/deployed/3-5f0c1a9e.workflow.json").write_text("[]")
    assert main(["doctor", str(folder), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert any("local.db" in finding and "restore" in finding for finding in found)
    assert any("secrets.json: not JSON" in finding for finding in found)
    assert any("3-5f0c1a9e" in finding and "deploy again" in finding for finding in found)
    assert database.read_bytes() == damaged


@pytest.mark.parametrize("words", [["backup", "{}", "-o", "x.db"], ["doctor", "{}"]])
def test_a_folder_without_data_is_refused_by_name(
    tmp_path: Path, capsys: Captured, words: list[str]
) -> None:
    assert main([word.format(tmp_path) for word in words]) == 1
    assert f"{tmp_path} has no data/local.db" in capsys.readouterr().err
