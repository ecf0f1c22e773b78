import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from noodl_builder.folder_files import LeftOut
from noodl_builder.options import BuildOptions
from noodl_builder.plan import Plan, plan
from noodl_runtime.errors import BadFile, BuildRefused
from tests.builder.world import make_backend, make_runtime

KEY = "AKIA" + "IOSFODNN7EXAMPLE"


def planned(folder: Path, **options: Any) -> Plan:
    return plan(BuildOptions(folder=folder, **options), make_runtime())


def of_backend(made: Plan) -> list[str]:
    return [e.name.removeprefix("bundle/") for e in made.entries if e.name.startswith("bundle/")]


def content(made: Plan, name: str) -> Any:
    return json.loads(next(e for e in made.entries if e.name == name).read())


def test_a_plan_lists_the_backend_and_nothing_of_this_machine(backend: Path) -> None:
    for name in ("data/local.db", "secrets.json", "server.log", ".env", "schema.sql", "notes.txt"):
        make_backend(backend, {name: "{}"})
    made = planned(backend)
    assert of_backend(made) == [
        "config.json", "licenses.txt", "manifest.json", "sbom.cdx.json", "schema.json",
        "workflows/echo.workflow.json",
    ]  # fmt: skip
    assert made.left_out == (
        LeftOut(".env", "holds secrets"),
        LeftOut("data", "records; they stay with this backend"),
        LeftOut("notes.txt", "not part of a backend"),
        LeftOut("secrets.json", "holds secrets"),
        LeftOut("server.log", "a log"),
    )


def test_a_plan_says_that_deployed_functions_stay_and_how_to_take_them_along(backend: Path) -> None:
    make_backend(backend, {"data/deployed/3-5f0c1a9e.workflow.json": "{}"})
    told = {left.name: left.reason for left in planned(backend).left_out}
    assert "copy a version to workflows/" in told["data/deployed"]


def test_a_plan_holds_what_starts_it(backend: Path) -> None:
    top = {e.name.partition("/")[0] for e in planned(backend).entries}
    assert top == {
        "__main__.py", "noodl_boot.py", "noodl_target.py", "noodl_unpack.py",
        "_bootstrap", "environment.json", "site-packages", "bundle",
    }  # fmt: skip


def test_the_same_backend_gives_an_equal_plan(backend: Path, tmp_path: Path) -> None:
    shutil.copytree(backend, tmp_path / "elsewhere" / "copy")
    first, second = planned(backend), planned(tmp_path / "elsewhere" / "copy")
    assert first == second
    assert str(first) == str(second)
    assert first.info.build_id == second.info.build_id


def test_another_content_gives_another_build_id_but_the_libraries_stay(backend: Path) -> None:
    before = planned(backend)
    make_backend(backend, {"workflows/more.workflow.json": {"components": []}})
    after = planned(backend)
    assert before.info.build_id != after.info.build_id
    assert before.environment.build_id == after.environment.build_id


def test_the_manifest_says_what_is_inside(backend: Path) -> None:
    document = content(planned(backend, version="1.2"), "bundle/manifest.json")
    assert document["name"] == "Shop"
    assert document["version"] == "1.2"
    assert document["functions"] == ["Echo"]
    assert document["collections"] == ["Product"]
    assert document["dependencies"] == [
        {
            "name": "bottle", "version": "0.13.4", "license": "MIT", "sha256": "0" * 64,
            "requires": [],
        }
    ]  # fmt: skip
    assert document["buildId"] == document["contentDigest"][:16]
    assert [e["path"] for e in document["entries"]] == [
        e.name for e in planned(backend).entries if e.name != "bundle/manifest.json"
    ]


def test_options_win_over_the_config(backend: Path) -> None:
    info = planned(backend, name="Corner shop", version="2.0").info
    assert (info.name, info.version) == ("Corner shop", "2.0")
    assert planned(backend).info.version == "0.0.0"


def test_the_config_loses_what_is_private_or_of_this_machine(backend: Path) -> None:
    settings = {"mode": "production", "data": "/srv/x", "smtpPassword": "hunter22"}
    make_backend(
        backend, {"config.json": {"name": "Shop", "appId": "a", "id": "i", "settings": settings}}
    )
    made = planned(backend)
    assert content(made, "bundle/config.json") == {
        "name": "Shop", "appId": "a", "settings": {"mode": "production"},
    }  # fmt: skip
    assert [left.name for left in made.left_out] == [
        "config.json: settings.data", "config.json: settings.smtpPassword",
    ]  # fmt: skip


# -- the front end ---------------------------------------------------------------------------------


