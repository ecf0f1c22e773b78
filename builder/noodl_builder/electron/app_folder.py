"""An Electron app on disk: read it, write a plan into it, put everything back.

.noodl-portable/electron.json lists the files that were changed or made; beside it lie those that
were changed, as they were. --eject puts the very bytes back where nobody has edited a file since,
and otherwise takes out only what was put in.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from noodl_builder.electron import configurations, main_file
from noodl_builder.electron.backend_resource import ABOUT
from noodl_builder.electron.configurations import is_configuration
from noodl_builder.electron.packagers import KEPT
from noodl_builder.electron.wiring import AppFiles, main_of
from noodl_runtime.errors import BuildRefused

RECORD = "electron.json"
LARGEST = 5_000_000  # bytes of a file of the app that is looked at


def read_app(folder: Path) -> AppFiles:
    """Return the files of an app that matter here. raises: BuildRefused."""
    if not folder.is_dir():
        raise BuildRefused(f"{folder} is not a folder; name that of an Electron app")
    tops = {path.name for path in folder.iterdir() if path.is_file()}
    wanted = sorted(filter(is_configuration, tops))
    app = AppFiles(folder.name, {name: _read(folder / name) for name in wanted})
    package = app.package()
    below = {p.relative_to(folder).as_posix() for p in _main_places(folder, package)}
    if main := main_of(package, below):
        return AppFiles(folder.name, {**app.files, main: _read(folder / main)})
    return app


def put_files(
    folder: Path, files: Mapping[str, bytes], *, folder_made: Path | None = None
) -> tuple[list[str], list[str]]:
    """Write files of an app, each whole or not at all; keep what was there.

    folder_made: a folder that --eject is to remove
    returns:     (what changed, what the author has edited since and is left alone)
    """
    record = read_record(folder)
    if not (folder / KEPT / RECORD).is_file():
        record["own"] = _own_configurations(folder)
    if folder_made:
        place = Path(os.path.relpath(folder_made, folder)).as_posix()
        record["folders"] = sorted({*record["folders"], place})
    write_record(folder, record)
    differing = would_change(folder, files)
    edited = [name for name in differing if _is_edited(folder / name, record["files"].get(name))]
    changed = [name for name in differing if name not in edited]
    for name in changed:
        _keep(folder, name, files[name], record)
        _write(folder / name, files[name])
    return changed, edited


def would_change(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Return the names of files that an app does not have in this form."""
    return [
        name
        for name, content in sorted(files.items())
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]


def _is_edited(file: Path, about: Mapping[str, Any] | None) -> bool:
    """Say whether the author has changed a file that we have made."""
    made = about is not None and not about["existed"]
    return made and file.is_file() and not _is_as_written(file, about or {})


def _keep(folder: Path, name: str, content: bytes, record: dict[str, Any]) -> None:
    """Keep a file as the author has it, and write down what it will be, before it changes."""
    file = folder / name
    about = record["files"].setdefault(name, {"existed": file.is_file()})
    if about["existed"] and file.is_file() and not _is_as_written(file, about):
        present = file.read_bytes()
        own = name in record["own"] and "after" not in about
        before = present if own else _taken_out(name, present)
        _write(folder / KEPT / "before" / name, before)
    about["after"] = _hash(content)
    write_record(folder, record)


def eject(folder: Path, *, dry_run: bool = False) -> list[str]:
    """Take everything out again and return what was taken out or put back. raises: BuildRefused."""
    record = read_record(folder)
    wired = [name for name in _wired_files(folder) if name not in record["own"]]
    files = {**{name: {"existed": True} for name in wired}, **record["files"]}
    folders: list[str] = record["folders"]
    if not files and not folders:
        raise BuildRefused(f"{folder} has no backend of ours in it; nothing was changed")
    if not dry_run:
        for name, about in files.items():
            _undo(folder, name, about)
        for place in folders:
            shutil.rmtree(folder / place, ignore_errors=True)
        shutil.rmtree(folder / KEPT, ignore_errors=True)
    return sorted(files) + folders


