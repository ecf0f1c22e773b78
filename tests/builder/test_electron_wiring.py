"""What changes in an Electron app, as a plan and on disk: once, and back to the same bytes."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from noodl_builder.electron.app_folder import eject, put_files, read_app
from noodl_builder.electron.wiring import AppFiles, Wiring, plan_wiring
from noodl_runtime.errors import BuildRefused

MAIN = "const { app } = require('electron');\n"
RESOURCE = {"from": "backend", "to": "backend"}
NOT_PACKED = ["!backend{,/**/*}", "!.noodl-portable{,/**/*}"]
IGNORED = ["^/backend($|/)", "^/\\.noodl-portable($|/)"]


def app(package: Mapping[str, Any], **files: str) -> AppFiles:
    texts = {"package.json": json.dumps(package, indent=2) + "\n", "main.js": MAIN, **files}
    return AppFiles("app", {name: text.encode() for name, text in texts.items()})


def planned(package: Mapping[str, Any], **files: str) -> Wiring:
    return plan_wiring(app({"main": "main.js", **package}, **files))


def package_of(wiring: Wiring) -> Any:
    return json.loads(wiring.files["package.json"])


BUILDER = {"devDependencies": {"electron": "25", "electron-builder": "26"}}
FORGE = {"devDependencies": {"electron": "25", "@electron-forge/cli": "7"}}

BUILDS = [
    # what the app says about packaging          what it says then
    ({},                                         {"extraResources": [RESOURCE], "files": NOT_PACKED}),
    ({"extraResources": "more", "appId": "x"},
     {"extraResources": ["more", RESOURCE], "appId": "x", "files": NOT_PACKED}),
    ({"extraResources": [RESOURCE]},             {"extraResources": [RESOURCE], "files": NOT_PACKED}),
    ({"files": ["dist/**"]},
     {"files": ["dist/**", "start-backend.js", "start-backend/**/*", *NOT_PACKED],
      "extraResources": [RESOURCE]}),
    ({"files": ["!tests"]},                      {"files": ["!tests", *NOT_PACKED], "extraResources": [RESOURCE]}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), BUILDS)
def test_electron_builder_learns_of_the_resource(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    wiring = planned({**BUILDER, "build": before})
    assert package_of(wiring)["build"] == after
    again = plan_wiring(AppFiles("app", {**app({}).files, **wiring.files}))
    assert again.files == {}


def test_electron_forge_learns_of_the_resource() -> None:
    config = {"forge": {"packagerConfig": {"asar": True, "ignore": "^/tests"}}}
    wiring = planned({**FORGE, "config": config})
    assert package_of(wiring)["config"]["forge"]["packagerConfig"] == {
        "asar": True,
        "ignore": ["^/tests", *IGNORED],
        "extraResource": ["backend"],
    }


FILES = [
    # configuration            text                                          is changed
    ("electron-builder.yml",   "appId: x\n",                                 True),
    ("electron-builder.yml",   "appId: x\nfiles:\n  - dist/**\n",            False),
    ("electron-builder.json",  '{"appId": "x"}',                             True),
    ("electron-builder.js",    "module.exports = { appId: 'x' };\n",         True),
    ("electron-builder.ts",    "export default {};\n",                       False),
    ("electron-builder.json",  "{ // a comment\n}",                          False),
    ("forge.config.js",        "module.exports = { packagerConfig: {} };\n", True),
    ("forge.config.js",        "module.exports = async () => ({});\n",       False),
    ("forge.config.mjs",       "export default {};\n",                       False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "changed"), FILES)
def test_a_configuration_in_a_file_is_changed_where_that_is_safe_and_else_told_of(
    name: str, text: str, changed: bool
) -> None:
    wiring = planned({"devDependencies": {"electron": "25"}}, **{name: text})
    assert (name in wiring.files) == changed
    assert any("xtraResource" in sentence for sentence in wiring.advice) != changed
    assert "package.json" not in wiring.files


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_configurations_in_yaml_and_javascript_say_it_when_they_are_read(tmp_path: Path) -> None:
    import yaml

    text = "appId: x"
    wiring = planned(BUILDER, **{"electron-builder.yml": text})
    read = yaml.safe_load(wiring.files["electron-builder.yml"])
    assert read == {"appId": "x", "extraResources": [RESOURCE], "files": NOT_PACKED}
    forge = "module.exports = { packagerConfig: { extraResource: 'more' } };"
    builder = "module.exports = { files: 'dist/**' };\n"
    wiring = planned(FORGE, **{"forge.config.js": forge, "electron-builder.cjs": builder})
    for name, content in wiring.files.items():
        (tmp_path / name).write_bytes(content)
    script = "for (const f of ['forge.config.js', 'electron-builder.cjs']) console.log(JSON.stringify(require('./' + f), (k, v) => v instanceof RegExp ? v.source : v))"
    done = subprocess.run(["node", "-e", script], cwd=tmp_path, capture_output=True, text=True)
    forge_says, builder_says = map(json.loads, done.stdout.splitlines())
    assert forge_says["packagerConfig"]["extraResource"] == ["more", "backend"]
    assert len(forge_says["packagerConfig"]["ignore"]) == 2
    assert builder_says["files"] == ["dist/**", *NOT_PACKED]
    assert builder_says["extraResources"] == [RESOURCE]


def test_without_a_known_packager_each_is_explained() -> None:
    [pages, builder, forge, packager] = planned(
        {"dependencies": {"electron": "25"}}, **{"main.js": MAIN + "w.loadFile('index.html');"}
    ).advice
    assert "query: { backend:" in pages
    assert "extraResources" in builder
    assert "extraResource:" in forge
    assert "--extra-resource=backend" in packager


ODD = [
    {"dependencies": None, "devDependencies": {"electron": "25"}, "build": "make"},
    {"devDependencies": {"electron": "25"}, "config": {"forge": "./elsewhere.js"}},
    {"devDependencies": {"electron": "25"}, "config": None, "build": None},
]


@pytest.mark.parametrize("package", ODD)
def test_odd_packages_are_left_alone_and_their_author_told(package: dict[str, Any]) -> None:
    wiring = planned(package)
    assert "package.json" not in wiring.files
    assert any("xtraResource" in sentence for sentence in wiring.advice)


def test_a_main_file_that_is_missing_or_wired_by_hand_is_left_to_the_author() -> None:
    missing = plan_wiring(app({**BUILDER, "main": "dist/main.js"}))
    assert "require('../start-backend/with-app.js');" in missing.advice[0]
    by_hand = planned(BUILDER, **{"main.js": MAIN + "require('./start-backend.js');"})
    assert "main.js" not in by_hand.files
    assert "left alone" in by_hand.advice[0]


REFUSED = [
    # files of the folder                                       sentence
    ({},                                                        "it has no package.json"),
    ({"package.json": b"{"},                                    "is not JSON"),
    ({"package.json": b"[]"},                                   "must be an object"),
    ({"package.json": b"{}", "index.js": b"express();"},        "is not an Electron app: neither"),
    ({"package.json": b'{"devDependencies": {"electron": "1"}}', "index.js": b"\xff"}, "index.js is not UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "sentence"), REFUSED)
def test_a_folder_that_is_no_electron_app_is_refused(
    files: dict[str, bytes], sentence: str
) -> None:
    with pytest.raises(BuildRefused, match=sentence):
        plan_wiring(AppFiles("site", files))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An app with line ends and indents of its own."""
    made = tmp_path / "Meine App"
    (made / "src").mkdir(parents=True)
    package = json.dumps({"main": "src/main.js", **BUILDER}, indent=4).replace("\n", "\r\n")
    (made / "package.json").write_bytes(b"\xef\xbb\xbf" + package.encode())
    (made / "src" / "main.js").write_bytes(b"'use strict'\r\n" + MAIN.encode())
    (made / "src" / "main.js").chmod(0o755)
    return made


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def wire(folder: Path) -> tuple[list[str], list[str]]:
    wiring = plan_wiring(read_app(folder))
    return put_files(folder, {**wiring.files, "start-backend/app.js": b"shim"})


