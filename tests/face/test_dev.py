"""noodl-portable dev: which backend a project gets, and what follows a save."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from noodl_portable.backends import backend_id, folder_of, make_folder
from noodl_portable.cli import main
from noodl_portable.commands.dev import options_of
from noodl_portable.compiling import Compilation
from noodl_portable.project import read_project
from noodl_portable.project_watch import ProjectWatch, stamp_of
from noodl_portable.templates import shipped_folder
from noodl_runtime.definition import read_definition
from tests.driver import Backend
from tests.face.test_watching import until

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """write(backend={...}) -> a project folder whose project.json has these keys as well."""

    def make(**keys: Any) -> Path:
        folder = tmp_path / "My project"
        folder.mkdir(exist_ok=True)
        document = {"name": "My project", "components": [], **keys}
        (folder / "project.json").write_text(json.dumps(document))
        return folder

    return make


def local(**settings: Any) -> dict[str, Any]:
    return {"type": "local", "id": "shop-1", "settings": settings}


@pytest.mark.parametrize("place", ["top", "metadata", "beside"])
def test_a_project_names_its_backend_in_one_of_three_places(write: Write, place: str) -> None:
    keys = {"top": {"backend": local()}, "metadata": {"metadata": {"backend": local()}}}
    folder = write(**keys.get(place, {}))
    if place == "beside":
        (folder / "noodl.project.json").write_text(json.dumps({"backend": local()}))
    project = read_project(folder)
    home = folder.parent / "home"
    assert folder_of(project, {"NOODL_HOME": str(home)}) == home / "backends/shop-1"


def test_a_project_without_a_backend_gets_one_of_its_own(write: Write) -> None:
    found = backend_id(read_project(write()))
    assert found.startswith("my-project-")
    assert found == backend_id(read_project(write()))


@pytest.mark.parametrize("odd", ["../../etc", "a/b", "", "a b"])
def test_an_id_is_never_a_way_out_of_the_folder_of_backends(
    write: Write, odd: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(backend={"type": "local", "id": odd})
    assert main(["dev", str(folder)]) != 0
    assert "project.json: backend.id is" in capsys.readouterr().err


def test_a_backend_is_made_from_nothing_with_the_collections_the_project_knows(
    write: Write, tmp_path: Path
) -> None:
    properties = {"title": {"type": "String"}, "createdAt": {"type": "Date"},
                  "list": {"type": "Pointer", "targetClass": "List"}}  # fmt: skip
    known = [{"name": "Todo", "schema": {"properties": properties}}, {"name": "List"}]
    project = read_project(write(backend=local(port=9000), metadata={"dbCollections": known}))
    folder = tmp_path / "backends/shop-1"
    assert make_folder(folder, project)
    assert not make_folder(folder, project)
    definition = read_definition(folder)
    assert (definition.config["id"], definition.config["port"]) == ("shop-1", 9000)
    assert definition.config["name"] == "My project"
    assert list(definition.schema.collections["Todo"].fields) == ["title", "list"]


@pytest.mark.parametrize(
    ("given", "environment", "port"),
    [
        ({}, {}, "9000"),
        ({"port": "0"}, {}, "0"),
        ({}, {"NOODL_PORT": "9001"}, None),
    ],
)
def test_the_port_is_the_projects_unless_something_else_is_asked_for(
    write: Write, given: dict[str, str], environment: dict[str, str], port: str | None
) -> None:
    project = read_project(write(backend=local(port=9000)))
    assert options_of(project, given, environment).get("port") == port


@pytest.mark.parametrize(
    "keys",
    [
        {"cloudServices": {"url": "https://parse.example", "appId": "app1"}},
        {"metadata": {"cloudservices": {"endpoint": "https://parse.example", "appId": "app1"}}},
        {"backend": {"type": "parse"}, "cloudServices": {"url": "https://parse.example"}},
    ],
)
def test_a_project_on_parse_is_shown_the_two_ways_on(
    write: Write, keys: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["dev", str(write(**keys))]) == 1
    said = capsys.readouterr().err
    for word in (
        "https://parse.example",
        "stay with Parse",
        "migrate",
        '"type": "local"',
        "--local",
    ):
        assert word in said


def test_a_saved_project_is_compiled_again_once_it_is_left_alone(
    tmp_path: Path,
) -> None:
    project = shutil.copytree(shipped_folder("examples") / "projects/doubling", tmp_path / "p")
    file, told = project / "project.json", list[Compilation | str]()
    watch = ProjectWatch(file, stamp_of(file), tmp_path / "b", told.append)
    watch.look()
    assert told == []
    file.write_text(file.read_text().replace("/#__local__/Double", "/#__local__/Two times"))
    watch.look()
    assert told == []
    watch.look()
    watch.look()
    (done,) = told
    assert isinstance(done, Compilation)
    assert done.written == ("Two times.workflow.json",)


def test_a_project_that_is_half_written_changes_nothing(tmp_path: Path) -> None:
    file, told = tmp_path / "project.json", list[Compilation | str]()
    watch = ProjectWatch(file, None, tmp_path / "b", told.append)
    file.write_text('{"components": [')
    watch.look()
    watch.look()
    assert "not JSON" in str(told[0])
    assert not (tmp_path / "b").exists()


@pytest.mark.slow
def test_what_is_saved_in_the_editor_is_served_a_moment_later(tmp_path: Path) -> None:
    project = shutil.copytree(shipped_folder("examples") / "projects/doubling", tmp_path / "p")
    command: list[str | Path] = [sys.executable, "-m", "noodl_portable", "dev", project]
    env = {"NOODL_HOME": str(tmp_path / "home"), "PATH": "", "HOME": str(tmp_path)}
    with Backend(command, "--port", "0", cwd=tmp_path, env=env) as backend:
        assert backend.ready["data"] == str(tmp_path / "home/backends/doubling")
        double = ("POST", "/functions/Double", {"N": 21})
        assert backend.call(*double) == (200, {"result": {"Result": 42}})
        file = project / "project.json"
        file.write_text(file.read_text().replace('"Factor": 2', '"Factor": 3'))
        until(lambda: backend.call(*double), (200, {"result": {"Result": 63}}))
        code, _, err = backend.stop()
        assert code == 0
        assert "dev: made the backend" in err
        assert "dev: wrote workflows/Double.workflow.json" in err
