"""From a backend folder to a bundle on the command line, and what is refused on the way."""

import json
from pathlib import Path

import pytest

from noodl_portable.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, capsys: Captured) -> Path:
    main(["init", str(tmp_path / "app")])
    capsys.readouterr()
    return tmp_path / "app"


@pytest.mark.slow
def test_a_bundle_is_built_looked_into_and_found_whole(folder: Path, capsys: Captured) -> None:
    bundle = folder.parent / "app.pyz"
    assert main(["build", str(folder), "-o", str(bundle)]) == 0
    assert capsys.readouterr().out.startswith(f"Built {bundle}: ")

    assert main(["inspect", str(bundle)]) == 0
    said = capsys.readouterr().out
    for word in ("app", "1.0", "List, Todo", "completeAll, hello, stats", "MB", "build id"):
        assert word in said

    assert main(["inspect", str(bundle), "--json"]) == 0
    manifest = json.loads(capsys.readouterr().out)
    assert manifest["functions"] == ["completeAll", "hello", "stats"]
    assert manifest["size"] == bundle.stat().st_size

    assert main(["verify", str(bundle)]) == 0
    assert "is whole" in capsys.readouterr().out


def test_the_yaml_file_gives_options_and_the_command_line_wins(
    folder: Path, capsys: Captured
) -> None:
    (folder / "noodl-portable.yaml").write_text("name: From the file\nversion: '2.0'\n")
    assert main(["build", str(folder), "--dry-run", "--json", "--version", "3.0"]) == 0
    manifest = json.loads(capsys.readouterr().out)
    assert (manifest["name"], manifest["version"]) == ("From the file", "3.0")


def test_a_dry_run_prints_the_plan_and_writes_nothing(folder: Path, capsys: Captured) -> None:
    assert main(["build", str(folder), "-o", str(folder.parent / "x.pyz"), "--dry-run"]) == 0
    assert "bundle/workflows/hello.workflow.json" in capsys.readouterr().out
    assert [p.name for p in folder.parent.iterdir()] == ["app"]


WRONG_FILES = [
    # file                               text             sentence
    ("config.json",                      "{",             "config.json: not JSON"),
    ("config.json",                      "{}",            "config.json: the file lacks 'name', 'appId'"),
    ("schema.json",                      '{"tables": 1}', "schema.json: tables is 1; expected array"),
    ("workflows/hello.workflow.json",    "[]",            "workflows/hello.workflow.json: the file is []; expected object"),
    ("noodl-portable.yaml",              "name: [",       "noodl-portable.yaml: not YAML"),
    ("noodl-portable.yaml",              "python: '3.9'", "noodl-portable.yaml asks for Python 3.9"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "sentence"), WRONG_FILES)
def test_a_wrong_file_is_refused_and_nothing_is_written(
    folder: Path, capsys: Captured, name: str, text: str, sentence: str
) -> None:
    (folder / name).write_text(text)
    code = main(["build", str(folder), "-o", str(folder.parent / "x.pyz")])
    said = capsys.readouterr().err
    assert code != 0
    assert sentence in said
    assert said.count("\n") == 1
    assert not (folder.parent / "x.pyz").exists()


def test_a_missing_file_is_named(folder: Path, capsys: Captured) -> None:
    (folder / "schema.json").unlink()
    assert main(["build", str(folder), "-o", str(folder.parent / "x.pyz")]) != 0
    assert "schema.json" in capsys.readouterr().err


WRONG_PLACES = [
    # arguments                       sentence
    (["{nowhere}", "-o", "{out}"],    "is not a folder; `noodl-portable init"),
    (["{app}/config.json"],           "is a file; name the folder of a backend"),
    (["{app}"],                       "no output file given; use -o FILE"),
    (["{app}", "-o", "{app}/x.pyz"],  "write it somewhere else with -o"),
    (["{app}", "-o", "/proc/x.pyz"],  "/proc/x.pyz cannot be written"),
    (["{app}", "-o", "{tmp}"],        "is a folder; name a file"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "sentence"), WRONG_PLACES)
def test_a_wrong_place_is_refused_with_the_way_on(
    folder: Path, capsys: Captured, arguments: list[str], sentence: str
) -> None:
    tmp = folder.parent
    places = {"app": folder, "tmp": tmp, "nowhere": tmp / "nowhere", "out": tmp / "x.pyz"}
    assert main(["build", *(argument.format(**places) for argument in arguments)]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert [p.name for p in tmp.iterdir()] == ["app"]


@pytest.mark.parametrize("command", ["inspect", "verify"])
def test_what_is_no_bundle_is_refused_by_name(
    tmp_path: Path, capsys: Captured, command: str
) -> None:
    (tmp_path / "x.pyz").write_text("not a zip")
    assert main([command, str(tmp_path / "x.pyz")]) == 78
    assert f"{tmp_path / 'x.pyz'} is not a bundle" in capsys.readouterr().err
    assert main([command, str(tmp_path / "gone.pyz")]) == 78


@pytest.mark.parametrize("words", [["nonsense"], ["build"], ["build", "x", "--nonsense"]])
def test_a_wrong_command_line_is_told_how_it_goes(capsys: Captured, words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage: noodl-portable" in capsys.readouterr().err


def test_the_error_is_seen_below_the_usage_of_a_command_with_all_settings(
    capsys: Captured,
) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "my-app", "--port"])
    said = capsys.readouterr().err.splitlines()
    assert "argument --port: expected one argument" in said[-1]
    assert len(said) < 8
