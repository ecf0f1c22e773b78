"""Starts a bundle: unpacks its libraries once into a private cache folder, then calls its entry.

  <cache>/<target>/<file name>_<cache id>/site-packages/    unpacked by the bootstrap shiv put in
  <cache>/<target>/<file name>_<cache id>/.used             touched at each start, locked meanwhile
  <cache>/<target>/<file name>_<cache id>/.whole            fingerprint of what was unpacked
  <cache>/<target>/<file name>_<cache id>/.modules          code of the modules of a start, in one

<cache> is NOODL_CACHE, else the user's own cache folder, else a private folder below the temporary
one. Compiled libraries cannot be imported from a zip, hence the unpacking. Every start compares
names, sizes and times of the unpacked files with what was noted when they were written (2 ms); when
some are gone or were touched, all are compared with the bundle and written again where they differ,
one by one, so that a process that runs from the same folder keeps its files. NOODL_CHECK_CACHE=1
asks for the full comparison. An expanded bundle is a folder: nothing of it is unpacked.

Stands beside __main__.py in the bundle. What unpacks is a file of its own, imported when needed:
with zipfile and shiv's bootstrap it takes as long as the rest of a start.
"""

import errno
import gc
import importlib
import marshal
import os
import sys
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any, NoReturn

# The bundle itself; this file's place inside it is <bundle>/noodl_boot.py.
ARCHIVE = Path(os.path.abspath(__file__)).parent  # noqa: PTH100  a zip cannot be resolved
APP_FOLDER = "noodl-portable"
USED, WHOLE, MODULES = ".used", ".whole", ".modules"
WILL_NOT_HELP, CANNOT_UNPACK = 78, 73  # exit codes: EX_CONFIG, EX_CANTCREAT
NATIVE = (".so", ".dylib", ".pyd", ".dll")

_held: list[Any] = []  # open for as long as the process lives


class CannotStart(Exception):
    """A sentence for the person who started the bundle, and the exit code that goes with it."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def start(entry: str, facts: Mapping[str, Any], target: str) -> NoReturn:
    """Unpack what is not yet unpacked, call the entry, and exit with what it returns.

    entry: "noodl_runtime.serve:main"
    facts: {"cacheId": "0f3a...", "files": 412, "size": 11534336}
    """
    gc.disable()  # a start makes what stays; the entry turns it on again (noodl_runtime/warming.py)
    forget_foreign_settings()
    try:
        expanded = ARCHIVE / "site-packages"
        site_packages = expanded if ARCHIVE.is_dir() else unpacked(ARCHIVE, facts, target)
        sys.path[:] = [str(site_packages), *without_host(sys.path)]
        if site_packages is not expanded:
            sys.meta_path.insert(-1, Modules(site_packages.parent, str(facts["cacheId"])))
        code = call(entry)
    except CannotStart as error:
        sys.stderr.write(f"{ARCHIVE.name}: {error}\n")
        code = error.exit_code
    sys.exit(code)


def forget_foreign_settings() -> None:
    """Drop every SHIV_ variable: they change what is unpacked and run, and are not ours."""
    for name in [name for name in os.environ if name.startswith("SHIV_")]:
        del os.environ[name]


def without_host(path: list[str]) -> list[str]:
    """Return a module search path without the packages of this machine, the bundle last."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    foreign = {str(Path(folder).absolute()) for folder in given if folder}
    places = [p for p in path[1:] if Path(p).name not in ("site-packages", "dist-packages")]
    return [p for p in places if str(Path(p).absolute()) not in foreign] + path[:1]


def call(entry: str) -> Any:
    """Import "package.module:function" and call it. raises: CannotStart for a foreign library."""
    module, _, name = entry.partition(":")
    try:
        return getattr(importlib.import_module(module), name)()
    except ImportError as error:
        if str(error.path).endswith(NATIVE):
            raise CannotStart(
                f"a library does not load on this system: {error}; this machine may be older than "
                "the bundle asks for, or the folder may not allow running code: set NOODL_CACHE",
                WILL_NOT_HELP,
            ) from error
        raise


class Modules:
    """Finds the modules of a start in one file, where they need no looking for and no opening.

    file:  written by an earlier start once it was ready (noodl_runtime/start_modules.py), and
           removed when anything is unpacked anew; what is not in it is found as usual
    stamp: Python and libraries it was written by; with others it counts for nothing
    rows:  {"gevent.hub": (path, path of its .pyc, is a package, marshalled code)}
    """

    def __init__(self, folder: Path, cache_id: str) -> None:
        self.file = folder / MODULES
        self.folder = str(folder / "site-packages")
        self.stamp = f"{cache_id} {folder} {sys.version}"
        self.rows: dict[str, tuple[str, str, bool, bytes]] = {}
        with suppress(OSError, ValueError, EOFError, TypeError):
            stamp, rows = marshal.loads(self.file.read_bytes())  # noqa: S302  ours, as .pyc are
            if stamp == self.stamp:
                self.rows = rows

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        """Return how to load a module, None for one that is not in the file."""
        row = self.rows.get(name)
        if row is None:
            return None
        spec = ModuleSpec(name, Packed(name, row), origin=row[0], is_package=row[2])
        spec.has_location, spec.cached = True, row[1]
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(os.path.dirname(row[0]))  # noqa: PTH120
        return spec


