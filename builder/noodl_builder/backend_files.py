"""What a bundle carries of a backend folder: config without what is private, schema, workflows.

Everything lands below bundle/, which is read from the zip where it stands and never unpacked: an
author's change does not make the libraries unpack again.
"""

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noodl_builder.entry import Entry, make_entry
from noodl_builder.folder_files import LeftOut, list_files, reason_against, refuse_link
from noodl_builder.options import BuildOptions
from noodl_builder.secret_scan import find_secrets
from noodl_runtime.errors import BuildRefused
from noodl_runtime.formats import parse_json, read_json

BUNDLE, APP = "bundle/", "bundle/app/"
SEED = BUNDLE + "data/local.db"
SEED_FILES = BUNDLE + "data/files/"
WORKFLOW_SUFFIX = ".workflow.json"

# What config.json keeps; the rest says where and when this copy of the backend was made.
CONFIG_KEYS = ("name", "appId", "version", "port", "settings")
PRIVATE_SETTING = re.compile(r"(key|secret|password|token)$", re.IGNORECASE)
PLACES = ("data",)  # settings that name a folder of this machine
MADE = {".gitignore", ".compiled.json"}  # by init and compile: nobody misses them


@dataclass(frozen=True)
class BackendFiles:
    """One backend folder, read. Documents are parsed: the schema, and each workflow."""

    config: Mapping[str, Any]
    schema: Mapping[str, Any]
    workflows: tuple[Mapping[str, Any], ...]
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]


def read_backend(options: BuildOptions) -> BackendFiles:
    """Read all a bundle carries of the folder, the front end and the records.

    raises: BadFile for a file of the wrong form; BuildRefused for a missing file, a symbolic link,
            or something that looks like a key
    """
    folder = options.folder
    if not folder.is_dir():
        raise BuildRefused(f"{folder} is not a folder")
    left_out: list[LeftOut] = []
    config = _config(read_json(_required(folder, "config.json"), "config.json", "config"), left_out)
    schema_text = _required(folder, "schema.json")
    names = _workflow_names(folder, left_out)
    workflows = {name: _required(folder, name) for name in names}
    entries = [
        make_entry(BUNDLE + "config.json", _json_text(config)),
        make_entry(BUNDLE + "schema.json", schema_text),
        *(make_entry(BUNDLE + name, data) for name, data in workflows.items()),
        *_app(options, left_out),
    ]
    _refuse_secrets(entries, options)
    return BackendFiles(
        config=config,
        schema=read_json(schema_text, "schema.json", "schema"),
        workflows=tuple(read_json(data, name, "workflow") for name, data in workflows.items()),
        entries=tuple(sorted([*entries, *_seed(options), *_seed_files(options, left_out)])),
        left_out=tuple(sorted([*left_out, *_others(options)])),
    )


def _required(folder: Path, name: str) -> bytes:
    path = folder / name
    refuse_link(path, name)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BuildRefused(
            f"{folder.name} has no {name}; `noodl-portable init` writes a folder that has one"
        ) from error
    except OSError as error:
        raise BuildRefused(f"{name} cannot be read: {error.strerror or error}") from error


def _config(document: Mapping[str, Any], left_out: list[LeftOut]) -> dict[str, Any]:
    config = {key: value for key, value in document.items() if key in CONFIG_KEYS}
    settings = config.get("settings", {})
    private = {key: "private" for key in settings if PRIVATE_SETTING.search(key)}
    dropped = private | {key: "a folder of this machine" for key in settings if key in PLACES}
    left_out += [LeftOut(f"config.json: settings.{key}", why) for key, why in dropped.items()]
    if settings:
        config["settings"] = {k: v for k, v in settings.items() if k not in dropped}
    return config


def _workflow_names(folder: Path, left_out: list[LeftOut]) -> list[str]:
    workflows = folder / "workflows"
    refuse_link(workflows, "workflows")
    if not workflows.is_dir():
        return []
    files, stayed = list_files(workflows, "workflows")
    left_out += stayed
    left_out += [
        LeftOut(f"workflows/{name}", f"not named *{WORKFLOW_SUFFIX}")
        for name in files
        if not name.endswith(WORKFLOW_SUFFIX) and name not in MADE
    ]
    return [f"workflows/{name}" for name in files if name.endswith(WORKFLOW_SUFFIX)]