def test_a_front_end_goes_in_without_what_browsers_must_not_see(
    backend: Path, tmp_path: Path
) -> None:
    app = make_backend(
        tmp_path / "deployed",
        {"index.html": "<p>", "js/app.js": "1", ".env": "x", "server.key": "x", ".git/config": "x"},
    )
    made = planned(backend, app=app)
    assert [n for n in of_backend(made) if n.startswith("app/")] == [
        "app/index.html",
        "app/js/app.js",
    ]
    assert [left.name for left in made.left_out] == ["app/.env", "app/.git", "app/server.key"]
    assert made.info.app


def test_a_front_end_without_a_start_page_is_refused(backend: Path, tmp_path: Path) -> None:
    app = make_backend(tmp_path / "deployed", {"app.js": "1"})
    with pytest.raises(BuildRefused, match=r"has no index\.html"):
        planned(backend, app=app)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["config.json", "schema.json"])
def test_a_missing_file_is_named(backend: Path, name: str) -> None:
    (backend / name).unlink()
    with pytest.raises(BuildRefused, match=f"shop has no {name}"):
        planned(backend)


BROKEN = [
    # file                             content                   message
    ("schema.json",                    "{",                      r"schema\.json: not JSON"),
    ("schema.json",                    '{"tables": 1}',          r"schema\.json: tables is 1; expected array"),
    ("config.json",                    "[]",                     r"config\.json: the file is \[\]"),
    ("workflows/echo.workflow.json",   '{"components": "x"}',    r"workflows/echo\.workflow\.json: components"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "message"), BROKEN)
def test_a_broken_file_is_named_with_what_is_wrong(
    backend: Path, name: str, text: str, message: str
) -> None:
    make_backend(backend, {name: text})
    with pytest.raises(BadFile, match=message):
        planned(backend)


@pytest.mark.parametrize(
    "name", ["workflows/x.workflow.json", "schema.json", "workflows", "workflows/more"]
)
def test_a_link_that_leads_out_of_the_folder_is_refused(
    backend: Path, tmp_path: Path, name: str
) -> None:
    outside = tmp_path / "outside"
    (backend / name).rename(outside) if (backend / name).exists() else outside.mkdir()
    (backend / name).symlink_to(outside)
    with pytest.raises(BuildRefused, match=f"{name} is a symbolic link"):
        planned(backend)


def test_names_that_differ_only_by_case_are_refused(backend: Path, tmp_path: Path) -> None:
    app = make_backend(tmp_path / "deployed", {"index.html": "1", "Logo.png": "2", "logo.png": "3"})
    with pytest.raises(BuildRefused, match=r"bundle/app/Logo\.png, bundle/app/logo\.png"):
        planned(backend, app=app)


def test_a_key_in_a_script_is_refused_unless_the_file_is_allowed(backend: Path) -> None:
    make_backend(
        backend, {"workflows/pay.workflow.json": {"components": [], "settings": {"s": KEY}}}
    )
    with pytest.raises(
        BuildRefused, match=r"workflows/pay\.workflow\.json, line 1: an AWS access key"
    ):
        planned(backend)
    assert planned(backend, allowed=frozenset({"workflows/pay.workflow.json"}))


def test_the_master_key_in_a_front_end_is_refused(backend: Path, tmp_path: Path) -> None:
    make_backend(backend, {"secrets.json": {"masterKey": "K3yOfTheShop"}})
    app = make_backend(tmp_path / "deployed", {"index.html": "fetch(url, 'K3yOfTheShop')"})
    with pytest.raises(
        BuildRefused, match=r"app/index\.html, line 1: the masterKey of secrets\.json"
    ):
        planned(backend, app=app)


def test_the_path_of_the_backend_is_refused(backend: Path) -> None:
    make_backend(
        backend, {"workflows/p.workflow.json": {"components": [], "settings": {"p": str(backend)}}}
    )
    with pytest.raises(BuildRefused, match="the path of the backend folder"):
        planned(backend)


def test_no_folder_no_plan(tmp_path: Path) -> None:
    with pytest.raises(BuildRefused, match="nowhere is not a folder"):
        planned(tmp_path / "nowhere")


def test_data_asked_for_but_absent_is_refused(backend: Path) -> None:
    with pytest.raises(BuildRefused, match=r"shop has no data/local\.db"):
        planned(backend, include_data=True)


def test_records_asked_for_go_in_as_a_seed(backend: Path) -> None:
    (backend / "data").mkdir()
    with closing(sqlite3.connect(backend / "data" / "local.db")) as database:
        database.execute("CREATE TABLE Product (name)")
        database.execute("INSERT INTO Product VALUES ('apple')")
        database.commit()
    make_backend(backend, {"data/files/ab/logo.txt": "a logo"})
    made = planned(backend, include_data=True)
    assert "data/files/ab/logo.txt" in of_backend(made)
    assert made == planned(backend, include_data=True)
    assert made.info.seed_data
    seed = next(e for e in made.entries if e.name == "bundle/data/local.db")
    assert b"apple" in seed.read()
    assert made.left_out == (
        LeftOut("data", "other than records and files; they stay with this backend"),
    )