class Packed(SourceFileLoader):
    """Loads a module whose code is at hand; source and data are where they always are."""

    def __init__(self, name: str, row: tuple[str, str, bool, bytes]) -> None:
        super().__init__(name, row[0])
        self._code = row[3]

    def get_code(self, _name: str) -> Any:
        """Return the code of the module."""
        return marshal.loads(self._code)  # noqa: S302


# -- where to --------------------------------------------------------------------------------------


def unpacked(archive: Path, facts: Mapping[str, Any], target: str) -> Path:
    """Return the folder with the whole site-packages, in the first cache folder that can hold it.

    raises: CannotStart with what is wrong with each of them, or with the bundle
    """
    reasons = []
    for cache in cache_folders(os.environ, sys.platform):
        folder = cache / target / f"{archive.name}_{facts['cacheId']}"
        try:
            check_folder(cache)
            hold(folder)
            if os.environ.get("NOODL_CHECK_CACHE") or not is_whole(folder, facts):
                unpacker()(archive, folder, facts, target)
                hold(folder)
            return folder / "site-packages"
        except OSError as error:
            reasons.append(f"{cache}: {(error.strerror or str(error)).lower()}")
    raise CannotStart(
        f"there is no folder to unpack its libraries into ({'; '.join(reasons)}); "
        f"set NOODL_CACHE to a folder of yours with {facts['size'] // 1_000_000 + 1} MB free",
        CANNOT_UNPACK,
    )


def unpacker() -> Any:
    """Return what unpacks. raises: CannotStart when a flipped byte is in it."""
    try:
        from noodl_unpack import unpack  # type: ignore[import-not-found]
    except Exception as error:
        raise CannotStart(f"the file is damaged ({error}); get it again", WILL_NOT_HELP) from error
    return unpack


def cache_folders(environment: Mapping[str, str], platform: str) -> Iterator[Path]:
    """Yield the folders to try in turn. NOODL_CACHE is the only one if it is set."""
    if given := environment.get("NOODL_CACHE"):
        yield Path(given).absolute()
        return
    with suppress(RuntimeError):  # no home, and no account that could tell
        home = Path("~").expanduser()
        variable, usual = {
            "win32": ("LOCALAPPDATA", home / "AppData" / "Local"),
            "darwin": ("", home / "Library" / "Caches"),
        }.get(platform, ("XDG_CACHE_HOME", home / ".cache"))
        chosen = Path(environment.get(variable) or usual)
        if chosen.is_absolute():
            yield chosen / APP_FOLDER
    import tempfile

    owner = f"-{os.getuid()}" if hasattr(os, "getuid") else ""
    yield Path(tempfile.gettempdir(), APP_FOLDER + owner)


def check_folder(folder: Path) -> None:
    """Make a cache folder, or check that nobody else can write to the one that is there.

    What is in it gets executed. raises: OSError
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not hasattr(os, "getuid"):
        return
    status = folder.lstat()
    if status.st_uid not in (os.getuid(), 0) or status.st_mode & 0o022 or folder.is_symlink():
        raise PermissionError(errno.EPERM, "others can write to it")
    if os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0):
        raise PermissionError(errno.EPERM, "mounted noexec, libraries cannot run from it")


def hold(folder: Path) -> None:
    """Mark a build as used now, and locked until this process ends. A missing one is no matter."""
    with suppress(OSError):
        mark = (folder / USED).open("ab")
        _held.append(mark)
        os.utime(mark.name)
        with suppress(ImportError):  # Windows: there an open file cannot be removed anyway
            import fcntl

            fcntl.flock(mark, fcntl.LOCK_SH)


# -- what is there ---------------------------------------------------------------------------------


def is_whole(folder: Path, facts: Mapping[str, Any]) -> bool:
    """Say if what is unpacked is all that was packed, and untouched since it was written."""
    count, size, print_ = fingerprint(folder)
    try:
        noted = (folder / WHOLE).read_text()
    except OSError:
        return False
    return (count, size, print_) == (facts["files"], facts["size"], noted)


def fingerprint(folder: Path) -> tuple[int, int, str]:
    """Return number, bytes and a checksum over names, sizes and times of the unpacked files."""
    found: list[tuple[str, int, int]] = []
    with suppress(FileNotFoundError):
        _collect(str(folder / "site-packages"), found)
    start = len(str(folder))
    text = "".join(f"{path[start:]}|{size}|{time}\n" for path, size, time in sorted(found))
    return len(found), sum(size for _, size, _ in found), f"{zlib.crc32(text.encode()):08x}"


def _collect(folder: str, found: list[tuple[str, int, int]]) -> None:
    with os.scandir(folder) as items:
        for item in items:
            if item.is_dir(follow_symlinks=False):
                if item.name != "__pycache__":
                    _collect(item.path, found)
            else:
                status = item.stat(follow_symlinks=False)
                found.append((item.path, status.st_size, status.st_mtime_ns))