def _app(options: BuildOptions, left_out: list[LeftOut]) -> Iterator[Entry]:
    if options.app is None:
        return
    if not options.app.is_dir():
        raise BuildRefused(f"the front end {options.app} is not a folder; deploy it there first")
    files, stayed = list_files(options.app, "app")
    left_out += stayed
    if "index.html" not in files:
        raise BuildRefused(f"the front end {options.app} has no index.html")
    for name in files:
        yield make_entry(APP + name, options.app / name)


def _seed(options: BuildOptions) -> Iterator[Entry]:
    if not options.include_data:
        return
    database = options.folder / "data" / "local.db"
    refuse_link(database.parent, "data")
    refuse_link(database, "data/local.db")
    if not database.is_file():
        raise BuildRefused(f"{options.folder.name} has no data/local.db to include")
    from noodl_runtime.store.sqlite.seed import write_seed

    with tempfile.TemporaryDirectory(prefix="noodl-seed-") as work:
        target = Path(work) / "local.db"
        write_seed(database, target)
        yield make_entry(SEED, target.read_bytes())


def _seed_files(options: BuildOptions, left_out: list[LeftOut]) -> Iterator[Entry]:
    folder = options.folder / "data" / "files"
    if not options.include_data or not folder.is_dir():
        return
    refuse_link(folder, "data/files")
    names, stayed = list_files(folder, "data/files")
    left_out += stayed
    for name in names:
        yield make_entry(SEED_FILES + name, folder / name)


def _others(options: BuildOptions) -> Iterator[LeftOut]:
    taken = {"config.json", "schema.json", "schema.sql", "workflows", "noodl-portable.yaml"} | MADE
    for path in sorted(options.folder.iterdir()):
        if path.name == "data":
            seeded = "other than records and files" if options.include_data else "records"
            yield LeftOut("data", f"{seeded}; they stay with this backend")
            yield from _deployed(path / "deployed")
        elif path.name not in taken and path.resolve() != (options.app or path / "x").resolve():
            yield LeftOut(path.name, reason_against(path.name) or "not part of a backend")


def _deployed(folder: Path) -> Iterator[LeftOut]:
    if any(folder.glob(f"*{WORKFLOW_SUFFIX}")):
        why = "functions an editor deployed; copy a version to workflows/ to take it along"
        yield LeftOut("data/deployed", why)


def _json_text(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


# -- what must not travel --------------------------------------------------------------------------


def _refuse_secrets(entries: Iterable[Entry], options: BuildOptions) -> None:
    known = {**_own_secrets(options.folder), **_own_places(options.folder)}
    found = [
        finding
        for entry in entries
        if (name := entry.name.removeprefix(BUNDLE)) not in options.allowed
        for finding in find_secrets(name, entry.read(), known, in_app=entry.name.startswith(APP))
    ]
    if found:
        shown = "; ".join(map(str, found[:10])) + ("; ..." if len(found) > 10 else "")
        raise BuildRefused(
            f"this would travel in the bundle for anyone to read: {shown}. Take it out (settings "
            "and environment variables stay with the machine), or allow the file by name"
        )


def _own_secrets(folder: Path) -> dict[bytes, str]:
    file = folder / "secrets.json"
    if not file.is_file():
        return {}
    document = parse_json(file.read_bytes(), "secrets.json")
    pairs = document.items() if isinstance(document, dict) else ()
    return {
        value.encode(): f"the {key} of secrets.json"
        for key, value in pairs
        if isinstance(value, str) and len(value) >= 8
    }


def _own_places(folder: Path) -> dict[bytes, str]:
    places = {folder.resolve(): "the path of the backend folder", Path.home(): "your home folder"}
    # A path of one part, "/root" or "/srv", is a word that may stand anywhere.
    return {str(path).encode(): what for path, what in places.items() if len(path.parts) > 2}