def _undo(folder: Path, name: str, about: Mapping[str, Any]) -> None:
    file = folder / name
    if not about["existed"]:
        file.unlink(missing_ok=True)
        _remove_empty(file.parent, folder)
    elif _is_as_written(file, about):
        _write(file, (folder / KEPT / "before" / name).read_bytes())
    elif file.is_file():
        _write(file, _taken_out(name, file.read_bytes()))


def _wired_files(folder: Path) -> list[str]:
    """Return the files that hold something of ours, also where the record of it is lost."""
    app = read_app(folder)
    return [name for name, content in app.files.items() if _taken_out(name, content) != content]


def _own_configurations(folder: Path) -> list[str]:
    """Return the configurations in which the author wrote himself what we would put in.

    Lists in JSON hold no mark of ours. Beside a main file that has it they are what is left of an
    earlier time whose record is lost, such as that of another checkout.
    """
    wired = _wired_files(folder)
    return wired if all(map(is_configuration, wired)) else []


def read_record(folder: Path) -> dict[str, Any]:
    """Return what was done to an app.

    {"files": {"main.js": {"existed": true, ...}}, "folders": ["backend"], "own": ["package.json"]}

    raises: BuildRefused for one that is damaged, or names what is none of the app's: it may have
            come with the app, from anybody
    """
    try:
        record = json.loads((folder / KEPT / RECORD).read_bytes())
        files = dict(record["files"])
        lists = {key: list(record.get(key, [])) for key in ("folders", "own")}
        _check_places(folder, files, lists["folders"])
        return {"files": files, **lists}
    except FileNotFoundError:
        return {"files": {}, "folders": [], "own": []}
    except (ValueError, KeyError, TypeError) as error:
        raise BuildRefused(f"{folder / KEPT / RECORD} is damaged: {error}") from error


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write down what was done to an app."""
    _write(folder / KEPT / RECORD, json.dumps(record, indent=2, sort_keys=True).encode() + b"\n")


def _check_places(folder: Path, files: Mapping[str, Any], folders: list[str]) -> None:
    """Refuse a record by which --eject would delete what the app does not own."""
    own = folder.resolve()
    for name in files:
        if not (folder / name).parent.resolve().is_relative_to(own):
            raise BuildRefused(f"{folder / KEPT / RECORD} names {name!r}, outside of the app")
    for name in folders:
        place = (folder / name).resolve()
        if place == own or place.parent not in (own, own.parent) or not _is_resource(place):
            raise BuildRefused(f"{folder / KEPT / RECORD} names {name!r}, no folder of a backend")


def _is_resource(place: Path) -> bool:
    return not place.exists() or (place / ABOUT).is_file()


def _taken_out(name: str, content: bytes) -> bytes:
    """Return a file without what we put in; the same bytes where there is nothing of ours."""
    text = content.decode("utf-8")
    return (
        configurations.unwired(name, text) if is_configuration(name) else main_file.unwired(text)
    ).encode()


def _is_as_written(file: Path, about: Mapping[str, Any]) -> bool:
    return file.is_file() and _hash(file.read_bytes()) == about.get("after")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _main_places(folder: Path, package: Mapping[str, Any]) -> list[Path]:
    wanted = str(package.get("main") or "index.js")
    places = [folder / pattern.format(wanted) for pattern in ("{0}", "{0}.js", "{0}/index.js")]
    inside = [place for place in places if place.resolve().is_relative_to(folder.resolve())]
    return [Path(os.path.normpath(place)) for place in inside if place.is_file()]


def _read(file: Path) -> bytes:
    if file.stat().st_size > LARGEST:
        raise BuildRefused(f"{file} is larger than {LARGEST} bytes; it cannot be looked through")
    return file.read_bytes()


def _write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, with the mode it had."""
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _remove_empty(place: Path, folder: Path) -> None:
    while place != folder and place.is_dir() and not any(place.iterdir()):
        place.rmdir()
        place = place.parent
