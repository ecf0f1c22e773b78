from pathlib import Path

import pytest

from noodl_portable.build_file import read_build_file
from noodl_runtime.errors import BadFile


def test_without_the_file_nothing_is_said(tmp_path: Path) -> None:
    assert read_build_file(tmp_path) == {}


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "noodl-portable.yaml").write_text("# nothing yet\n")
    assert read_build_file(tmp_path) == {}


def test_the_file_gives_the_build_options(tmp_path: Path) -> None:
    (tmp_path / "noodl-portable.yaml").write_text(
        "name: Todo\nversion: '1.0'\ninclude-data: true\napp: site\nplatforms: [current]\n"
    )
    assert read_build_file(tmp_path) == {
        "name": "Todo", "version": "1.0", "include-data": True, "app": "site",
        "platforms": ["current"],
    }  # fmt: skip


WRONG = [
    ("name: [", "noodl-portable.yaml: not YAML: "),
    ("- a", "noodl-portable.yaml: the file is [\"a\"]; expected object or null"),
    ("version: 1.0", "noodl-portable.yaml: version is 1.0; expected string"),
    ("nmae: x", "noodl-portable.yaml: the file has the unknown key 'nmae'; known: name"),
    ("platforms: [amiga]", "noodl-portable.yaml: platforms[0] is \"amiga\"; expected text of the form"),
    ("!!python/object/apply:os.system [ls]", "noodl-portable.yaml: not YAML: "),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_a_wrong_file_is_named_with_what_was_expected(
    tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "noodl-portable.yaml").write_text(text)
    with pytest.raises(BadFile) as refused:
        read_build_file(tmp_path)
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)
