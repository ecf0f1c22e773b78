import json
import os
import stat
from pathlib import Path

import pytest

from noodl_runtime.data_folder import DataFolder, choose_data_folder
from noodl_runtime.errors import BadFile, SetupError


def test_the_setting_wins(tmp_path: Path) -> None:
    assert choose_data_folder(str(tmp_path / "x"), Path("/b/todo.pyz"), {}) == tmp_path / "x"


def test_else_it_lies_beside_the_bundle(tmp_path: Path) -> None:
    assert choose_data_folder("", tmp_path / "todo.pyz", {}) == tmp_path / "todo-data"


def test_else_in_the_folder_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    chosen = choose_data_folder("", tmp_path / "todo.pyz", {"HOME": "/home/ada"})
    assert chosen.name == "todo"
    assert chosen.parent.name == "noodl-portable"
    assert chosen.is_relative_to(Path("/home/ada"))


def test_secrets_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "new" / "data")
    key = folder.master_key({})
    assert len(key) >= 32
    assert DataFolder(tmp_path / "new" / "data").master_key({}) == key
    secrets = folder.path / "secrets.json"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700


def test_secrets_of_functions_come_from_the_environment_or_the_file(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.secrets({}) == {}
    (tmp_path / "secrets.json").write_text('{"secrets": {"STRIPE": "a", "MAIL": "b"}}')
    environment = {"NOODL_SECRET_MAIL": "c", "NOODL_PORT": "1"}
    assert folder.secrets(environment) == {"STRIPE": "a", "MAIL": "c"}
    assert folder.master_key({}) != folder.file_key()
    assert folder.secrets({}) == {"STRIPE": "a", "MAIL": "b"}


def test_the_environment_overrides_the_master_key_and_writes_nothing(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.master_key({"NOODL_MASTER_KEY": "from outside"}) == "from outside"
    assert not (tmp_path / "secrets.json").exists()


def test_the_first_start_copies_the_config_and_later_ones_keep_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.config({"name": "Todo", "appId": "todo"})["appId"] == "todo"
    assert folder.config({"name": "Other", "appId": "other"})["appId"] == "todo"


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("config.json", "{", "config.json: not JSON"),
        ("config.json", '{"name": 1}', "config.json:"),
        ("secrets.json", "[]", "secrets.json has no masterKey"),
        ("secrets.json", '{"masterKey": ""}', "secrets.json has no masterKey"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    folder = DataFolder(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(BadFile, match=sentence):
        folder.config({"name": "x", "appId": "y"}), folder.master_key({})
    assert (tmp_path / name).read_text() == text


def test_a_file_in_place_of_the_folder_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(SetupError, match="data is not a folder; use --data FOLDER"):
        DataFolder(tmp_path / "data")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.write_schema(json.dumps({"tables": []}), "-- nothing\n")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data", "schema.json", "schema.sql"]
