"""noodl-portable electron, with a real backend and a small app."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from noodl_builder.bundle_file import inspect
from noodl_portable.cli import main
from noodl_portable.commands.inspect import size
from noodl_runtime.access.caller import MASTER
from noodl_runtime.assemble import assemble
from noodl_runtime.data_folder import DataFolder
from noodl_runtime.definition import read_definition
from noodl_runtime.settings import Settings
from noodl_runtime.store.contract import Create
from tests.builder.world import make_backend
from tests.driver import Backend

pytestmark = pytest.mark.slow
MAIN = "const { app } = require('electron');\n"
PACKAGE = {"main": "main.js", "devDependencies": {"electron": "25", "electron-builder": "26"}}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return make_backend(tmp_path / "desktop app", {"main.js": MAIN, "package.json": PACKAGE})


@pytest.fixture
def backend(tmp_path: Path) -> Path:
    return make_backend(tmp_path / "shop")


def electron(capsys: pytest.CaptureFixture[str], *options: str | Path) -> Any:
    assert main(["electron", *map(str, options), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_it_puts_everything_in_once_and_takes_it_out_again(
    app: Path, backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(app)
    options = ("--app", app, "--backend", backend)
    would = electron(capsys, *options, "--dry-run")
    assert files(app) == before
    told = electron(capsys, *options)
    assert (told["changed"], told["build"]) == (would["changed"], would["build"])
    assert {"main.js", "package.json", "start-backend.js", "start-backend/app.js"} <= {
        *told["changed"]
    }
    about = json.loads((app / "backend" / "backend.json").read_text())
    assert (about["bundle"], about["build"]) == ("backend.pyz", told["build"])
    after = files(app)
    again = electron(capsys, *options)
    assert (again["changed"], again["backendChanged"], files(app)) == ([], False, after)
    assert electron(capsys, *options, "--dry-run")["changed"] == []
    electron(capsys, "--app", app, "--eject")
    assert files(app) == before


def test_a_finished_bundle_is_taken_as_it_is_and_goes_beside_an_unpacked_app(
    app: Path, backend: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "shop.pyz"
    main(["build", str(backend), "-o", str(bundle), "--no-trial"])
    capsys.readouterr()
    unpacked = app.rename(tmp_path / "app")
    (tmp_path / "resources").mkdir()
    unpacked = unpacked.rename(tmp_path / "resources" / "app")
    electron(capsys, "--app", unpacked, "--backend", bundle)
    placed = tmp_path / "resources" / "backend" / "backend.pyz"
    assert placed.read_bytes() == bundle.read_bytes()
    electron(capsys, "--app", unpacked, "--eject")
    assert not placed.parent.exists()


def test_records_and_an_expanded_bundle_go_in_when_asked_for(
    app: Path, backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    definition = read_definition(backend)
    made = assemble(Settings(), definition, DataFolder(backend), {})
    made.write(MASTER, Create(collection="Product", values={"price": 7}))
    made.close()
    (backend / "secrets.json").unlink()
    options = ("--app", app, "--backend", backend, "--include-data", "--layout", "expanded")
    electron(capsys, *options)
    about = json.loads((app / "backend" / "backend.json").read_text())
    assert (about["bundle"], about["sha256"]) == ("expanded", None)
    assert inspect(app / "backend" / "expanded").seed_data
    assert size(app / "backend" / "expanded") > 10_000_000
    command: list[str | Path] = [sys.executable, "-I", app / "backend" / "expanded"]
    with Backend(command, "--port", "0", "--data", str(app / "data"), cwd=app) as running:
        assert running.call("GET", "/api/Product")[1]["results"][0]["price"] == 7


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_an_app_in_es_modules_gets_a_shim_that_it_can_import(
    app: Path, backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (app / "package.json").write_text(json.dumps({**PACKAGE, "type": "module"}))
    (app / "main.js").write_text("import { app } from 'electron';\n")
    electron(capsys, "--app", app, "--backend", backend)
    assert "import './start-backend/with-app.js';" in (app / "main.js").read_text()
    script = "import('./start-backend.js').then((m) => console.log(typeof m.startBackend, m.default.backend))"
    done = subprocess.run(["node", "-e", script], cwd=app, capture_output=True, text=True)
    assert done.stdout == "function null\n", done.stderr


REFUSALS = [
    # options, with {app} and {backend}                        sentence
    (["--app", "{backend}", "--backend", "{backend}"],         "is not an Electron app"),
    (["--app", "{app}", "--backend", "{app}/nothing"],         "neither a backend folder nor a bundle"),
    (["--app", "{app}"],                                       "name the backend to put in: --backend"),
    (["--app", "{app}/nothing", "--backend", "{backend}"],     "is not a folder; name that of an Electron app"),
    (["--app", "{app}", "--eject"],                            "has no backend of ours in it"),
    (["--app", "{app}", "--backend", "{app}/main.js"],         "main.js is not a bundle"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "sentence"), REFUSALS)
def test_what_cannot_be_done_is_refused_and_changes_nothing(
    app: Path, backend: Path, options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(app)
    assert main(["electron", *(o.format(app=app, backend=backend) for o in options)]) != 0
    assert sentence in capsys.readouterr().err
    assert files(app) == before


def test_a_folder_named_backend_that_is_not_ours_is_left_alone(
    app: Path, backend: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = backend.rename(app / "backend")
    before = files(app)
    assert main(["electron", "--app", str(app), "--backend", str(own)]) != 0
    assert "is there already" in capsys.readouterr().err
    assert files(app) == before
