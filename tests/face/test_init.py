import json
import shlex
from pathlib import Path

import pytest

from noodl_portable.cli import main
from noodl_runtime.definition import read_definition


@pytest.mark.parametrize("template", ["todo", "guestbook", "orders"])
def test_init_writes_a_folder_that_can_be_read(tmp_path: Path, template: str) -> None:
    assert main(["init", str(tmp_path / "my-app"), "--template", template]) == 0
    definition = read_definition(tmp_path / "my-app")
    assert definition.config["name"] == "my-app"
    assert definition.workflows
    assert not definition.problems


def test_the_usual_template_has_two_collections_a_pointer_and_three_workflows(
    tmp_path: Path,
) -> None:
    main(["init", str(tmp_path / "app"), "--name", "Shop"])
    definition = read_definition(tmp_path / "app")
    types = {f.type for c in definition.schema.collections.values() for f in c.fields.values()}
    assert len(definition.schema.collections) == 2
    assert {"String", "Number", "Boolean", "Date", "Object", "Array", "Pointer"} == types
    assert len(definition.workflows) == 3
    assert definition.config["name"] == "Shop"


def test_two_backends_never_share_an_identity(tmp_path: Path) -> None:
    for name in ("a", "b"):
        main(["init", str(tmp_path / name)])
    configs = [json.loads((tmp_path / name / "config.json").read_text()) for name in ("a", "b")]
    for key in ("id", "appId"):
        assert configs[0][key] != configs[1][key]


def test_a_folder_with_something_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["init", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith(f"noodl-portable init: {tmp_path} is already there")
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_what_to_type_next_can_be_typed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", str(tmp_path / "my app")])
    typed = capsys.readouterr().out.rpartition("noodl-portable serve ")[2].strip()
    assert shlex.split(typed) == [str(tmp_path / "my app")]