def test_eject_gives_back_the_same_bytes(folder: Path) -> None:
    before = contents(folder)
    assert wire(folder) == (["package.json", "src/main.js", "start-backend/app.js"], [])
    assert (folder / "src" / "main.js").stat().st_mode & 0o777 == 0o755
    once = contents(folder)
    assert wire(folder) == ([], [])
    assert contents(folder) == once
    eject(folder, dry_run=True)
    assert contents(folder) == once
    eject(folder)
    assert contents(folder) == before
    assert not (folder / "start-backend").exists()
    with pytest.raises(BuildRefused, match="no backend of ours"):
        eject(folder)


def test_what_the_author_has_edited_since_stays_edited(folder: Path) -> None:
    wire(folder)
    main, package = folder / "src" / "main.js", folder / "package.json"
    main.write_bytes(main.read_bytes() + b"more();\n")
    document = json.loads(package.read_text("utf-8-sig"))
    document["build"]["appId"] = "mine"
    package.write_text(json.dumps(document, indent=4))
    (folder / "start-backend" / "app.js").write_text("mine")
    assert wire(folder) == ([], ["start-backend/app.js"])
    eject(folder)
    assert main.read_bytes() == b"'use strict'\r\n" + MAIN.encode() + b"more();\n"
    assert json.loads(package.read_text()) == {
        "main": "src/main.js", **BUILDER, "build": {"appId": "mine"}
    }  # fmt: skip


