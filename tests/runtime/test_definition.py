import json
from pathlib import Path
from zipfile import Path as ZipPath
from zipfile import ZipFile

import pytest

from noodl_runtime.definition import read_definition, read_workflows
from noodl_runtime.errors import BadFile

FILES = {
    "config.json": {"name": "Shop", "appId": "shop"},
    "schema.json": {"tables": [{"name": "Product", "columns": []}]},
    "workflows/b.workflow.json": {"components": []},
    "workflows/a/deep.workflow.json": {"components": []},
    "workflows/notes.txt": "ignored",
}


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    for name, document in FILES.items():
        file = tmp_path / "shop" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document))
    return tmp_path / "shop"


def test_a_folder_is_read_with_its_workflows_in_sorted_order(backend: Path) -> None:
    definition = read_definition(backend)
    assert definition.config["name"] == "Shop"
    assert list(definition.schema.collections) == ["Product"]
    assert [w.name for w in definition.workflows] == ["a/deep.workflow.json", "b.workflow.json"]
    assert definition.problems == ()


def test_a_bundle_is_read_the_same_way(backend: Path, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "x.pyz", "w") as archive:
        for name in FILES:
            archive.write(backend / name, f"bundle/{name}")
    packed = read_definition(ZipPath(tmp_path / "x.pyz", "bundle/"))
    assert packed == read_definition(backend)


def test_a_broken_workflow_file_is_a_problem_and_the_rest_is_read(backend: Path) -> None:
    (backend / "workflows" / "b.workflow.json").write_text("{")
    workflows, problems = read_workflows(backend)
    assert [w.name for w in workflows] == ["a/deep.workflow.json"]
    assert [p.file for p in problems] == ["workflows/b.workflow.json"]
    assert problems[0].message.startswith("workflows/b.workflow.json: not JSON")


def test_no_workflows_is_no_problem(backend: Path) -> None:
    for file in (backend / "workflows").rglob("*.json"):
        file.unlink()
    assert read_workflows(backend) == ([], [])


@pytest.mark.parametrize("name", ["config.json", "schema.json"])
def test_a_missing_file_is_named_and_the_way_on_with_it(backend: Path, name: str) -> None:
    (backend / name).unlink()
    with pytest.raises(BadFile, match=f"has no {name}; `noodl-portable init`"):
        read_definition(backend)
