"""The example app in a real Electron, on a screen that nobody looks at."""

import http.server
import json
import os
import shutil
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from noodl_builder.bundle_file import verify
from noodl_portable.cli import main
from noodl_portable.templates import shipped_folder
from tests.builder.world import make_backend
from tests.electron import real_electron
from tests.electron.desktop import Desktop

pytestmark = pytest.mark.slow
EXAMPLE = shipped_folder("examples") / "desktop-notes"
DRIVER = Path(__file__).with_name("driver.js")
Start = Callable[..., Desktop]


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    reason = real_electron.missing()
    if reason:
        pytest.skip(reason)
    real_electron.fetch_ahead()
    with real_electron.screen() as name:
        yield name


def had(name: str) -> Path:
    try:
        return real_electron.electron(name)
    except OSError as error:
        pytest.skip(f"Electron {name} cannot be had: {error}")


def example(folder: Path) -> Path:
    """Copy the example's app, with the driver in front of its main file."""
    shutil.copytree(EXAMPLE / "app", folder, ignore=shutil.ignore_patterns(*IGNORED))
    package = json.loads((folder / "package.json").read_text())
    (folder / "package.json").write_text(json.dumps({**package, "main": "driver.js"}))
    shutil.copy(DRIVER, folder)
    return folder


IGNORED = ("backend", "dist", "node_modules", "start-backend*", ".noodl-portable")


def put_backend(app: Path, *options: str, backend: Path = EXAMPLE / "backend") -> None:
    given = ("--app", str(app), "--backend", str(backend), "--quiet")
    assert main(["electron", *given, *options]) == 0