def test_without_its_record_what_was_put_in_is_still_found(folder: Path) -> None:
    main = (folder / "src" / "main.js").read_bytes()
    wire(folder)
    shutil.rmtree(folder / ".noodl-portable")
    assert eject(folder) == ["package.json", "src/main.js"]
    assert (folder / "src" / "main.js").read_bytes() == main
    assert "build" not in json.loads((folder / "package.json").read_text("utf-8-sig"))


@pytest.mark.parametrize("files", [NOT_PACKED, [], None], ids=["all", "no files", "resources only"])
def test_what_the_author_wrote_himself_is_there_after_eject(
    folder: Path, files: list[str] | None
) -> None:
    build = {"extraResources": [RESOURCE]} | ({} if files is None else {"files": files})
    package = json.dumps({"main": "src/main.js", **BUILDER, "build": build})
    (folder / "package.json").write_text(package)
    before = contents(folder)
    wire(folder)
    wire(folder)
    eject(folder)
    assert contents(folder) == before


HOSTILE = [
    # what a record that came with the app names         what is said
    ({"files": {"../precious": {"existed": False}}},      "'../precious', outside of the app"),
    ({"files": {"link/precious": {"existed": False}}},    "'link/precious', outside of the app"),
    ({"files": {}, "folders": ["../precious-folder"]},    "'../precious-folder', no folder of a backend"),
    ({"files": {}, "folders": ["."]},                     "'.', no folder of a backend"),
    ({"files": {}, "folders": [".."]},                    "'..', no folder of a backend"),
]  # fmt: skip


@pytest.mark.parametrize(("record", "words"), HOSTILE)
def test_eject_deletes_nothing_that_is_not_of_the_app(
    folder: Path, record: dict[str, Any], words: str
) -> None:
    (folder.parent / "precious").write_text("mine")
    (folder.parent / "precious-folder").mkdir()
    (folder / "link").symlink_to(folder.parent, target_is_directory=True)
    (folder / ".noodl-portable").mkdir()
    (folder / ".noodl-portable" / "electron.json").write_text(json.dumps(record))
    with pytest.raises(BuildRefused, match=re.escape(words)):
        eject(folder)
    assert (folder.parent / "precious").is_file()
    assert (folder.parent / "precious-folder").is_dir()


def test_an_app_that_is_deployed_anew_is_wired_anew(folder: Path) -> None:
    wire(folder)
    fresh = b"'use strict'\r\n// new\r\n" + MAIN.encode()
    (folder / "src" / "main.js").write_bytes(fresh)
    assert wire(folder)[0] == ["src/main.js"]
    eject(folder)
    assert (folder / "src" / "main.js").read_bytes() == fresh