def linked(source: str, target: str) -> None:
    """Put a file there without copying its hundred megabytes, where that can be done."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory, display: str) -> Path:
    """The app as it is installed, in a folder whose name has spaces, signs and an umlaut."""
    return installed(tmp_path_factory.mktemp("installed") / "Ünï App (1) & %20")


def installed(place: Path, backend: Path = EXAMPLE / "backend") -> Path:
    shutil.copytree(had("25"), place, copy_function=linked)
    put_backend(example(place / "resources" / "app"), backend=backend)
    return (place / "electron").rename(place / "desktop-notes")  # by its name it knows


@pytest.fixture
def start(packaged: Path, tmp_path: Path, display: str) -> Iterator[Start]:
    """start() -> the installed app, running for a user of its own; killed when the test ends."""
    running: list[Desktop] = []

    def begin(*command: str | Path, **environment: str) -> Desktop:
        given = {"NOODL_PYTHON": sys.executable, **environment}
        running.append(Desktop(command or [packaged], tmp_path / "Übermut", display, **given))
        return running[-1]

    yield begin
    for app in running:
        app.__exit__(None, None, None)


def lives(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def asked(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=20
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_window_reads_and_writes_records_that_are_there_after_a_quit(
    start: Start, tmp_path: Path
) -> None:
    app = start()
    assert app.event("started")["packaged"] is True
    first = app.event("page")
    assert first["notes"] == []
    assert app.do("add", text="Büy <b>milk</b>")["notes"] == ["Büy <b>milk</b>"]
    app.do("run", script="localStorage.setItem('who', 'me')")
    app.do("shot", file=str(tmp_path / "window.png"))
    assert (tmp_path / "window.png").stat().st_size > 5000
    backend = app.do("backend")
    assert app.quit() == 0
    assert not lives(backend["pid"])
    again = start()
    page = again.event("page")
    assert page["notes"] == ["Büy <b>milk</b>"]
    assert page["url"] == first["url"]
    assert again.do("run", script="localStorage.getItem('who')") == "me"
    assert again.do("backend")["token"] != backend["token"]
    assert again.quit() == 0


def test_closing_the_last_window_ends_the_app_and_the_backend(start: Start) -> None:
    app = start()
    app.event("page")
    pid = app.do("backend")["pid"]
    app.tell("close")
    app.event("quit")
    assert app.process.wait(20) == 0
    assert not lives(pid)


def test_nothing_is_left_of_a_killed_app_and_its_records_are_free_at_once(start: Start) -> None:
    app = start()
    app.event("page")
    app.do("add", text="kept")
    pid = app.do("backend")["pid"]
    app.kill()
    again = start()
    assert again.event("page")["notes"] == ["kept"]
    assert not lives(pid)
    again.quit()


def test_a_second_copy_ends_and_tells_the_first(start: Start) -> None:
    app = start()
    app.event("page")
    pid = app.do("backend")["pid"]
    second = start()
    assert second.process.wait(30) == 0
    app.event("second")
    assert app.do("backend")["pid"] == pid
    app.quit()


def test_a_killed_backend_comes_back_under_the_open_window(start: Start) -> None:
    app = start()
    app.event("page")
    app.do("add", text="before")
    os.kill(app.do("backend")["pid"], 9)
    assert app.event("exit")["willRestart"] is True
    app.event("ready")
    assert app.do("add", text="after")["notes"] == ["after", "before"]
    app.quit()


SOCKET = "new Promise((tell) => { const s = new WebSocket('ws' + '%s'.slice(4) + '/realtime'); s.onopen = () => tell(true); s.onerror = () => tell(false); })"
FETCH = "fetch('%s/api/Note').then((a) => a.status, (error) => error.message)"


def test_only_pages_of_the_app_reach_the_backend(start: Start, tmp_path: Path) -> None:
    app = start()
    app.event("page")
    backend = app.do("backend")
    url = backend["url"]
    for path in ("/", "/health", "/api/Note"):
        assert asked(url + path) == 403
    assert app.do("run", script=SOCKET % url) is True
    assert asked(f"{url}/api/Note", **{"X-Noodl-Launch-Token": backend["token"]}) == 200
    page = tmp_path / "page of the äpp.html"
    page.write_text("<title>mine</title>")
    app.do("open", url=page.as_uri())
    assert app.do("run", script=FETCH % url) == 200
    with page_of_others() as other:
        app.do("open", url=other)
        assert app.do("run", script=FETCH % url) != 200
        assert app.do("run", script=SOCKET % url) is False
    app.quit()


SEND = """fetch('http://localhost:%d/api/Note', {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"text": "by file"}',
}).then((a) => a.json()).then((told) => told.text || told.error, (error) => error.message)"""


QUICK_START = """const { app, BrowserWindow } = require('electron');
const createWindow = () => { new BrowserWindow().loadFile('index.html'); };
app.whenReady().then(createWindow);
"""


def exported(folder: Path, backend: Path) -> Path:
    """An app that knows nothing of us, with the line that the command puts into its main file."""
    package = {"name": "exported", "main": "main.js", "devDependencies": {"electron": "25"}}
    files = {
        "main.js": QUICK_START,
        "index.html": "<title>exported</title>",
        "package.json": package,
    }
    make_backend(folder, files)
    put_backend(folder, backend=backend)
    assert "with-app.js" in (folder / "main.js").read_text()
    (folder / "package.json").write_text(json.dumps({**package, "main": "driver.js"}))
    shutil.copy(DRIVER, folder)
    return folder


@pytest.mark.parametrize("version", ["25", "9"])
def test_an_exported_app_works_as_it_is_and_finds_its_backend_at_the_port_it_knows(
    version: str, start: Start, tmp_path: Path
) -> None:
    with page_of_others() as other:  # which has that port; it must not get what the page sends
        port = int(other.rstrip("/").rpartition(":")[2])
        shutil.copytree(EXAMPLE, tmp_path / "mine", ignore=shutil.ignore_patterns(*IGNORED[1:]))
        file = tmp_path / "mine" / "backend" / "config.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "port": port}))
        place = tmp_path / "installed"
        if version == "25":
            shutil.copytree(had("25"), place, copy_function=linked)
            exported(place / "resources" / "app", file.parent)
            app = start((place / "electron").rename(place / "exported"))
        else:
            app = start(had("9") / "electron", exported(place, file.parent))
        assert app.event("page")["url"].startswith("file://")
        assert app.do("backend")["url"] != f"http://127.0.0.1:{port}"
        assert app.do("run", script=SEND % port) == "by file"
        app.quit()


class page_of_others:  # noqa: N801 - used as a with statement
    """A page at another port of this machine, such as some local program serves."""

    def __enter__(self) -> str:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>others</title>")

    def log_message(self, *_: Any) -> None:
        pass


def test_without_python_a_page_says_so_and_try_again_tries_again(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    app = start(PATH=str(tmp_path / "bin"), NOODL_PYTHON="")
    version = ".".join(map(str, sys.version_info[:2]))
    assert app.event("title")["title"] == f"Python {version} is needed"
    app.event("page")
    app.do("shot", file=str(tmp_path / "trouble.png"))
    (tmp_path / "bin" / f"python{version}").symlink_to(sys.executable)
    app.do("click", x=580, y=445)
    assert app.event("title")["title"] == "Desktop Notes"
    app.quit()


def test_electron_9_works_as_well(start: Start, tmp_path: Path) -> None:
    app_folder = example(tmp_path / "my app")
    put_backend(app_folder)
    command = [had("9") / "electron", app_folder]
    app = start(*command)
    assert app.event("started")["packaged"] is False
    app.event("page")
    assert app.do("add", text="old but gold")["notes"] == ["old but gold"]
    backend = app.do("backend")
    assert app.do("run", script=SOCKET % backend["url"]) is True
    assert asked(f"{backend['url']}/api/Note") == 403
    page = tmp_path / "page.html"
    page.write_text("<title>mine</title>")
    app.do("open", url=page.as_uri())
    assert app.do("run", script=FETCH % backend["url"]) == 200
    os.kill(backend["pid"], 9)
    app.event("ready")
    pid = app.do("backend")["pid"]
    assert app.quit() == 0
    assert not lives(pid)


def test_an_app_that_electron_builder_packs_runs_from_its_archive_with_a_python_of_its_own(
    start: Start, tmp_path: Path
) -> None:
    try:
        builder = real_electron.electron_builder()
    except OSError as error:
        pytest.skip(f"electron-builder cannot be had: {error}")
    app_folder = example(tmp_path / "my app")
    put_backend(app_folder, "--python-runtime", "auto", "--layout", "expanded")
    package = json.loads((app_folder / "package.json").read_text())
    package["build"] |= {"electronVersion": "25.1.1", "electronDist": str(had("25"))}
    package["devDependencies"] = {}
    (app_folder / "package.json").write_text(json.dumps(package))
    done = real_electron.run([str(builder), "--dir", "--linux"], app_folder)
    unpacked = app_folder / "dist" / "linux-unpacked"
    resources = unpacked / "resources"
    assert (resources / "app.asar").is_file(), done
    assert verify(resources / "backend" / "expanded")  # no file was left behind
    assert not (resources / "app.asar.unpacked").exists()
    assert (resources / "app.asar").stat().st_size < 1_000_000  # the backend is not in it as well
    app = start(unpacked / "desktop-notes", PATH="/nowhere", NOODL_PYTHON="")
    assert app.event("started")["packaged"] is True
    app.event("page")
    assert app.do("add", text="from the archive")["notes"] == ["from the archive"]
    assert app.quit() == 0
    assert verify(resources / "backend" / "expanded")  # nor was one written
